/**
 * API keys for programs: `osteon_ID_SECRET`, sent as a bearer token, or as the password of HTTP Basic, which is all that many
 * gateways can do.
 */
import { timingSafeEqual } from 'node:crypto';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { query, type Pool, type Row } from '../storage/database.ts';
import { textAt } from '../storage/instance-reading.ts';
import { KnownFor } from './known-for.ts';
import { ALL_PERMISSIONS, type Permission } from './permission.ts';
import { keyHolderOf, type Principal } from './principal.ts';
import { isRole, permissionsOf, type Role } from './role.ts';
import { hashOf, newSecret } from './secret-token.ts';

/** What is known of a key; the secret is not. */
export interface ApiKey {
  readonly id: string;
  readonly roles: readonly Role[];
  /** Absent: all that the roles may. */
  readonly permissions?: readonly Permission[];
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt?: Date;
  readonly revokedAt?: Date;
}

/** A key that is to be made. */
export type NewApiKey = Pick<ApiKey, 'id' | 'roles' | 'permissions' | 'createdBy' | 'expiresAt'>;

const FORM = /^osteon_([a-z0-9][a-z0-9-]{0,39})_([A-Za-z0-9_-]{43})$/;
const ID = /^[a-z0-9][a-z0-9-]{0,39}$/;
/** How long a key is believed without asking the database again, in seconds. */
const KNOWN_SECONDS = 10;
const COLUMNS = 'id, roles, permissions, created_at, created_by, expires_at, revoked_at';

/** True for what has the form of a key, and so is no other kind of token. */
export function looksLikeApiKey(text: string): boolean {
  return text.startsWith('osteon_');
}

export class ApiKeys {
  readonly #pool: Pool;
  readonly #known = new KnownFor<{ readonly principal: Principal; readonly hash: Buffer }>(KNOWN_SECONDS);

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Makes a key and returns it: it is told this once. Throws `bad-request`, also for an id that was used before. */
  async create({ id, roles, permissions, createdBy, expiresAt }: NewApiKey): Promise<string> {
    requireSound(id, roles, permissions);
    const secret = newSecret();
    const rows = await query(
      this.#pool,
      `INSERT INTO api_key (id, secret_sha256, roles, permissions, created_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id`,
      [id, hashOf(secret), roles, permissions ?? null, createdBy, expiresAt ?? null],
    );
    if (rows.length === 0) {
      throw new PacsError('bad-request', 'There is, or was, a key of this id; expected a new one');
    }
    return `osteon_${id}_${secret}`;
  }

  /** Every key that was ever made, by id. */
  async list(): Promise<readonly ApiKey[]> {
    const rows = await query(this.#pool, `SELECT ${COLUMNS} FROM api_key ORDER BY id`);
    return rows.map(keyOfRow);
  }

  /** Takes a key back. Other servers on the same database take it for up to ten seconds more. Throws `not-found`. */
  async revoke(id: string): Promise<void> {
    const rows = await query(
      this.#pool,
      'UPDATE api_key SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 RETURNING id',
      [id],
    );
    this.#known.forget(id);
    if (rows.length === 0) throw new PacsError('not-found', 'There is no key of this id');
  }

  /** Whose key this is; `undefined` where it is not, or no longer, valid. */
  find(text: string): Principal | undefined | Promise<Principal | undefined> {
    const [, id, secret] = FORM.exec(text) ?? [];
    if (id === undefined || secret === undefined) return undefined;
    const known = this.#known.get(id);
    if (known) return timingSafeEqual(known.hash, hashOf(secret)) ? known.principal : undefined;
    return this.#look(id, secret);
  }

  async #look(id: string, secret: string): Promise<Principal | undefined> {
    const [row] = await query(
      this.#pool,
      `SELECT ${COLUMNS}, secret_sha256 FROM api_key
       WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
      [id],
    );
    if (!row) return undefined;
    const key = keyOfRow(row);
    const known = { principal: keyHolderOf(key), hash: row['secret_sha256'] as Buffer };
    if (!timingSafeEqual(known.hash, hashOf(secret))) return undefined;
    this.#known.set(id, known, key.expiresAt?.getTime());
    return known.principal;
  }
}

function requireSound(
  id: string,
  roles: readonly string[],
  permissions: readonly string[] | undefined,
): void {
  if (!ID.test(id)) {
    throw new PacsError('bad-request', 'The id of a key has up to 40 lower-case letters, digits and hyphens');
  }
  if (roles.length === 0 || !roles.every(isRole)) {
    throw new PacsError('bad-request', 'A key needs at least one role, and only roles that there are');
  }
  const possible = permissionsOf(roles.filter(isRole));
  const beyond = (permissions ?? []).filter((one) => !possible.has(one as Permission));
  if (beyond.length > 0 || permissions?.length === 0) {
    throw new PacsError('bad-request', 'A key may be narrowed to permissions of its roles, one at least');
  }
}

function keyOfRow(row: Row): ApiKey {
  const { roles, permissions, created_at, expires_at, revoked_at } = row as Record<string, unknown> & {
    roles: string[];
    permissions: string[] | null;
  };
  return {
    id: textAt(row, 'id'),
    roles: roles.filter(isRole),
    ...(permissions && { permissions: [...ALL_PERMISSIONS].filter((one) => permissions.includes(one)) }),
    createdAt: created_at as Date,
    createdBy: textAt(row, 'created_by'),
    ...(expires_at instanceof Date && { expiresAt: expires_at }),
    ...(revoked_at instanceof Date && { revokedAt: revoked_at }),
  };
}
