import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { processesUsing } from '../../scripts/leftover-processes.ts';
import { readTestReport } from '../../scripts/test-report.ts';

function report(...tests: [status: string, fullName: string][]): string {
  const assertionResults = tests.map(([status, fullName]) => ({ status, fullName }));
  return JSON.stringify({ success: true, testResults: [{ name: 'a', status: 'passed', assertionResults }] });
}

describe('the report of a test run', () => {
  const text = report(
    ['passed', 'one'],
    ['failed', 'two'],
    ['skipped', 'three (needs ../shared/data)'],
    ['pending', 'four'],
    ['todo', 'five'],
  );

  it('allows a skip only for want of the shared data', () => {
    expect(readTestReport(text, false)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 3,
      forbiddenSkips: ['four', 'five'],
    });
  });

  it('allows none where the shared data are there', () => {
    expect(readTestReport(text, true).forbiddenSkips).toHaveLength(3);
  });

  it('counts a file that could not be run as a failure', () => {
    const broken = { success: false, testResults: [{ name: 'a', status: 'failed', assertionResults: [] }] };
    expect(readTestReport(JSON.stringify(broken), true).failed).toBe(1);
  });
});

describe.runIf(process.platform === 'linux')('a process that a test left behind', () => {
  it('is found by its working folder and by its environment', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'osteon-left-'));
    const options = [{ cwd: folder }, { cwd: '/', env: { TMPDIR: folder } }];
    const children = options.map((option) => spawn('/bin/sleep', ['60'], option));
    try {
      await Promise.all(children.map((child) => once(child, 'spawn')));
      const found = (await processesUsing(folder)).map(({ pid }) => pid);
      expect(found.toSorted()).toEqual(children.map(({ pid }) => pid).toSorted());
    } finally {
      for (const child of children) child.kill('SIGKILL');
      await rm(folder, { recursive: true });
    }
  });
});
