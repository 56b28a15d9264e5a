import { getPriority } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startProcessPool, type ProcessPool } from '../../../server/operations/process-pool.ts';
import type { Setup, Task } from './workers/obedient.ts';

const pools: ProcessPool<Task, { pid: number }>[] = [];
const notes: unknown[] = [];

function started(processes: number, setup: Setup = {}) {
  const pool = startProcessPool<Task, { pid: number }>({
    workerFile: join(import.meta.dirname, 'workers', 'obedient.ts'),
    processes,
    setup,
    onNote: (note) => notes.push(note),
  });
  pools.push(pool);
  return pool;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

afterEach(async () => {
  notes.length = 0;
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

describe('a pool of processes', () => {
  it('runs tasks elsewhere, at a lower priority, in as many processes as it is told', async () => {
    const pool = started(2);
    await pool.ready;
    const answers = await Promise.all(Array.from({ length: 8 }, () => pool.run('answer')));
    const pids = [...new Set(answers.map(({ pid }) => pid))];
    expect(pids.length).toBe(2);
    expect(pids).not.toContain(process.pid);
    for (const pid of pids) expect(getPriority(pid)).toBeGreaterThan(getPriority());
    expect(notes).toEqual(['hello', 'hello']);
  });

  it('rejects a task that fails, and keeps the process', async () => {
    const pool = started(1);
    const before = await pool.run('answer');
    await expect(pool.run('fail')).rejects.toThrow('told to fail');
    expect(await pool.run('answer')).toEqual(before);
  });

  it.each(['exit', 'crash'] as const)('survives a process that ends by %s, and replaces it', async (task) => {
    const pool = started(1);
    const before = await pool.run('answer');
    const broken = pool.run(task);
    const after = pool.run('answer'); // waits behind it
    await expect(broken).rejects.toThrow('the process is gone: it ended');
    expect((await after).pid).not.toBe(before.pid);
  });

  it('ends a process that hangs, and says that it took too long', async () => {
    const pool = started(1);
    const { pid } = await pool.run('answer');
    await expect(pool.run('hang', { timeoutMs: 200 })).rejects.toThrow('it took too long');
    expect(isRunning(pid)).toBe(false);
    expect((await pool.run('answer')).pid).not.toBe(pid);
  });

  it('says why a process cannot start', async () => {
    await expect(started(1, { broken: 'no such model' }).ready).rejects.toMatchObject({
      name: 'TypeError',
      message: 'no such model',
    });
  });

  it('finishes what runs before it closes, rejects what waits, and leaves no process behind', async () => {
    const pool = started(1);
    const { pid } = await pool.run('answer');
    const running = pool.run('answer');
    const waiting = pool.run('answer');
    const outcome = expect(waiting).rejects.toThrow('closed');
    await pool.close();
    expect((await running).pid).toBe(pid);
    await outcome;
    expect(isRunning(pid)).toBe(false);
  });
});
