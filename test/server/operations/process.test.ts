/** The server as a process: what it prints, how it refuses to start, how it stops. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { postgresProcesses } from '../../../server/operations/postgres-orphans.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'server', 'main.ts');
const READY = /Reading room +(http:\S+)\//;

let dataFolder: string;
let children: ChildProcess[];

/** A started program and what it has printed so far. */
interface Program {
  readonly child: ChildProcess;
  output: string;
}

function launch(args: readonly string[] = [], environment: Record<string, string> = {}): Program {
  const script = `const { main } = await import(${JSON.stringify(MAIN)}); await main(process.argv.slice(1));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, '--', ...args], {
    env: {
      ...process.env,
      OSTEON_DATA: dataFolder,
      OSTEON_PORT: '0',
      OSTEON_OHIF_PORT: 'off',
      OSTEON_DIMSE_PORT: 'off',
      OSTEON_DEMO: 'off',
      OSTEON_WORKERS: '1',
      OSTEON_LOG_LEVEL: 'warn',
      ...environment,
    },
  });
  children.push(child);
  const program: Program = { child, output: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (program.output += chunk.toString()));
  }
  return program;
}

/** The exit code, or the name of the signal that ended the program. */
async function exitCode({ child }: Program): Promise<number | string | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode ?? child.signalCode;
}

/** Waits until the program is ready; its address. Rejects with its output when it ends before. */
async function untilReady(program: Program): Promise<string> {
  return await new Promise((resolve, reject) => {
    const look = (): void => {
      const address = READY.exec(program.output)?.[1];
      if (address !== undefined) resolve(address);
    };
    program.child.stdout?.on('data', look);
    program.child.once('exit', () => {
      reject(new Error(program.output));
    });
    look();
  });
}

beforeEach(async () => {
  children = [];
  dataFolder = await mkdtemp(join(tmpdir(), 'osteon-process-'));
});

afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await rm(dataFolder, { recursive: true, force: true });
});

describe('the server process', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('stops cleanly on %s, PostgreSQL included', async (signal) => {
    const program = launch();
    const address = await untilReady(program);
    expect(await (await fetch(`${address}/health/ready`)).json()).toMatchObject({ status: 'up' });
    program.child.kill(signal);
    expect(await exitCode(program)).toBe(0);
    expect(program.output).toContain('Stopped.');
    expect(await postgresProcesses(join(dataFolder, 'postgres', 'cluster'))).toEqual([]);
    expect(await readdir(dataFolder)).not.toContain('server.lock');
  });

  it('starts again after SIGKILL, which leaves its PostgreSQL and its lock behind', async () => {
    const killed = launch();
    await untilReady(killed);
    killed.child.kill('SIGKILL');
    await exitCode(killed);
    expect(await postgresProcesses(join(dataFolder, 'postgres', 'cluster'))).not.toEqual([]);
    await untilReady(launch());
  });

  it('stands alone: a second one on its data or its port is refused', async () => {
    const address = await untilReady(launch());
    const sameData = launch();
    expect(await exitCode(sameData)).toBe(2);
    expect(sameData.output).toMatch(/Another Osteon \(process \d+\) already runs on the data folder/);

    const other = join(dataFolder, 'other');
    const samePort = launch([], { OSTEON_DATA: other, OSTEON_PORT: new URL(address).port });
    expect(await exitCode(samePort)).toBe(2);
    expect(samePort.output).toMatch(/OSTEON_PORT: another program listens on port \d+/);
    expect(await postgresProcesses(join(other, 'postgres', 'cluster'))).toEqual([]);
  });

  it('ends with code 2 and every reason when the configuration is wrong', async () => {
    const program = launch([], { OSTEON_HOST: '0.0.0.0', OSTEON_PORT: 'http' });
    expect(await exitCode(program)).toBe(2);
    expect(program.output).toMatch(/OSTEON_HOST is not .*OSTEON_AUTHENTICATION=required/);
    expect(program.output).toContain('OSTEON_PORT is not a whole number');
    expect(await readdir(dataFolder)).toEqual([]);
  });

  it('prints its help and ends', async () => {
    const program = launch(['--help']);
    expect(await exitCode(program)).toBe(0);
    expect(program.output).toContain('OSTEON_STUDY_QUIET_SECONDS');
  });

  it('imports, says why a file is refused, and with --exit ends with code 1', async () => {
    const note = join(dataFolder, 'note.txt');
    await writeFile(note, 'no radiograph');
    const program = launch(['--import', note, '--exit']);
    expect(await exitCode(program)).toBe(1);
    expect(program.output).toMatch(/refused .*note\.txt/);
    expect(program.output).toContain('Stopped.');
  });
});
