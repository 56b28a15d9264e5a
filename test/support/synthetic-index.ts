/**
 * An index filled by SQL, without files: for query plans and for measuring searches. Every tenth study is old; names,
 * dates, modalities and descriptions repeat as they do in a hospital.
 */
import { query } from '../../server/storage/database.ts';
import type { Pool } from '../../server/storage/database.ts';

/** Instances in each study: two series of five. */
export const INSTANCES_IN_STUDY = 10;

/** Inserts studies `from` to `to` (inclusive, from 1), and has PostgreSQL look at what it holds. */
export async function fillSyntheticIndex(pool: Pool, from: number, to: number): Promise<void> {
  await query(pool, STUDIES, [from, to]);
  await query(pool, SERIES, [from, to]);
  await query(pool, INSTANCES, [from, to]);
  await query(pool, 'VACUUM ANALYZE study');
  await query(pool, 'VACUUM ANALYZE series');
  await query(pool, 'VACUUM ANALYZE instance');
}

const STUDIES = `
  INSERT INTO study (study_uid, patient_id, patient_name_keys, referring_name_keys, study_date, study_time,
    accession_number, study_id, study_description, attributes)
  SELECT '1.2.' || n, 'P' || (n / 3), ARRAY['family' || (n % 5000) || '^given' || (n % 300)],
    ARRAY['doctor' || (n % 200) || '^ref'], to_char(date '2015-01-01' + (n * 7 % 4000), 'YYYYMMDD'),
    lpad((n % 24)::text, 2, '0') || lpad((n % 60)::text, 2, '0') || '00.000000', 'A' || n, 'S' || n,
    (ARRAY['Hand left', 'Wrist right', 'Forearm', 'Elbow left'])[n % 4 + 1],
    jsonb_build_object('00100020', jsonb_build_object('vr', 'LO', 'Value', jsonb_build_array('P' || (n / 3))),
      '00100030', jsonb_build_object('vr', 'DA', 'Value', jsonb_build_array(to_char(date '1940-01-01' + (n * 13 % 29000), 'YYYYMMDD'))),
      '00100010', jsonb_build_object('vr', 'PN', 'Value', jsonb_build_array(jsonb_build_object('Alphabetic', 'Family' || (n % 5000) || '^Given' || (n % 300)))))
  FROM generate_series($1::integer, $2::integer) AS n`;
const SERIES = `
  INSERT INTO series (study_uid, series_uid, modality, series_number, step_start_date, step_start_time,
    scheduled_step_ids, requested_procedure_ids, attributes)
  SELECT '1.2.' || n, '1.2.' || n || '.' || s, CASE WHEN s = 1 THEN (ARRAY['CR', 'DX'])[n % 2 + 1] WHEN n % 5000 = 0 THEN 'MG' ELSE 'SR' END,
    s, to_char(date '2015-01-01' + (n * 7 % 4000), 'YYYYMMDD'), '101500.000000', ARRAY['SPS' || n], ARRAY['RP' || n],
    jsonb_build_object('0008103E', jsonb_build_object('vr', 'LO', 'Value', jsonb_build_array('Series ' || (n % 100))))
  FROM generate_series($1::integer, $2::integer) AS n, generate_series(1, 2) AS s`;
const INSTANCES = `
  INSERT INTO instance (sop_instance_uid, study_uid, series_uid, sop_class_uid, transfer_syntax_uid, instance_number,
    object_key, size_bytes, sha256, origin, attributes, metadata)
  SELECT '1.2.' || n || '.' || s || '.' || i, '1.2.' || n, '1.2.' || n || '.' || s,
    CASE WHEN n % 5000 = 0 THEN '1.2.840.10008.5.1.4.1.1.1.2' ELSE '1.2.840.10008.5.1.4.1.1.1' END, '1.2.840.10008.1.2.1', i,
    'k' || n || '.' || s || '.' || i, 1000, '', 'stow', '{}', '{}'
  FROM generate_series($1::integer, $2::integer) AS n, generate_series(1, 2) AS s, generate_series(1, 5) AS i`;
