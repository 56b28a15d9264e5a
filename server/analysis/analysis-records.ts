/**
 * The analysis tables: state per study, outcome per image, first run per result set.
 */
import type { ImageOutcome } from '../../dicom/vocabulary/finding.ts';
import type { InstanceIdentity } from '../../dicom/vocabulary/instance.ts';
import { query, type Pool, type Queryable, type Row } from '../storage/database.ts';

export type AnalysisState = 'waiting' | 'running' | 'done' | 'rejected' | 'failed';

/** What became of one image of a study, for the API. */
export interface ImageState {
  readonly sopInstanceUid: string;
  readonly state: 'analysed' | 'rejected' | 'failed';
  readonly reason?: string;
}

/** One study's analysis. */
export interface AnalysisRecord {
  readonly studyInstanceUid: string;
  readonly state: AnalysisState;
  readonly reason?: string;
  readonly isBoneAgeRequested: boolean;
  readonly arrivals: number;
  readonly covered: number;
  readonly dueAt: Date;
  readonly queuedAt: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  readonly images: readonly ImageState[];
  readonly report?: { readonly seriesInstanceUid: string; readonly sopInstanceUid: string };
}

/** The persisted facts of a result set's first run. */
export interface FirstRun {
  /** DICOM DT without offset, `YYYYMMDDHHMMSS`. */
  readonly performedAt: string;
  readonly predecessor?: InstanceIdentity;
}

/** What is known of a study when something arrives for it, or is asked of it. */
export interface Arrival {
  /** Seconds after which it counts as complete if nothing more comes. */
  readonly inSeconds: number;
  readonly isBoneAgeRequested?: boolean;
  /** Larger goes first; 0 is normal. A study keeps the largest. */
  readonly priority?: number;
  /** With so many arrivals it is complete at once. */
  readonly completeAt?: number | undefined;
}

/** A function is planned at each call: it is asked only where a modality told of steps. */
const COMPLETE_BY_STEPS = `(EXISTS (SELECT FROM procedure_step WHERE study_uids @> ARRAY[$1]) AND is_complete_by_steps($1))`;

/**
 * Notes that something new is to be analysed. Within the transaction that stores the instance. Returns the seconds until it
 * is due.
 */
export async function recordArrival(
  target: Queryable,
  studyUid: string,
  { inSeconds, isBoneAgeRequested = false, priority = 0, completeAt }: Arrival,
): Promise<number> {
  const [row] = await query(
    target,
    `INSERT INTO analysis (study_uid, state, due_at, is_bone_age_requested, priority)
     VALUES ($1, 'waiting', now() + make_interval(secs => CASE WHEN 1 >= $5 OR ${COMPLETE_BY_STEPS} THEN 0 ELSE $2::float8 END), $3, $4)
     ON CONFLICT (study_uid) DO UPDATE SET
       state = CASE WHEN analysis.state = 'running' THEN 'running' ELSE 'waiting' END,
       reason = NULL, arrivals = analysis.arrivals + 1, queued_at = now(),
       due_at = now() + make_interval(secs => CASE WHEN analysis.arrivals + 1 >= $5 OR ${COMPLETE_BY_STEPS} THEN 0 ELSE $2::float8 END),
       is_bone_age_requested = analysis.is_bone_age_requested OR excluded.is_bone_age_requested,
       priority = greatest(analysis.priority, excluded.priority)
     RETURNING extract(epoch FROM due_at - now())::float8 AS seconds`,
    [studyUid, inSeconds, isBoneAgeRequested, priority, completeAt ?? 2_147_483_647],
  );
  return Number(row?.['seconds'] ?? inSeconds);
}

/** A study is complete: what waits of it is due now. Its priority; `undefined` when nothing waits. */
export async function endHold(pool: Pool, studyUid: string): Promise<number | undefined> {
  const [row] = await query(
    pool,
    `UPDATE analysis SET due_at = now() WHERE study_uid = $1 AND arrivals > covered AND due_at > now() RETURNING priority`,
    [studyUid],
  );
  return row && Number(row['priority']);
}

/**
 * Takes a study that is due and has something new; `undefined` when there is nothing to do. A study found *running* was
 * left by a process that died: the queue lets no two jobs of a study run at once.
 */
export async function beginAnalysis(pool: Pool, studyUid: string): Promise<AnalysisRecord | undefined> {
  const [row] = await query(
    pool,
    `UPDATE analysis SET state = 'running', reason = NULL, started_at = now()
     WHERE study_uid = $1 AND arrivals > covered AND due_at <= now() + interval '50 milliseconds' RETURNING *`,
    [studyUid],
  );
  return row && recordOf(row);
}

/** What an analysis ends with. */
export interface AnalysisEnd {
  readonly state: 'done' | 'rejected' | 'failed';
  readonly reason?: string;
  readonly images: readonly ImageState[];
  readonly report?: AnalysisRecord['report'];
}

/** Writes the end of a run that saw `arrivals`; a study that has grown meanwhile goes on waiting. */
export async function finishAnalysis(
  pool: Pool,
  studyUid: string,
  arrivals: number,
  end: AnalysisEnd,
): Promise<void> {
  await query(
    pool,
    `UPDATE analysis SET state = CASE WHEN arrivals > $2 THEN 'waiting' ELSE $3 END, reason = $4, covered = $2,
       finished_at = now(), images = $5, report_series_uid = coalesce($6, report_series_uid),
       report_sop_instance_uid = coalesce($7, report_sop_instance_uid) WHERE study_uid = $1`,
    [
      studyUid,
      arrivals,
      end.state,
      end.reason,
      JSON.stringify(end.images),
      end.report?.seriesInstanceUid,
      end.report?.sopInstanceUid,
    ],
  );
}

/** Puts a study back because its run broke off; `reason` is shown while it waits for the next try. */
export async function postponeAnalysis(pool: Pool, studyUid: string, reason: string): Promise<void> {
  await query(pool, `UPDATE analysis SET state = 'waiting', reason = $2 WHERE study_uid = $1`, [
    studyUid,
    reason,
  ]);
}

/** Analyses of one study, or the latest of all. */
export async function listAnalyses(
  pool: Pool,
  studyUids: readonly string[] | undefined,
  limit: number,
): Promise<readonly AnalysisRecord[]> {
  const rows = await query(
    pool,
    `SELECT * FROM analysis WHERE $1::text[] IS NULL OR study_uid = ANY ($1) ORDER BY queued_at DESC, study_uid LIMIT $2`,
    [studyUids ?? null, limit],
  );
  return rows.map(recordOf);
}

/** Studies that still have something to analyse, for start-up. */
export async function listUnfinished(pool: Pool): Promise<readonly string[]> {
  const rows = await query(
    pool,
    'SELECT study_uid FROM analysis WHERE arrivals > covered ORDER BY priority DESC, queued_at',
  );
  return rows.map((row) => String(row['study_uid']));
}

/** Studies with something to analyse that no try has begun on for so many seconds since it was due, the oldest hundred. */
export async function listStalled(pool: Pool, seconds: number): Promise<readonly string[]> {
  const rows = await query(
    pool,
    `SELECT study_uid FROM analysis WHERE arrivals > covered
       AND greatest(due_at, started_at) < now() - make_interval(secs => $1) ORDER BY priority DESC, queued_at LIMIT 100`,
    [seconds],
  );
  return rows.map((row) => String(row['study_uid']));
}

/** How many studies are in each state. */
export async function countByState(pool: Pool): Promise<ReadonlyMap<string, number>> {
  const rows = await query(pool, 'SELECT state, count(*)::int AS count FROM analysis GROUP BY state');
  return new Map(rows.map((row) => [String(row['state']), Number(row['count'])]));
}

/** A persisted outcome; `undefined` when this image has not been seen under these settings. */
export async function findOutcome(
  pool: Pool,
  sopInstanceUid: string,
  settingsKey: string,
): Promise<ImageOutcome | undefined> {
  const [row] = await query(
    pool,
    'SELECT outcome FROM image_outcome WHERE sop_instance_uid = $1 AND settings_key = $2',
    [sopInstanceUid, settingsKey],
  );
  return row?.['outcome'] as ImageOutcome | undefined;
}

/** Persists an outcome; the first one stays. */
export async function saveOutcome(pool: Pool, settingsKey: string, outcome: ImageOutcome): Promise<void> {
  await query(
    pool,
    `INSERT INTO image_outcome (sop_instance_uid, settings_key, outcome) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [outcome.source.sopInstanceUid, settingsKey, JSON.stringify(outcome)],
  );
}

/** The first run of a result set: recorded now, or as it was recorded before. Its predecessor is the study's newest other report. */
export async function firstRunOf(
  pool: Pool,
  resultKey: string,
  studyUid: string,
  performedAt: string,
): Promise<FirstRun> {
  await query(
    pool,
    `INSERT INTO result_set (result_key, study_uid, performed_at, predecessor)
     VALUES ($1, $2, $3, (
       SELECT jsonb_build_object('studyInstanceUid', study_uid, 'sopClassUid', report_sop_class_uid,
         'seriesInstanceUid', report_series_uid, 'sopInstanceUid', report_sop_instance_uid)
       FROM result_set WHERE study_uid = $2 AND report_sop_instance_uid IS NOT NULL ORDER BY created_at DESC LIMIT 1))
     ON CONFLICT DO NOTHING`,
    [resultKey, studyUid, performedAt],
  );
  const [row] = await query(pool, 'SELECT performed_at, predecessor FROM result_set WHERE result_key = $1', [
    resultKey,
  ]);
  const predecessor = row?.['predecessor'] as InstanceIdentity | null | undefined;
  return { performedAt: String(row?.['performed_at']), ...(predecessor && { predecessor }) };
}

/** Notes which report a result set was stored as. */
export async function recordReport(pool: Pool, resultKey: string, report: InstanceIdentity): Promise<void> {
  await query(
    pool,
    `UPDATE result_set SET report_sop_class_uid = $2, report_series_uid = $3, report_sop_instance_uid = $4 WHERE result_key = $1`,
    [resultKey, report.sopClassUid, report.seriesInstanceUid, report.sopInstanceUid],
  );
}

function recordOf(row: Row): AnalysisRecord {
  const [reason, series, instance] = [
    row['reason'],
    row['report_series_uid'],
    row['report_sop_instance_uid'],
  ];
  const [startedAt, finishedAt] = [row['started_at'], row['finished_at']];
  return {
    studyInstanceUid: String(row['study_uid']),
    state: row['state'] as AnalysisState,
    ...(typeof reason === 'string' && { reason }),
    isBoneAgeRequested: row['is_bone_age_requested'] === true,
    arrivals: Number(row['arrivals']),
    covered: Number(row['covered']),
    dueAt: row['due_at'] as Date,
    queuedAt: row['queued_at'] as Date,
    ...(startedAt instanceof Date && { startedAt }),
    ...(finishedAt instanceof Date && { finishedAt }),
    images: row['images'] as readonly ImageState[],
    ...(typeof series === 'string' &&
      typeof instance === 'string' && { report: { seriesInstanceUid: series, sopInstanceUid: instance } }),
  };
}
