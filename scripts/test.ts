/**
 * `npm test`: tools, types, lint, format, then every test; ends with the line `N passed, N failed, N skipped`.
 *
 * With CI set, a skipped test is a failure unless its name says that it needs the shared data and these are absent.
 * All temporary files of the run lie in one folder; a process that still works in it afterwards is a failure too.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sharedData } from '../test/support/shared-data.ts';
import { processesUsing } from './leftover-processes.ts';
import { readTestReport, type TestCounts } from './test-report.ts';
import { ensureTestTools } from './test-tools.ts';

const ROOT = join(import.meta.dirname, '..');
const IS_CI = ![undefined, '', '0', 'false'].includes(process.env['CI']);
const NOTHING: TestCounts = { passed: 0, failed: 0, skipped: 0, forbiddenSkips: [] };

/** Checks before the tests: name for people, program in `node_modules/.bin`, arguments. */
const CHECKS: readonly (readonly [string, string, ...string[]])[] = [
  ['types', 'tsc', '-p', '.'],
  ['types of the viewer', 'tsc', '-p', 'viewer-extension'],
  ['lint', 'eslint', '.', '--max-warnings', '0'],
  ['reading room', 'node', 'scripts/build.ts'],
  ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
];

const temporaryFolder = mkdtempSync(join(tmpdir(), 'osteon-test-'));
const problems: string[] = [];
try {
  report(await checkEverything());
} finally {
  rmSync(temporaryFolder, { recursive: true, force: true });
}

async function checkEverything(): Promise<TestCounts> {
  problems.push(...ensureTestTools());
  for (const [name, program, ...args] of CHECKS) {
    console.log(`\n▸ ${name}`);
    if (!run(program, args)) problems.push(`${name}: not clean`);
  }
  console.log('\n▸ tests');
  const counts = runTests();
  problems.push(...(await leftovers()));
  if (IS_CI) problems.push(...counts.forbiddenSkips.map((name) => `skipped: ${name}`));
  return counts;
}

function report(counts: TestCounts): void {
  for (const problem of problems) console.log(`✗ ${problem}`);
  const failed = counts.failed + problems.length;
  console.log(`\n${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function runTests(): TestCounts {
  const reportFile = join(temporaryFolder, 'report.json');
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${reportFile}`];
  const succeeded = run('vitest', ['run', ...reporters, ...process.argv.slice(2)]);
  try {
    const found = readTestReport(readFileSync(reportFile, 'utf8'), sharedData() !== undefined);
    // vitest also fails for an error outside any test, which its report does not list.
    if (!succeeded && found.failed === 0) problems.push('tests: an error outside any test');
    return found;
  } catch (error) {
    problems.push(`tests: no readable report (${error instanceof Error ? error.message : 'unknown'})`);
    return NOTHING;
  }
}

async function leftovers(): Promise<readonly string[]> {
  const left = await processesUsing(temporaryFolder);
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  return left.map(({ name }) => `a test left the process ${name} behind`);
}

function run(program: string, args: readonly string[]): boolean {
  const path = `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`;
  const { status } = spawnSync(program, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: path, TMPDIR: temporaryFolder },
  });
  return status === 0;
}
