/**
 * How long `/health/live` takes while the server stores, searches and renders as fast as it can: the event loop is free
 * when it answers at once.
 *
 * usage: node test/bench/health-under-load.ts [SECONDS]   (default 30; starts a server of its own)
 *
 * Load comes from another thread, so that this one measures the server and not itself. On two cores server, PostgreSQL and
 * load share what there is; the same figures without load are printed first.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { startServer } from '../support/running-server.ts';

const EVERY_MS = 20;
const seconds = Number(process.argv[2] ?? 30);
const folder = await mkdtemp(join(tmpdir(), 'osteon-bench-'));
const server = await startServer(folder, { OSTEON_WORKERS: '1' });
try {
  print('at rest', await measure(Math.min(5, seconds)));
  const load = new Worker(join(import.meta.dirname, 'mixed-load.ts'), { workerData: server.address });
  const done = new Promise<unknown>((resolve) => load.once('message', resolve));
  await pause(2_000); // until the first instances are stored
  print('under load', await measure(seconds));
  load.postMessage('stop');
  console.log(`the load meanwhile: ${JSON.stringify(await done)}`);
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

/** Milliseconds of each request, sorted. */
async function measure(forSeconds: number): Promise<readonly number[]> {
  const times: number[] = [];
  const end = performance.now() + forSeconds * 1000;
  while (performance.now() < end) {
    const startedAt = performance.now();
    const response = await fetch(`${server.address}/health/live`);
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`/health/live answered ${response.status}`);
    times.push(performance.now() - startedAt);
    await pause(EVERY_MS);
  }
  return times.toSorted((one, other) => one - other);
}

function print(when: string, times: readonly number[]): void {
  const at = (share: number): string => (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(1);
  console.log(
    `${when}: ${times.length} requests, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`,
  );
}
