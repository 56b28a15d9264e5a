/** `npm run keys` and `npm run audit-check` as `docs/security.md` tells a person to run them, beside a server on the same database. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { query } from '../../server/storage/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'osteon-commands-'));
let database: TestDatabase;
let server: RunningServer;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startServer(join(folder, 'data'), {
    DATABASE_URL: database.databaseUrl,
    OSTEON_AUTHENTICATION: 'required',
    OSTEON_WORKERS: '1',
  });
}, 120_000);
afterAll(async () => {
  await server.stop();
  await database.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function npmRun(command: string, ...args: readonly string[]): Promise<Answer> {
  const env = { ...process.env, DATABASE_URL: database.databaseUrl, OSTEON_DATA: join(folder, 'data') };
  const parameters = ['run', '--silent', command, ...(args.length > 0 ? ['--', ...args] : [])];
  return await promisify(execFile)('npm', parameters, { cwd: ROOT, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => error as Answer,
  );
}

const statusWith = async (key: string, path: string, method = 'GET') =>
  (await fetch(`${server.address}${path}`, { method, headers: { authorization: `Bearer ${key}` } })).status;

describe('npm run keys', () => {
  it('makes a key that does what its permission says and no more, shows it once, and takes it back', async () => {
    const made = await npmRun(
      'keys',
      '--create',
      'gateway-2',
      '--role',
      'service',
      '--permission',
      'read-studies',
      '--days',
      '30',
    );
    expect([made.code, made.stderr]).toEqual([0, '']);
    const [key = ''] = made.stdout.split('\n');
    expect(key).toMatch(/^osteon_/);
    expect(await statusWith(key, '/dicom-web/studies')).toBe(204);
    expect(await statusWith(key, '/dicom-web/studies', 'POST')).toBe(403);
    const listed = (await npmRun('keys')).stdout;
    expect(listed).toMatch(/gateway-2 +service +read-studies .*valid/);
    expect(listed).not.toContain(key);
    expect((await npmRun('keys', '--revoke', 'gateway-2')).stdout).toContain('is taken back');
    expect((await npmRun('keys')).stdout).toMatch(/gateway-2 .*taken back/);
    // What was found of a key is believed for ten seconds.
    await expect
      .poll(() => statusWith(key, '/dicom-web/studies'), { timeout: 20_000, interval: 500 })
      .toBe(401);
    const rows = await query(
      database.pool,
      "SELECT principal_id, detail FROM audit_event WHERE action = 'change-access' ORDER BY id",
    );
    expect(rows).toEqual([
      { principal_id: 'npm run keys', detail: 'made the key gateway-2' },
      { principal_id: 'npm run keys', detail: 'took back the key gateway-2' },
    ]);
    const stored = await query(database.pool, 'SELECT to_jsonb(api_key)::text AS row FROM api_key');
    expect(JSON.stringify(stored)).not.toContain(key.slice('osteon_'.length));
  }, 120_000);

  it.each([
    [['--create', 'one', '--role', 'king'], /--role is not radiologist, pacs-admin, qa, service/],
    [['--create', 'one', '--role', 'service', '--permission', 'rule'], /--permission is not read-studies/],
    [['--create', 'one', '--role', 'service', '--days', 'all'], /--days is not a whole number/],
    [['--revoke', 'nobody'], /There is no key of this id/],
    [['--crate', 'one'], /crate/],
  ])('refuses %j in words, with code 2', async (args, words) => {
    const { code, stderr } = await npmRun('keys', ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain('    at ');
  });
});

describe('npm run audit-check', () => {
  it('finds the chain whole, and says where it was changed, cut or written anew', async () => {
    const sound = await npmRun('audit-check');
    expect([sound.code, sound.stderr]).toEqual([0, '']);
    const end = /The chain is whole. It ends with (\d+:[0-9a-f]{64})/.exec(sound.stdout)?.[1] ?? '';
    expect((await npmRun('audit-check', '--end', end)).code).toBe(0);
    const [number = ''] = end.split(':');
    const other = await npmRun('audit-check', '--end', `${number}:${'0'.repeat(64)}`);
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('was written anew')]);

    await query(database.pool, "UPDATE audit_event SET principal_id = 'somebody else' WHERE sequence = 2");
    const changed = await npmRun('audit-check');
    expect([changed.code, changed.stderr]).toEqual([1, expect.stringContaining('Event 2 was changed')]);
    await query(database.pool, 'DELETE FROM audit_event WHERE sequence = 2');
    expect((await npmRun('audit-check')).stderr).toContain('Event 2 is missing');

    const nonsense = await npmRun('audit-check', '--end', 'yesterday');
    expect([nonsense.code, nonsense.stderr]).toEqual([
      2,
      expect.stringContaining('--end is not NUMBER:HASH'),
    ]);
  }, 120_000);
});
