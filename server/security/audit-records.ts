/**
 * Reads the audit trail: searches it, and checks its chain.
 */
import { inTransaction, query, type Pool, type Row } from '../storage/database.ts';
import { textAt } from '../storage/instance-reading.ts';
import type { AuditAction, AuditEvent } from './audit-event.ts';
import { chainedHash, startOfChain } from './audit-trail.ts';

/** An event as it is kept. */
export interface AuditRecord extends AuditEvent {
  readonly id: string;
  /** Its number in the chain; absent for events from before there was one. */
  readonly sequence?: number;
  readonly occurrences: number;
}

/** What is looked for; absent: anything. */
export interface AuditSearch {
  readonly principalId?: string;
  readonly action?: AuditAction;
  readonly outcome?: AuditEvent['outcome'];
  readonly studyInstanceUid?: string;
  readonly from?: Date;
  /** Exclusive. */
  readonly to?: Date;
  /** Events older than this one. */
  readonly before?: string;
  readonly limit: number;
}

/** Events that match, the newest first. */
export async function searchAuditTrail(pool: Pool, search: AuditSearch): Promise<readonly AuditRecord[]> {
  const values: unknown[] = [];
  const conditions = (
    [
      ['principal_id = ', search.principalId],
      ['action = ', search.action],
      ['outcome = ', search.outcome],
      ['study_uids @> ', search.studyInstanceUid === undefined ? undefined : [search.studyInstanceUid]],
      ['occurred_at >= ', search.from],
      ['occurred_at < ', search.to],
      ['id < ', search.before],
    ] as const
  ).flatMap(([comparison, value]) => (value === undefined ? [] : [`${comparison}$${values.push(value)}`]));
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = await query(
    pool,
    `SELECT * FROM audit_event ${where} ORDER BY id DESC LIMIT $${values.push(search.limit)}`,
    values,
  );
  return rows.map(recordOfRow);
}

/** Where the chain ends. Whoever keeps it elsewhere can tell later that nothing before it was changed. */
export interface ChainEnd {
  readonly sequence: number;
  /** Hexadecimal. */
  readonly hash: string;
}

/** What a check found. */
export interface ChainCheck {
  /** Events that were checked. */
  readonly checked: number;
  /** Events from before the chain, which nothing protects. */
  readonly unchained: number;
  readonly end: ChainEnd;
  /** The first thing wrong; absent: the chain is whole. */
  readonly problem?: string;
}

const PAGE = 1000;

/** Walks the whole chain. `known` is an end that was kept elsewhere, which must still be in it. */
export async function checkAuditTrail(pool: Pool, known?: ChainEnd): Promise<ChainCheck> {
  return await inTransaction(pool, async (client) => {
    await query(client, 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const [counted] = await query(
      client,
      'SELECT count(*)::int AS n FROM audit_event WHERE sequence IS NULL',
    );
    const [head] = await query(client, 'SELECT sequence, hash FROM audit_chain');
    const end: ChainEnd = {
      sequence: Number(head?.['sequence'] ?? 0),
      hash: (head?.['hash'] as Buffer | undefined)?.toString('hex') ?? '',
    };
    let hash: Buffer = startOfChain();
    let sequence = 0;
    let problem: string | undefined;
    for (let isMore = true; isMore && problem === undefined;) {
      const rows = await query(
        client,
        'SELECT * FROM audit_event WHERE sequence > $1 ORDER BY sequence LIMIT $2',
        [sequence, PAGE],
      );
      for (const row of rows) {
        problem = problemWith(row, sequence + 1, hash, known);
        if (problem !== undefined) break;
        sequence += 1;
        hash = row['hash'] as Buffer;
      }
      isMore = rows.length === PAGE;
    }
    problem ??= problemAtEnd(sequence, hash, end, known);
    return {
      checked: sequence,
      unchained: Number(counted?.['n'] ?? 0),
      end,
      ...(problem !== undefined && { problem }),
    };
  });
}

function problemWith(
  row: Row,
  expected: number,
  before: Buffer,
  known: ChainEnd | undefined,
): string | undefined {
  const record = recordOfRow(row);
  if (record.sequence !== expected) return `Event ${expected} is missing`;
  const hash = chainedHash(before, expected, record);
  if (!hash.equals(row['hash'] as Buffer)) return `Event ${expected} was changed, or the one before it`;
  const differs = known?.sequence === expected && known.hash !== hash.toString('hex');
  return differs ? `Event ${expected} is not the one that was noted: the chain was written anew` : undefined;
}

function problemAtEnd(
  sequence: number,
  hash: Buffer,
  end: ChainEnd,
  known: ChainEnd | undefined,
): string | undefined {
  if (end.sequence !== sequence) return `Events ${sequence + 1} to ${end.sequence} are missing at the end`;
  if (end.hash !== hash.toString('hex')) return 'The end of the chain was changed';
  return known && known.sequence > sequence
    ? `Event ${known.sequence}, which was noted, is missing`
    : undefined;
}

function recordOfRow(row: Row): AuditRecord {
  const { occurred_at, study_uids, network_address, occurrences, detail, sequence } = row as {
    occurred_at: Date;
    study_uids: string[];
    network_address: string | null;
    occurrences: number;
    detail: string | null;
    sequence: string | null;
  };
  return {
    id: String(row['id']),
    at: occurred_at,
    principalId: textAt(row, 'principal_id'),
    action: textAt(row, 'action') as AuditAction,
    outcome: textAt(row, 'outcome') as AuditEvent['outcome'],
    studyInstanceUids: study_uids,
    occurrences,
    ...(network_address !== null && { networkAddress: network_address }),
    ...(detail !== null && { detail }),
    ...(sequence !== null && { sequence: Number(sequence) }),
  };
}
