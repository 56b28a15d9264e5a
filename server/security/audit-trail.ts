/**
 * Keeps audit events, each chained to the one before it by a hash. PS3.15 A.5.
 *
 * Trap: an event of something that changes data belongs into the transaction that changes it, so that neither is there
 * without the other. From there on every other event waits for the end of that transaction: record it last.
 */
import { createHash } from 'node:crypto';
import { inTransaction, query } from '../storage/database.ts';
import type { Pool, Queryable } from '../storage/database.ts';
import type { AuditEvent } from './audit-event.ts';

const COLUMNS =
  'occurred_at, principal_id, action, outcome, study_uids, network_address, occurrences, detail';

/** Adds an event to the trail, in one statement. */
export async function recordAuditEvent(target: Queryable, event: AuditEvent): Promise<void> {
  const sound = soundOf(event);
  await query(
    target,
    `WITH head AS (
       UPDATE audit_chain SET sequence = sequence + 1,
         hash = sha256(hash || convert_to((sequence + 1)::text || E'\\n' || $9, 'UTF8'))
       RETURNING sequence, hash)
     INSERT INTO audit_event (${COLUMNS}, sequence, hash)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, sequence, hash FROM head`,
    [...valuesOf(sound), textOfEvent(sound)],
    'record-audit-event',
  );
}

/** Adds events in one go. */
export async function recordAuditEvents(pool: Pool, events: readonly AuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  await inTransaction(pool, async (client) => {
    const [head] = await query(client, 'SELECT sequence, hash FROM audit_chain FOR UPDATE');
    let sequence = Number(head?.['sequence']);
    let hash = head?.['hash'] as Buffer;
    const rows = events.map(soundOf).map((event) => {
      sequence += 1;
      hash = chainedHash(hash, sequence, event);
      const [at, principal, action, outcome, studies, address, occurrences, detail] = valuesOf(event);
      return {
        at,
        principal,
        action,
        outcome,
        studies,
        address,
        occurrences,
        detail,
        sequence,
        hash: hash.toString('hex'),
      };
    });
    await query(
      client,
      `INSERT INTO audit_event (${COLUMNS}, sequence, hash)
       SELECT at, principal, action, outcome, studies, address, occurrences, detail, sequence, decode(hash, 'hex')
       FROM jsonb_to_recordset($1::jsonb) AS e(at timestamptz, principal text, action text, outcome text, studies text[],
         address text, occurrences integer, detail text, sequence bigint, hash text)`,
      [JSON.stringify(rows)],
    );
    await query(client, 'UPDATE audit_chain SET sequence = $1, hash = $2', [sequence, hash]);
  });
}

/** Hash of an event at its place: SHA-256 of the hash before it, its number, and what it says. */
export function chainedHash(before: Uint8Array, sequence: number, event: AuditEvent): Buffer {
  return createHash('sha256')
    .update(before)
    .update(`${sequence}\n${textOfEvent(event)}`)
    .digest();
}

/** The hash that the first event follows. */
export function startOfChain(): Buffer {
  return createHash('sha256').digest();
}

/** What is hashed of an event: all that is kept. */
function textOfEvent(event: AuditEvent): string {
  const [at, ...rest] = valuesOf(event);
  return JSON.stringify([at.toISOString(), ...rest]);
}

/** In the order of the columns. */
function valuesOf(event: AuditEvent): [Date, ...unknown[]] {
  return [
    event.at,
    event.principalId,
    event.action,
    event.outcome,
    event.studyInstanceUids,
    event.networkAddress ?? null,
    event.occurrences ?? 1,
    event.detail ?? null,
  ];
}

/** As the database keeps it: text without NUL and without half characters, or what is read back is not what was hashed. */
function soundOf(event: AuditEvent): AuditEvent {
  const clean = (text: string): string => text.replaceAll('\0', '').toWellFormed();
  return {
    ...event,
    principalId: clean(event.principalId),
    studyInstanceUids: event.studyInstanceUids.map(clean),
    ...(event.networkAddress !== undefined && { networkAddress: clean(event.networkAddress) }),
    ...(event.detail !== undefined && { detail: clean(event.detail) }),
  };
}
