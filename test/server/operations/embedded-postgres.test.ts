import { mkdtemp, readFile, rename, rm, stat, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../../server/operations/embedded-postgres.ts';
import { SILENT_LOG, type Log } from '../../../server/operations/log.ts';
import { accountNamed } from '../../../server/operations/postgres-account.ts';
import { postgresProcesses } from '../../../server/operations/postgres-orphans.ts';

let dataFolder: string;
let running: EmbeddedPostgres[];
/** Starts that failed after a crash. */
let tries: number;

async function start(): Promise<EmbeddedPostgres> {
  const log: Log = {
    ...SILENT_LOG,
    error: (_, message) => {
      if (message.includes('cannot be started again')) tries += 1;
    },
  };
  const postgres = await startEmbeddedPostgres({ dataFolder, log });
  running.push(postgres);
  return postgres;
}

async function query(databaseUrl: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

function cluster(): string {
  return join(dataFolder, 'postgres', 'cluster');
}

beforeEach(async () => {
  running = [];
  tries = 0;
  // mkdtemp gives mode 700: as root this is a folder that PostgreSQL's account may not enter.
  dataFolder = await mkdtemp(join(tmpdir(), 'osteon-postgres-'));
});

afterEach(async () => {
  for (const postgres of running) await postgres.stop();
  await rm(dataFolder, { recursive: true, force: true });
});

describe('the embedded PostgreSQL', () => {
  it('keeps rows from one start to the next and syncs them to disk', async () => {
    const first = await start();
    await query(first.databaseUrl, "create table kept (value text); insert into kept values ('é')");
    expect(await query(first.databaseUrl, 'show fsync')).toEqual([{ fsync: 'on' }]);
    expect(await query(first.databaseUrl, "select upper('é') as upper")).toEqual([{ upper: 'É' }]);
    await first.stop();
    expect(await postgresProcesses(cluster())).toEqual([]);

    const second = await start();
    expect(await query(second.databaseUrl, 'select value from kept')).toEqual([{ value: 'é' }]);
  });

  it('listens on loopback alone and refuses a wrong password and the password of an earlier start', async () => {
    const first = await start();
    expect(await query(first.databaseUrl, 'show listen_addresses')).toEqual([
      { listen_addresses: '127.0.0.1' },
    ]);
    await first.stop();
    const second = await start();
    const oldPassword = new URL(second.databaseUrl);
    oldPassword.password = new URL(first.databaseUrl).password;
    await expect(query(oldPassword.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  });

  it('never runs as root, and lets no other account read the cluster', async () => {
    await start();
    const owner = await stat(cluster());
    expect(owner.uid).not.toBe(0);
    expect(owner.mode & 0o077).toBe(0);
  });

  it('ends the PostgreSQL of a killed server, then serves the rows it acknowledged', async () => {
    const first = await start();
    await query(first.databaseUrl, 'create table kept as select 7 as value');
    // A killed server cannot stop its PostgreSQL: the same as starting again without a stop.
    const second = await start();
    await first.ended;
    expect(await query(second.databaseUrl, 'select value from kept')).toEqual([{ value: 7 }]);
  });

  it('is started again at the same address when every process was killed', async () => {
    const postgres = await start();
    await query(postgres.databaseUrl, 'create table kept as select 7 as value');
    const killed = await postgresProcesses(cluster());
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    await expect.poll(() => query(postgres.databaseUrl, 'select value from kept')).toEqual([{ value: 7 }]);
    expect((await postgresProcesses(cluster())).filter((pid) => killed.includes(pid))).toEqual([]);
    await postgres.stop();
    expect(await postgresProcesses(cluster())).toEqual([]);
  });

  it('is tried again and again while it cannot be started, and stops at once when nobody wants it any more', async () => {
    const postgres = await start();
    await query(postgres.databaseUrl, 'create table kept as select 7 as value');
    const control = join(cluster(), 'global', 'pg_control');
    await rename(control, `${control}.away`);
    for (const pid of await postgresProcesses(cluster())) process.kill(pid, 'SIGKILL');
    await expect.poll(() => tries).toBeGreaterThan(1);
    await rename(`${control}.away`, control);
    await expect.poll(() => query(postgres.databaseUrl, 'select value from kept')).toEqual([{ value: 7 }]);

    await rename(control, `${control}.away`);
    for (const pid of await postgresProcesses(cluster())) process.kill(pid, 'SIGKILL');
    await expect.poll(() => tries).toBeGreaterThan(3);
    await postgres.stop();
    expect(await postgresProcesses(cluster())).toEqual([]);
  });

  it('stays stopped when somebody else stops it in good order', async () => {
    const postgres = await start();
    const [postmaster] = (await readFile(join(cluster(), 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(postmaster), 'SIGINT');
    await postgres.ended;
    expect(await postgresProcesses(cluster())).toEqual([]);
  });

  it('is not misled by a postmaster.pid whose number belongs to another program by now', async () => {
    const first = await start();
    const pidFile = join(cluster(), 'postmaster.pid');
    const lines = (await readFile(pidFile, 'utf8')).split('\n');
    await first.stop();
    await writeFile(pidFile, [String(process.pid), ...lines.slice(1)].join('\n'));
    const second = await start();
    expect(await query(second.databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('makes the cluster anew when the one before was left half made', async () => {
    await mkdir(`${cluster()}.new/base`, { recursive: true });
    const postgres = await start();
    expect(await query(postgres.databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('starts empty after the data folder was deleted', async () => {
    const first = await start();
    await query(first.databaseUrl, 'create table kept as select 7 as value');
    await first.stop();
    await rm(dataFolder, { recursive: true });
    const second = await start();
    await expect(query(second.databaseUrl, 'select value from kept')).rejects.toThrow(/does not exist/);
  });

  it('refuses a cluster of another PostgreSQL version by name', async () => {
    await mkdir(cluster(), { recursive: true });
    await writeFile(join(cluster(), 'PG_VERSION'), '14\n');
    await expect(start()).rejects.toThrow(/PostgreSQL 14, the one installed is 18/);
  });
});

describe('the account PostgreSQL runs as', () => {
  it('is read from the passwd file, and never root', () => {
    const passwd = 'root:x:0:0::/:\nnobody:x:65534:65533::/:\nbroken\n';
    expect(accountNamed('nobody', passwd)).toEqual({ uid: 65534, gid: 65533 });
    expect(accountNamed('root', passwd)).toBeUndefined();
    expect(accountNamed('postgres', passwd)).toBeUndefined();
    expect(accountNamed('broken', passwd)).toBeUndefined();
  });
});
