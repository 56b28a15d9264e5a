/**
 * The roles, and what each of them may do: the one table of permissions. `docs/security.md` shows it by route, and a test
 * compares both.
 */
import type { Permission } from './permission.ts';

interface RoleMeaning {
  /** Who has it, for people. */
  readonly holder: string;
  readonly permissions: readonly Permission[];
}

/** One row per role. */
export const ROLES = {
  radiologist: {
    holder: 'reads studies and decides on findings',
    permissions: ['read-studies', 'store-instances', 'request-analysis', 'review-findings'],
  },
  'pacs-admin': {
    holder: 'runs the node: stores, deletes, routes, sees the metrics',
    permissions: [
      'read-studies',
      'store-instances',
      'delete-instances',
      'request-analysis',
      'deliver-results',
      'administer',
      'read-metrics',
    ],
  },
  qa: {
    holder:
      'looks back at results, decisions and the audit trail; brings labels, settles samples, takes de-identified copies; changes no study',
    permissions: ['read-studies', 'read-audit', 'audit-quality', 'export-studies'],
  },
  service: {
    holder: 'is a program: a gateway, a viewer, a monitor',
    permissions: ['read-studies', 'store-instances', 'request-analysis', 'read-metrics'],
  },
} as const satisfies Record<string, RoleMeaning>;

/** Name of a role. */
export type Role = keyof typeof ROLES;

/** Names of all roles, in the order of the table. */
export const ROLE_NAMES = Object.keys(ROLES) as readonly Role[];

/** True for the name of a role. */
export function isRole(name: unknown): name is Role {
  return typeof name === 'string' && Object.hasOwn(ROLES, name);
}

/** What somebody with these roles may do: whatever one of them may. */
export function permissionsOf(roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role): readonly Permission[] => ROLES[role].permissions));
}
