/**
 * Claims of a token as an identity: name and roles. OpenID Connect Core 1.0 5.1.
 */
import type { OidcConfiguration } from '../access-config.ts';
import { isRole } from './role.ts';
import type { Identity } from './session.ts';

/** Longer names are cut: they come from outside and go into reports (PN: 64 characters). PS3.5 6.2. */
const MOST_NAME = 64;

/** Reads it; a claim that is absent, or not what it should be, gives no role. */
export function identityOf(
  claims: Readonly<Record<string, unknown>>,
  subject: string,
  { rolesClaim, roles: table }: Pick<OidcConfiguration, 'rolesClaim' | 'roles'>,
): Identity {
  const groups = textsOf(valueAt(claims, rolesClaim));
  const roles = groups.map((group) => (table ? table.get(group) : group)).filter(isRole);
  const name = nameOf(claims);
  return { subject, ...(name !== undefined && { name }), roles: [...new Set(roles)], groups };
}

function valueAt(claims: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => {
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return isObject ? Reflect.get(value, key) : undefined;
  }, claims);
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(/[ ,]+/).filter((text) => text !== '');
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function nameOf(claims: Readonly<Record<string, unknown>>): string | undefined {
  const name = [claims['name'], claims['preferred_username']].find(
    (one) => typeof one === 'string' && one !== '',
  );
  return typeof name === 'string' ? name.slice(0, MOST_NAME) : undefined;
}
