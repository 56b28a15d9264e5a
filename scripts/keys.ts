/**
 * `npm run keys`: API keys for programs.
 *
 * usage: npm run keys -- --create ID --role ROLE… [--permission PERMISSION…] [--days N]
 *        npm run keys -- --revoke ID
 *        npm run keys                      (lists them)
 *
 * A key is printed once, when it is made. With the embedded database, stop the server first, or use /api/keys of the running one.
 */
import { parseArgs } from 'node:util';
import { asPacsError, PacsError } from '../dicom/vocabulary/failure.ts';
import { textTable } from '../server/operations/text-table.ts';
import { ApiKeys, type ApiKey } from '../server/security/api-key.ts';
import { recordAuditEvent } from '../server/security/audit-trail.ts';
import { ALL_PERMISSIONS, type Permission } from '../server/security/permission.ts';
import { isRole, ROLE_NAMES } from '../server/security/role.ts';
import type { Pool } from '../server/storage/database.ts';
import { withDatabase } from './with-database.ts';

const OPTIONS = {
  create: { type: 'string' },
  revoke: { type: 'string' },
  role: { type: 'string', multiple: true },
  permission: { type: 'string', multiple: true },
  days: { type: 'string' },
} as const;
const DAY_MS = 86_400_000;
/** Who is on record as having made a key here. */
const COMMAND = 'npm run keys';

try {
  const { values } = parseArgs({ options: OPTIONS });
  console.log(await withDatabase((pool) => answer(pool, values)));
} catch (error) {
  const failure =
    error instanceof TypeError ? new PacsError('invalid-configuration', error.message) : asPacsError(error);
  console.error(failure.message);
  process.exitCode = 2;
}

async function answer(
  pool: Pool,
  values: {
    readonly create?: string | undefined;
    readonly revoke?: string | undefined;
    readonly role?: readonly string[] | undefined;
    readonly permission?: readonly string[] | undefined;
    readonly days?: string | undefined;
  },
): Promise<string> {
  const keys = new ApiKeys(pool);
  if (values.create !== undefined) {
    const { role = [], permission, days } = values;
    const key = await keys.create({
      id: values.create,
      roles: role.map((name) => (isRole(name) ? name : refuse('--role', ROLE_NAMES))),
      ...(permission && {
        permissions: permission.map((name) =>
          isPermission(name) ? name : refuse('--permission', [...ALL_PERMISSIONS]),
        ),
      }),
      ...(days !== undefined && { expiresAt: new Date(Date.now() + wholeDays(days) * DAY_MS) }),
      createdBy: COMMAND,
    });
    await record(pool, `made the key ${values.create}`);
    return `${key}\nKeep it: it is not shown again.`;
  }
  if (values.revoke !== undefined) {
    await keys.revoke(values.revoke);
    await record(pool, `took back the key ${values.revoke}`);
    return `The key ${values.revoke} is taken back.`;
  }
  return textTable(['Key', 'Roles', 'Permissions', 'Made', 'Until', 'State'], (await keys.list()).map(rowOf));
}

function rowOf({ id, roles, permissions, createdAt, expiresAt, revokedAt }: ApiKey): readonly string[] {
  const isOver = expiresAt !== undefined && expiresAt.getTime() <= Date.now();
  return [
    id,
    roles.join(', '),
    permissions?.join(', ') ?? 'all of its roles',
    createdAt.toISOString().slice(0, 10),
    expiresAt?.toISOString().slice(0, 10) ?? 'no end',
    revokedAt ? 'taken back' : isOver ? 'ended' : 'valid',
  ];
}

function record(pool: Pool, detail: string): Promise<void> {
  return recordAuditEvent(pool, {
    at: new Date(),
    principalId: COMMAND,
    action: 'change-access',
    outcome: 'success',
    studyInstanceUids: [],
    detail,
  });
}

function isPermission(name: string): name is Permission {
  return (ALL_PERMISSIONS as ReadonlySet<string>).has(name);
}

function wholeDays(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) refuse('--days', ['a whole number from 1 to 9999']);
  return Number(text);
}

function refuse(option: string, expected: readonly string[]): never {
  throw new PacsError('invalid-configuration', `${option} is not ${expected.join(', ')}`);
}
