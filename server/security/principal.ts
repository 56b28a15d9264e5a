/**
 * Who makes a request.
 */
import { ALL_PERMISSIONS, type Permission } from './permission.ts';

/** A person or program that makes requests, and what it may do. */
export interface Principal {
  /** Stable identifier for the audit trail; says nothing about a patient. */
  readonly id: string;
  readonly kind: 'local' | 'person' | 'service';
  readonly permissions: ReadonlySet<Permission>;
}

/** Whoever sits at this machine: may do everything, since there is no authentication and nobody else can connect. */
export const LOCAL_PRINCIPAL: Principal = { id: 'local', kind: 'local', permissions: ALL_PERMISSIONS };
