/**
 * Who makes a request.
 */
import { ALL_PERMISSIONS, type Permission } from './permission.ts';
import type { StudyRestriction } from '../storage/search-sql.ts';
import { permissionsOf, type Role } from './role.ts';

/** A person or program that makes requests, and what it may do. */
export interface Principal {
  /** Stable identifier for the audit trail, e.g. `person 248289761001` or `key gateway-2`; says nothing about a patient. */
  readonly id: string;
  /** `local`: whoever sits at this machine; `anonymous`: nobody has signed in. */
  readonly kind: 'local' | 'anonymous' | 'person' | 'service';
  /** Name for people; only a `person` that has one may sign a report with it. */
  readonly name?: string;
  readonly permissions: ReadonlySet<Permission>;
  /** Absent: none. */
  readonly roles?: readonly Role[];
  /** What access rules may call it by: `role:qa`, `group:north`, `key:gateway-2`. Absent: no rule can name it. */
  readonly labels?: ReadonlySet<string>;
  /** The studies that it sees. Absent: all. */
  readonly studies?: StudyRestriction;
}

/** Whoever sits at this machine: may do everything, since there is no authentication and nobody else can connect. */
export const LOCAL_PRINCIPAL: Principal = {
  id: 'local',
  kind: 'local',
  permissions: ALL_PERMISSIONS,
};

/** Nobody: reaches only what is open to all. */
export const ANONYMOUS: Principal = {
  id: 'anonymous',
  kind: 'anonymous',
  permissions: new Set(),
};

/** A person, or a program that a provider of OpenID Connect knows. */
export function personOf(identity: {
  readonly subject: string;
  readonly name?: string;
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
}): Principal {
  const { subject, name, roles, groups } = identity;
  const isProgram = roles.length > 0 && roles.every((role) => role === 'service');
  return {
    id: `${isProgram ? 'service' : 'person'} ${subject}`,
    kind: isProgram ? 'service' : 'person',
    ...(name !== undefined && { name }),
    permissions: permissionsOf(roles),
    roles,
    labels: new Set([
      ...roles.map((role) => `role:${role}`),
      ...groups.map((group) => `group:${group}`),
      `subject:${subject}`,
    ]),
  };
}

/** The holder of an API key. `permissions` narrows what the roles may do. */
export function keyHolderOf(key: {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly permissions?: readonly string[];
}): Principal {
  const { id, roles, permissions } = key;
  const all = permissionsOf(roles);
  return {
    id: `key ${id}`,
    kind: 'service',
    permissions: permissions ? new Set([...all].filter((one) => permissions.includes(one))) : all,
    roles,
    labels: new Set([...roles.map((role) => `role:${role}`), `key:${id}`]),
  };
}
