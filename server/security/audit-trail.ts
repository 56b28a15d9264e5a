/**
 * Keeps audit events. PS3.15 A.5.
 *
 * Trap: an event of something that changes data belongs into the transaction that changes it, so that neither is there
 * without the other.
 */
import { query } from '../storage/database.ts';
import type { Queryable } from '../storage/database.ts';
import type { AuditEvent } from './audit-event.ts';

/** Adds an event to the trail. */
export async function recordAuditEvent(target: Queryable, event: AuditEvent): Promise<void> {
  await query(
    target,
    `INSERT INTO audit_event (occurred_at, principal_id, action, outcome, study_uids, network_address)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      event.at,
      event.principalId,
      event.action,
      event.outcome,
      event.studyInstanceUids,
      event.networkAddress ?? null,
    ],
  );
}
