import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { lockDataFolder } from '../../../server/operations/data-folder-lock.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'osteon-lock-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the lock of a data folder', () => {
  it('lets one server in, refuses a second by name, and lets it in once the first is gone', async () => {
    const unlock = await lockDataFolder(folder);
    await expect(lockDataFolder(folder)).rejects.toMatchObject({
      kind: 'invalid-configuration',
      message: expect.stringContaining(`process ${process.pid}`) as unknown,
    });
    await unlock();
    await (
      await lockDataFolder(folder)
    )();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken from a process that died without giving it back', async () => {
    const child = spawn(process.execPath, ['-e', '0']);
    await once(child, 'exit');
    await writeFile(join(folder, 'server.lock'), JSON.stringify({ pid: child.pid, startedAt: '' }));
    await expect(lockDataFolder(folder)).resolves.toBeTypeOf('function');
  });

  it('is taken when the number belongs to another process by now', async () => {
    // Our own number, but a start that was not ours: what a crash and a restart of the machine leave.
    const lock = JSON.stringify({ pid: process.pid, startedAt: 'another boot/17' });
    await writeFile(join(folder, 'server.lock'), lock);
    await lockDataFolder(folder);
    expect(await readFile(join(folder, 'server.lock'), 'utf8')).not.toBe(lock);
  });

  it.each(['', '{', '{"pid":"x"}'])('is taken when it holds no lock: %j', async (text) => {
    await writeFile(join(folder, 'server.lock'), text);
    await expect(lockDataFolder(folder)).resolves.toBeTypeOf('function');
  });

  it('goes to exactly one of many that ask at once', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => lockDataFolder(index % 2 === 0 ? folder : `${folder}/.`)),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it.skipIf(process.platform !== 'linux')(
    'says so when nothing can be written there, and does not hang below /proc',
    async () => {
      await expect(lockDataFolder('/proc/self')).rejects.toThrow(
        /nothing can be written to the folder \/proc\/self/,
      );
      await expect(lockDataFolder('/proc/osteon')).rejects.toThrow(
        /the folder \/proc\/osteon cannot be made/,
      );
    },
  );

  it('says so when the folder cannot be made', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(lockDataFolder(join(folder, 'file', 'data'))).rejects.toThrow(/OSTEON_DATA/);
  });
});
