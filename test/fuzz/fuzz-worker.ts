/**
 * The thread that damages files and walks them. It notes the case it is at in shared memory before it begins, so that
 * whoever watches knows which one never ended.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { corpusFiles, damagedFile } from './damaged-file.ts';
import type { FuzzMessage, FuzzTask } from './fuzz-task.ts';
import { walk } from './walk.ts';

/** Seconds of processor time that one damaged file may take. */
const MOST_SECONDS = 2;
const CASES_A_MESSAGE = 100;

await runCases(workerData as FuzzTask);

async function runCases(task: FuzzTask): Promise<void> {
  const files = corpusFiles(task.folder, task.maxFileBytes);
  const outcomes: Record<string, number> = {};
  let count = 0;
  for (let index = task.from; index < task.end; index += task.step) {
    Atomics.store(task.current, 0, index);
    const { what, outcome } = await runCase(files, task.seed, index);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (what !== undefined) tell({ kind: 'failed', index, what });
    if (++count % CASES_A_MESSAGE !== 0) continue;
    tell({ kind: 'walked', outcomes: { ...outcomes } });
    for (const name of Object.keys(outcomes)) outcomes[name] = 0;
  }
  tell({ kind: 'walked', outcomes });
}

async function runCase(
  files: readonly string[],
  seed: number,
  index: number,
): Promise<{ readonly outcome: string; readonly what?: string }> {
  const { name, bytes, done } = damagedFile(files, seed, index);
  const before = process.threadCpuUsage();
  let outcome = 'failed';
  let problem: string | undefined;
  try {
    outcome = await walk(bytes);
  } catch (error) {
    problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { user, system } = process.threadCpuUsage(before);
  const seconds = (user + system) / 1e6;
  if (seconds > MOST_SECONDS) problem = `took ${seconds.toFixed(1)} s of processor time`;
  return problem === undefined ? { outcome } : { outcome, what: `${name} (${done.join(', ')}): ${problem}` };
}

function tell(message: FuzzMessage): void {
  parentPort?.postMessage(message);
}
