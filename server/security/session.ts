/**
 * Sessions of people who signed in at the provider. The browser holds a random token in a cookie, the database its hash.
 */
import { query, type Pool, type Row } from '../storage/database.ts';
import { textAt } from '../storage/instance-reading.ts';
import { KnownFor } from './known-for.ts';
import { personOf, type Principal } from './principal.ts';
import { isRole, type Role } from './role.ts';
import { hashOf, newSecret } from './secret-token.ts';

/** Who the provider says somebody is. */
export interface Identity {
  /** The provider's identifier of the person. */
  readonly subject: string;
  readonly name?: string;
  readonly roles: readonly Role[];
  /** Values of the roles claim, whatever they mean; access rules name them. */
  readonly groups: readonly string[];
}

/** A session that was ended. */
export interface EndedSession {
  readonly principalId: string;
  readonly idToken: string;
}

/** How long a session is believed without asking the database again, in seconds. */
const KNOWN_SECONDS = 10;
/** A session without a request for this part of its life has ended. */
const IDLE_PART = 4;

export class Sessions {
  readonly #pool: Pool;
  readonly #seconds: number;
  readonly #known = new KnownFor<Principal>(KNOWN_SECONDS);

  /** `seconds`: life of a session. */
  constructor(pool: Pool, seconds: number) {
    this.#pool = pool;
    this.#seconds = seconds;
  }

  /** Begins a session; its token, for the cookie. Ended ones are swept out. */
  async begin(identity: Identity, idToken: string): Promise<string> {
    const token = newSecret();
    await query(this.#pool, `DELETE FROM session WHERE NOT ${this.#isAlive('$1')}`, [this.#seconds]);
    await query(
      this.#pool,
      `INSERT INTO session (token_sha256, principal_id, name, roles, groups, id_token) VALUES ($1, $2, $3, $4, $5, $6)`,
      [hashOf(token), personOf(identity).id, identity.name ?? null, identity.roles, identity.groups, idToken],
    );
    return token;
  }

  /** The principal of a session known of late; otherwise asks the database. `undefined`: there is no such session. */
  find(token: string): Principal | undefined | Promise<Principal | undefined> {
    return this.#known.get(hashOf(token).toString('base64')) ?? this.#look(token);
  }

  /** Ends a session. `undefined` where there was none. */
  async end(token: string): Promise<EndedSession | undefined> {
    this.#known.forget(hashOf(token).toString('base64'));
    const [row] = await query(
      this.#pool,
      'DELETE FROM session WHERE token_sha256 = $1 RETURNING principal_id, id_token',
      [hashOf(token)],
    );
    return row && { principalId: textAt(row, 'principal_id'), idToken: textAt(row, 'id_token') };
  }

  async #look(token: string): Promise<Principal | undefined> {
    const [row] = await query(
      this.#pool,
      `UPDATE session SET seen_at = now() WHERE token_sha256 = $1 AND ${this.#isAlive('$2')}
       RETURNING principal_id, name, roles, groups`,
      [hashOf(token), this.#seconds],
    );
    if (!row) return undefined;
    const principal = principalOfRow(row);
    this.#known.set(hashOf(token).toString('base64'), principal);
    return principal;
  }

  #isAlive(seconds: string): string {
    return `(created_at > now() - make_interval(secs => ${seconds}) AND seen_at > now() - make_interval(secs => ${seconds}::float8 / ${IDLE_PART}))`;
  }
}

function principalOfRow(row: Row): Principal {
  const { name, roles, groups } = row as { name: string | null; roles: string[]; groups: string[] };
  const id = textAt(row, 'principal_id');
  return personOf({
    subject: id.slice(id.indexOf(' ') + 1),
    ...(name !== null && { name }),
    roles: roles.filter(isRole),
    groups,
  });
}
