/**
 * Reports of storage commitment that were promised and not taken yet, as the database keeps them.
 */
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { query, type Pool } from '../storage/database.ts';

/** A report for a node. PS3.4 J.3.3. */
export interface CommitmentReport {
  /** AE title of whoever asked. */
  readonly aeTitle: string;
  readonly eventTypeId: number;
  readonly dataSet: DataSet;
}

/** One that is kept until it was taken, or given up. */
export interface OwedReport extends CommitmentReport {
  readonly id: string;
}

/** Keeps a report durably; its id. */
export async function keepOwedReport(
  pool: Pool,
  { aeTitle, eventTypeId, dataSet }: CommitmentReport,
): Promise<string> {
  const [row] = await query(
    pool,
    'INSERT INTO owed_commitment (ae_title, event_type_id, report) VALUES ($1, $2, $3) RETURNING id',
    [aeTitle, eventTypeId, JSON.stringify(dataSet)],
  );
  return String(row?.['id']);
}

/** All that are owed, the oldest first. */
export async function listOwedReports(pool: Pool): Promise<readonly OwedReport[]> {
  const rows = await query(
    pool,
    'SELECT id, ae_title, event_type_id, report FROM owed_commitment ORDER BY id',
  );
  return rows.map((row) => ({
    id: String(row['id']),
    aeTitle: String(row['ae_title']),
    eventTypeId: Number(row['event_type_id']),
    dataSet: row['report'] as DataSet,
  }));
}

/** Forgets one. */
export async function settleOwedReport(pool: Pool, id: string): Promise<void> {
  await query(pool, 'DELETE FROM owed_commitment WHERE id = $1', [id]);
}
