/**
 * Who makes a request.
 */
import { ALL_PERMISSIONS, type Permission } from './permission.ts';

/** A person or program that makes requests, and what it may do. */
export interface Principal {
  /** Stable identifier for the audit trail, e.g. `person 248289761001` or `key gateway-2`; says nothing about a patient. */
  readonly id: string;
  /** `local`: whoever sits at this machine; `anonymous`: nobody has signed in. */
  readonly kind: 'local' | 'anonymous' | 'person' | 'service';
  /** Name for people; only a `person` that has one may sign a report with it. */
  readonly name?: string;
  readonly permissions: ReadonlySet<Permission>;
}

/** Whoever sits at this machine: may do everything, since there is no authentication and nobody else can connect. */
export const LOCAL_PRINCIPAL: Principal = { id: 'local', kind: 'local', permissions: ALL_PERMISSIONS };

/** Nobody: reaches only what is open to all. */
export const ANONYMOUS: Principal = { id: 'anonymous', kind: 'anonymous', permissions: new Set() };
