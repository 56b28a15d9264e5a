/**
 * The tables of priors: which studies are to have some, and which studies were asked for as such.
 */
import { query, type Pool, type Queryable } from '../storage/database.ts';
import type { PriorWish } from './rules-schema.ts';

/** A study whose priors are to be fetched. */
export interface PriorFetch {
  readonly studyInstanceUid: string;
  readonly wish: PriorWish;
  /** This try among them. */
  readonly tries: number;
}

/** How a fetch ended; found and fetched are numbers of studies. */
export interface PriorEnd {
  readonly state: 'done' | 'failed';
  readonly found: number;
  readonly fetched: number;
  readonly reason?: string;
}

/** So long nothing of a study must have come: what its images say decides which priors it has. */
const SETTLE_SECONDS = 15;

/** Asks for the priors of a study, once, as soon as it has settled. Within the transaction that stores an image of it. */
export async function requestPriors(
  target: Queryable,
  studyUid: string,
  wish: PriorWish,
  settleSeconds = SETTLE_SECONDS,
): Promise<void> {
  await query(
    target,
    `INSERT INTO prior_fetch (study_uid, wish, due_at) VALUES ($1, $2, now() + make_interval(secs => $3))
     ON CONFLICT (study_uid) DO UPDATE SET due_at = excluded.due_at
     WHERE prior_fetch.state = 'waiting' AND prior_fetch.tries = 0`,
    [studyUid, JSON.stringify(wish), settleSeconds],
  );
}

/** Takes one that is due, for so many seconds. */
export async function claimFetch(pool: Pool, leaseSeconds: number): Promise<PriorFetch | undefined> {
  const [row] = await query(
    pool,
    `UPDATE prior_fetch SET tries = tries + 1, due_at = now() + make_interval(secs => $1)
     WHERE study_uid = (SELECT study_uid FROM prior_fetch WHERE state = 'waiting' AND due_at <= now()
       ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING study_uid, wish, tries`,
    [leaseSeconds],
  );
  if (!row) return undefined;
  return {
    studyInstanceUid: String(row['study_uid']),
    wish: row['wish'] as PriorWish,
    tries: Number(row['tries']),
  };
}

/** Tries it again after so many seconds. */
export async function postponeFetch(
  pool: Pool,
  { studyInstanceUid }: PriorFetch,
  seconds: number,
  reason: string,
): Promise<void> {
  await query(
    pool,
    'UPDATE prior_fetch SET due_at = now() + make_interval(secs => $2), reason = $3 WHERE study_uid = $1',
    [studyInstanceUid, seconds, reason],
  );
}

/** Writes its end. */
export async function finishFetch(
  pool: Pool,
  { studyInstanceUid }: PriorFetch,
  end: PriorEnd,
): Promise<void> {
  await query(
    pool,
    'UPDATE prior_fetch SET state = $2, found = $3, fetched = $4, reason = $5 WHERE study_uid = $1',
    [studyInstanceUid, end.state, end.found, end.fetched, end.reason],
  );
}

/** Notes that a study is asked for as a prior. */
export async function notePrior(pool: Pool, studyUid: string): Promise<void> {
  await query(
    pool,
    `INSERT INTO prior_study (study_uid) VALUES ($1) ON CONFLICT (study_uid) DO UPDATE SET asked_at = now()`,
    [studyUid],
  );
}

/** Studies that were asked for as priors in so many days, and when (ms since 1970); those before are forgotten. */
export async function recentPriors(
  pool: Pool,
  days: number,
): Promise<readonly (readonly [studyUid: string, askedAt: number])[]> {
  await query(pool, 'DELETE FROM prior_study WHERE asked_at < now() - make_interval(days => $1)', [days]);
  await query(
    pool,
    `DELETE FROM prior_fetch WHERE state <> 'waiting' AND queued_at < now() - make_interval(days => $1)`,
    [days],
  );
  const rows = await query(pool, 'SELECT study_uid, asked_at FROM prior_study');
  return rows.map((row) => [String(row['study_uid']), (row['asked_at'] as Date).getTime()]);
}
