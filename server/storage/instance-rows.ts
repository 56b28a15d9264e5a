/**
 * Writes the rows of one instance: reservation, then study, series and instance in one transaction.
 *
 * Trap: always study, then series, then instance. Two stores of one new study that went in different orders would deadlock.
 */
import { numberOf, itemsOf, textOf } from '../../dicom/vocabulary/data-set.ts';
import type { DataSet, Tag } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { query } from './database.ts';
import type { Pool, PoolClient, Queryable } from './database.ts';
import { attributesAt, jsonbOf } from './index-attributes.ts';
import { INSTANCE_COLUMNS, storedInstanceOf } from './instance-reading.ts';
import { earliestTime, indexable, nameKeysOf, normaliseDate } from './search-text.ts';
import type { StoredInstance } from './stored-instance.ts';

/** What is kept of an instance before the database gives it its time of storage. */
export type NewInstance = Omit<StoredInstance, 'storedAt'>;

/**
 * Notes that an object may soon lie under `objectKey` without an instance row; or, where this SOP Instance UID is stored
 * already, returns what is stored and notes nothing. Not synced, or every store would cost a second flush: when the note is
 * lost in a crash, the object store's own (`stagedKeys`) is there.
 */
export async function findOrReserve(
  pool: Pool,
  objectKey: string,
  sopInstanceUid: string,
): Promise<StoredInstance | undefined> {
  const rows = await query(
    pool,
    `WITH quick AS (SELECT set_config('synchronous_commit', 'off', true)),
       known AS (SELECT ${INSTANCE_COLUMNS} FROM instance WHERE sop_instance_uid = $2),
       reserved AS (
         INSERT INTO pending_object (object_key, sop_instance_uid)
         SELECT $1, $2 FROM quick WHERE NOT EXISTS (SELECT FROM known)
         ON CONFLICT (object_key) DO UPDATE SET reserved_at = now())
     SELECT * FROM known`,
    [objectKey, sopInstanceUid],
    'find-or-reserve',
  );
  return rows[0] && storedInstanceOf(rows[0]);
}

/** Takes the reservation back. */
export async function releaseObject(target: Queryable, objectKey: string): Promise<void> {
  await query(target, 'DELETE FROM pending_object WHERE object_key = $1', [objectKey]);
}

/** Waits for, and until the end of the transaction holds, the right to store this SOP Instance UID. */
export async function lockInstance(client: PoolClient, sopInstanceUid: string): Promise<void> {
  await query(client, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [sopInstanceUid]);
}

/** Like {@link lockInstance}, but returns false instead of waiting. */
export async function tryLockInstance(client: PoolClient, sopInstanceUid: string): Promise<boolean> {
  const rows = await query(client, 'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS held', [
    sopInstanceUid,
  ]);
  return rows[0]?.['held'] === true;
}

/** Seed of the locks on studies, so that they are other locks than those on instances. */
const STUDY_LOCK = 1;

/** Waits until no store of this study is under way, and lets none begin before the end of the transaction. */
export async function lockStudy(client: PoolClient, studyUid: string): Promise<void> {
  await query(client, `SELECT pg_advisory_xact_lock(hashtextextended($1, ${STUDY_LOCK}))`, [studyUid]);
}

/**
 * The rows of an instance, and the end of its reservation. The lock comes first: whoever repairs holds it while the
 * reservation is taken back and the object removed, and then nothing is inserted here.
 */
const INSERT = `
  WITH lock AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtextextended($1, 0)),
      pg_advisory_xact_lock_shared(hashtextextended($2, ${STUDY_LOCK}))),
  reservation AS (
    DELETE FROM pending_object WHERE (SELECT count(*) FROM lock) = 1 AND object_key = $7 RETURNING object_key),
  new_study AS (
    INSERT INTO study (study_uid, patient_id, patient_name_keys, referring_name_keys, study_date, study_time,
      accession_number, study_id, study_description, attributes)
    SELECT $2, $17, $18::text[], $19::text[], $20, $21, $22, $23, $24, $25::jsonb FROM reservation
    ON CONFLICT DO NOTHING RETURNING study_uid),
  new_series AS (
    INSERT INTO series (study_uid, series_uid, modality, series_number, step_start_date, step_start_time,
      scheduled_step_ids, requested_procedure_ids, attributes)
    SELECT $2, $3, $26, $27::int, $28, $29, $30::text[], $31::text[], $32::jsonb
    FROM reservation, (SELECT count(*) FROM new_study) AS after_study
    ON CONFLICT DO NOTHING RETURNING series_uid)
  INSERT INTO instance (sop_instance_uid, study_uid, series_uid, sop_class_uid, transfer_syntax_uid,
    instance_number, object_key, size_bytes, sha256, origin, pixel_offset, pixel_length, pixel_encapsulated,
    frame_offsets, attributes, metadata)
  SELECT $1, $2, $3, $4, $5, $6::int, $7, $8::bigint, $9, $10, $11::bigint, $12::bigint, $13::boolean,
    $14::bigint[], $15::jsonb, $16
  FROM reservation, (SELECT count(*) FROM new_series) AS after_series
  ON CONFLICT (sop_instance_uid) DO NOTHING RETURNING stored_at`;

/**
 * Inserts the rows of an instance and ends its reservation, in this order: study, series, instance. Returns when it was
 * stored, by the database's clock; `undefined` when this SOP Instance UID is stored, or the reservation was taken back.
 */
export async function insertInstance(
  client: PoolClient,
  instance: NewInstance,
): Promise<StoredInstance | undefined> {
  if (instance.origin === 'analysis') await requireStudy(client, instance.studyInstanceUid);
  const values = [...instanceValues(instance), ...studyValues(instance), ...seriesValues(instance)];
  const [row] = await query(client, INSERT, values, 'insert-instance');
  const storedAt = row?.['stored_at'];
  return storedAt instanceof Date ? { ...instance, storedAt } : undefined;
}

/** $1 to $16. */
function instanceValues(instance: NewInstance): unknown[] {
  const { metadata, pixelData } = instance;
  return [
    instance.sopInstanceUid,
    instance.studyInstanceUid,
    instance.seriesInstanceUid,
    instance.sopClassUid,
    instance.transferSyntaxUid,
    integerOf(metadata, TAG.InstanceNumber),
    instance.objectKey,
    instance.sizeBytes,
    instance.sha256,
    instance.origin,
    pixelData?.offset ?? null,
    pixelData?.length ?? null,
    pixelData?.isEncapsulated ?? null,
    pixelData?.frameOffsets ?? null,
    jsonbOf(attributesAt('instance', metadata)),
    JSON.stringify(metadata),
  ];
}

/** $17 to $25. */
function studyValues({ metadata }: NewInstance): unknown[] {
  return [
    searchTextOf(metadata, TAG.PatientID),
    nameKeysOf(metadata, TAG.PatientName),
    nameKeysOf(metadata, TAG.ReferringPhysicianName),
    normaliseDate(textOf(metadata, TAG.StudyDate) ?? '') ?? null,
    earliestTime(textOf(metadata, TAG.StudyTime) ?? '') ?? null,
    searchTextOf(metadata, TAG.AccessionNumber),
    searchTextOf(metadata, TAG.StudyID),
    searchTextOf(metadata, TAG.StudyDescription),
    jsonbOf(attributesAt('study', metadata)),
  ];
}

/** $26 to $32. */
function seriesValues({ metadata }: NewInstance): unknown[] {
  const requests = itemsOf(metadata, TAG.RequestAttributesSequence);
  return [
    searchTextOf(metadata, TAG.Modality),
    integerOf(metadata, TAG.SeriesNumber),
    normaliseDate(textOf(metadata, TAG.PerformedProcedureStepStartDate) ?? '') ?? null,
    earliestTime(textOf(metadata, TAG.PerformedProcedureStepStartTime) ?? '') ?? null,
    requests.flatMap((item) => searchTextOf(item, TAG.ScheduledProcedureStepID) ?? []),
    requests.flatMap((item) => searchTextOf(item, TAG.RequestedProcedureID) ?? []),
    jsonbOf(attributesAt('series', metadata)),
  ];
}

/** A result must not bring a study back that was deleted while it was analysed. */
async function requireStudy(client: PoolClient, studyUid: string): Promise<void> {
  await query(client, `SELECT pg_advisory_xact_lock_shared(hashtextextended($1, ${STUDY_LOCK}))`, [studyUid]);
  const found = await query(client, 'SELECT 1 FROM study WHERE study_uid = $1', [studyUid]);
  if (found.length === 0) throw new PacsError('not-found', 'The study of this result is not stored any more');
}

/** Text as a column holds it; `null` for none. */
function searchTextOf(dataSet: DataSet, tag: Tag): string | null {
  const text = indexable(textOf(dataSet, tag) ?? '');
  return text === '' ? null : text;
}

/** An integer that fits the column, for ordering and matching; anything else is left to the attributes. */
function integerOf(dataSet: DataSet, tag: Tag): number | null {
  const number = numberOf(dataSet, tag);
  return number !== undefined && Number.isInteger(number) && Math.abs(number) < 2 ** 31 ? number : null;
}
