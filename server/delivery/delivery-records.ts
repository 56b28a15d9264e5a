/**
 * The table of deliveries: the queue, its dead letters, and the record of what arrived where.
 *
 * Trap: a lease tells who sends, not who has sent. A sender that was thought dead may still get through; that is harmless, since
 * what is sent twice is the same bytes under the same UIDs.
 */
import { recordAuditEvent } from '../security/audit-trail.ts';
import { inTransaction, query, type Pool, type Queryable, type Row } from '../storage/database.ts';

export const DELIVERY_STATES = ['waiting', 'sending', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One result set on its way to one destination. */
export interface DeliveryRecord {
  readonly id: string;
  readonly destination: string;
  readonly studyInstanceUid: string;
  readonly reportUid: string;
  readonly sopInstanceUids: readonly string[];
  /** What the destination said it has. */
  readonly acceptedUids: readonly string[];
  readonly state: DeliveryState;
  readonly priority: number;
  /** Tries so far, the running one among them. */
  readonly tries: number;
  /** Why the last try did not succeed. */
  readonly reason?: string;
  readonly queuedAt: Date;
  readonly dueAt: Date;
  readonly finishedAt?: Date;
}

/** A set that is to go to a destination. */
export interface NewDelivery {
  readonly destination: string;
  readonly studyInstanceUid: string;
  readonly reportUid: string;
  readonly sopInstanceUids: readonly string[];
  readonly priority: number;
}

/** Seconds that a sender may be silent before another takes its delivery. */
export const LEASE_SECONDS = 30;

/** Queues deliveries. One that is there already stays as it is, unless more of the set is to go there than before. */
export async function enqueueDeliveries(
  target: Queryable,
  deliveries: readonly NewDelivery[],
): Promise<void> {
  for (const { destination, studyInstanceUid, reportUid, sopInstanceUids, priority } of deliveries) {
    await query(
      target,
      `INSERT INTO delivery (destination, study_uid, report_uid, sop_instance_uids, state, priority)
       VALUES ($1, $2, $3, $4, 'waiting', $5)
       ON CONFLICT (destination, report_uid) DO UPDATE SET
         sop_instance_uids = ARRAY(SELECT DISTINCT unnest(delivery.sop_instance_uids || excluded.sop_instance_uids)),
         state = 'waiting', due_at = now(), tries = 0, reason = NULL, leased_until = NULL, finished_at = NULL
       WHERE NOT delivery.sop_instance_uids @> excluded.sop_instance_uids`,
      [destination, studyInstanceUid, reportUid, sopInstanceUids, priority],
    );
  }
}

/** Takes the most urgent delivery of a destination that is due; `undefined` when there is none. */
export async function claimDelivery(pool: Pool, destination: string): Promise<DeliveryRecord | undefined> {
  const [row] = await query(
    pool,
    `UPDATE delivery SET state = 'sending', tries = tries + 1, leased_until = now() + make_interval(secs => $2)
     WHERE id = (
       SELECT id FROM delivery WHERE destination = $1
         AND (state = 'waiting' AND due_at <= now() OR state = 'sending' AND leased_until < now())
       ORDER BY priority DESC, due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING *`,
    [destination, LEASE_SECONDS],
  );
  return row && recordOf(row);
}

/** Says that the sender is alive. */
export async function renewLease(pool: Pool, { id, tries }: DeliveryRecord): Promise<void> {
  await query(
    pool,
    `UPDATE delivery SET leased_until = now() + make_interval(secs => $3) WHERE id = $1 AND tries = $2 AND state = 'sending'`,
    [id, tries, LEASE_SECONDS],
  );
}

/** Notes what the destination has, so that the next try sends the rest only. */
export async function recordAccepted(
  pool: Pool,
  { id }: DeliveryRecord,
  uids: readonly string[],
): Promise<void> {
  if (uids.length === 0) return;
  await query(
    pool,
    'UPDATE delivery SET accepted_uids = ARRAY(SELECT DISTINCT unnest(accepted_uids || $2::text[])) WHERE id = $1',
    [id, uids],
  );
}

/** Puts a delivery back for another try. */
export async function postponeDelivery(
  pool: Pool,
  { id, tries }: DeliveryRecord,
  inSeconds: number,
  reason: string,
): Promise<void> {
  await query(
    pool,
    `UPDATE delivery SET state = 'waiting', due_at = now() + make_interval(secs => $3), reason = $4, leased_until = NULL
     WHERE id = $1 AND tries = $2 AND state = 'sending'`,
    [id, tries, inSeconds, reason],
  );
}

/** The end of a delivery, with its audit event in the same transaction. `peer` is the network address of the destination. */
export async function finishDelivery(
  pool: Pool,
  delivery: DeliveryRecord,
  end: { readonly state: 'delivered' | 'dead'; readonly reason?: string; readonly peer?: string },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const rows = await query(
      client,
      `UPDATE delivery SET state = $3, reason = $4, finished_at = now(), leased_until = NULL
       WHERE id = $1 AND tries = $2 AND state = 'sending' AND cardinality(sop_instance_uids) = $5 RETURNING id`,
      [delivery.id, delivery.tries, end.state, end.reason ?? null, delivery.sopInstanceUids.length],
    );
    if (rows.length === 0) return; // More is to go there by now, or another sender was faster.
    await recordAuditEvent(client, {
      at: new Date(),
      principalId: `destination ${delivery.destination}`,
      action: 'deliver-results',
      outcome: end.state === 'delivered' ? 'success' : 'failed',
      studyInstanceUids: [delivery.studyInstanceUid],
      ...(end.peer !== undefined && { networkAddress: end.peer }),
    });
  });
}

/** Begins dead letters anew: one by its id, or all of a destination. Returns how many there were. */
export async function reviveDeliveries(
  pool: Pool,
  which: { readonly id: string } | { readonly destination: string },
): Promise<number> {
  const [column, value] = 'id' in which ? ['id::text', which.id] : ['destination', which.destination];
  const rows = await query(
    pool,
    `UPDATE delivery SET state = 'waiting', due_at = now(), queued_at = now(), tries = 0, finished_at = NULL
     WHERE state = 'dead' AND ${column} = $1 RETURNING id`,
    [value],
  );
  return rows.length;
}

/**
 * Forgets what was delivered more than so many days ago; dead letters stay until somebody sees to them. Returns how many
 * there were. A set that is queued again after that is sent again, to no effect: the destination has it.
 */
export async function pruneDeliveries(pool: Pool, olderThanDays: number): Promise<number> {
  const rows = await query(
    pool,
    `DELETE FROM delivery WHERE state = 'delivered' AND finished_at < now() - make_interval(secs => $1 * 86400) RETURNING id`,
    [olderThanDays],
  );
  return rows.length;
}

/** Deliveries of a state, or of all, the newest first. */
export async function listDeliveries(
  pool: Pool,
  { state, limit }: { readonly state?: DeliveryState; readonly limit: number },
): Promise<readonly DeliveryRecord[]> {
  const rows = await query(
    pool,
    'SELECT * FROM delivery WHERE $1::text IS NULL OR state = $1 ORDER BY queued_at DESC, id DESC LIMIT $2',
    [state ?? null, limit],
  );
  return rows.map(recordOf);
}

/** Deliveries of one destination, counted. */
export interface DeliveryCounts {
  readonly waiting: number;
  readonly sending: number;
  readonly dead: number;
  readonly delivered: number;
  readonly deliveredLastHour: number;
  /** When the oldest one that waits was queued. */
  readonly waitingSince?: Date;
}

/** By destination; one that never had a delivery is absent. */
export async function countDeliveries(pool: Pool): Promise<ReadonlyMap<string, DeliveryCounts>> {
  const rows = await query(
    pool,
    `SELECT destination, count(*) FILTER (WHERE state = 'waiting')::int AS waiting,
       count(*) FILTER (WHERE state = 'sending')::int AS sending, count(*) FILTER (WHERE state = 'dead')::int AS dead,
       count(*) FILTER (WHERE state = 'delivered')::int AS delivered,
       count(*) FILTER (WHERE state = 'delivered' AND finished_at > now() - interval '1 hour')::int AS last_hour,
       min(queued_at) FILTER (WHERE state IN ('waiting', 'sending')) AS since
     FROM delivery GROUP BY destination`,
  );
  return new Map(
    rows.map((row) => [
      String(row['destination']),
      {
        waiting: Number(row['waiting']),
        sending: Number(row['sending']),
        dead: Number(row['dead']),
        delivered: Number(row['delivered']),
        deliveredLastHour: Number(row['last_hour']),
        ...(row['since'] instanceof Date && { waitingSince: row['since'] }),
      },
    ]),
  );
}

function recordOf(row: Row): DeliveryRecord {
  const [reason, finishedAt] = [row['reason'], row['finished_at']];
  return {
    id: String(row['id']),
    destination: String(row['destination']),
    studyInstanceUid: String(row['study_uid']),
    reportUid: String(row['report_uid']),
    sopInstanceUids: row['sop_instance_uids'] as readonly string[],
    acceptedUids: row['accepted_uids'] as readonly string[],
    state: row['state'] as DeliveryState,
    priority: Number(row['priority']),
    tries: Number(row['tries']),
    ...(typeof reason === 'string' && { reason }),
    queuedAt: row['queued_at'] as Date,
    dueAt: row['due_at'] as Date,
    ...(finishedAt instanceof Date && { finishedAt }),
  };
}
