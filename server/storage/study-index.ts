/**
 * The index: what is stored, found by UID or by search. Reading only; rows are written by `instance-rows.ts`.
 *
 * Order is stable (Instance Number, then UID), so that a client may page (PS3.18 8.3.4.4).
 */
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { query } from './database.ts';
import type { Pool, Queryable } from './database.ts';
import {
  INSTANCE_COLUMNS,
  PLACE_COLUMNS,
  storedInstanceOf,
  storedPlaceOf,
  textAt,
} from './instance-reading.ts';
import { countStatement, searchStatement, type SearchQuery } from './search-sql.ts';
import { dataSetOfRow } from './search-rows.ts';
import type { InstanceSelection, StoredInstance, StoredPlace } from './stored-instance.ts';

/** The header of one instance as it is sent: JSON text, with what is needed to name its bulk data. */
export interface MetadataText {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
  /** SHA-256 of the stored bytes. */
  readonly sha256: string;
  /** One JSON object without Pixel Data; every `BulkDataURI` is relative to the address of the instance. */
  readonly json: string;
  readonly hasPixelData: boolean;
}

/** One page of a search. */
export interface SearchPage {
  readonly matches: readonly DataSet[];
  /** Matches after this page, counted up to {@link REMAINING_LIMIT}. PS3.18 8.3.4.4. */
  readonly remaining: number;
}

/** Further matches are counted up to here: an exact count of a million rows would cost more than the page. */
export const REMAINING_LIMIT = 1000;

/** One instance by its UID; `undefined` when it is not stored. */
export async function findInstance(
  target: Queryable,
  sopInstanceUid: string,
): Promise<StoredInstance | undefined> {
  const rows = await query(target, `SELECT ${INSTANCE_COLUMNS} FROM instance WHERE sop_instance_uid = $1`, [
    sopInstanceUid,
  ]);
  return rows[0] && storedInstanceOf(rows[0]);
}

export class StudyIndex {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Every instance of the selection, by series, then Instance Number, then UID. Empty when nothing is stored there. */
  async listInstances(selection: InstanceSelection): Promise<StoredInstance[]> {
    const rows = await this.#select(INSTANCE_COLUMNS, selection);
    return rows.map(storedInstanceOf);
  }

  /** The same instances without their headers, which costs a fraction. */
  async listPlaces(selection: InstanceSelection): Promise<StoredPlace[]> {
    return (await this.#select(PLACE_COLUMNS, selection)).map(storedPlaceOf);
  }

  /** The headers of the selection, ready to send, in the order of {@link listInstances}. */
  async listMetadata(selection: InstanceSelection): Promise<MetadataText[]> {
    const columns =
      'study_uid, series_uid, sop_instance_uid, sha256, metadata, pixel_offset IS NOT NULL AS has_pixels';
    const rows = await this.#select(columns, selection);
    return rows.map((row) => ({
      studyUid: textAt(row, 'study_uid'),
      seriesUid: textAt(row, 'series_uid'),
      sopInstanceUid: textAt(row, 'sop_instance_uid'),
      sha256: textAt(row, 'sha256'),
      json: textAt(row, 'metadata'),
      hasPixelData: row['has_pixels'] === true,
    }));
  }

  /** One instance by its UID alone. */
  async findInstance(sopInstanceUid: string): Promise<StoredInstance | undefined> {
    return await findInstance(this.#pool, sopInstanceUid);
  }

  /** Searches studies. PS3.18 10.6, Table 10.6.3-3. */
  async searchStudies(search: Omit<SearchQuery, 'level'>): Promise<SearchPage> {
    return await this.search({ ...search, level: 'study' });
  }

  /** Searches at the level of the query. */
  async search(search: SearchQuery): Promise<SearchPage> {
    const page = searchStatement(search);
    const rows = await query(this.#pool, page.text, page.values);
    const matches = rows.slice(0, search.limit).map((row) => dataSetOfRow(search.level, row, search.include));
    return { matches, remaining: rows.length > search.limit ? await this.#countRemaining(search) : 0 };
  }

  async #countRemaining(search: SearchQuery): Promise<number> {
    const count = countStatement(search, search.offset + search.limit, REMAINING_LIMIT);
    const rows = await query(this.#pool, count.text, count.values);
    return Number(rows[0]?.['found'] ?? 0);
  }

  async #select(columns: string, selection: InstanceSelection): Promise<Record<string, unknown>[]> {
    const conditions = ['study_uid = $1'];
    const values = [selection.studyUid];
    if (selection.seriesUid !== undefined) {
      conditions.push(`series_uid = $${values.push(selection.seriesUid)}`);
    }
    if (selection.sopInstanceUid !== undefined) {
      conditions.push(`sop_instance_uid = $${values.push(selection.sopInstanceUid)}`);
    }
    return await query(
      this.#pool,
      `SELECT ${columns} FROM instance WHERE ${conditions.join(' AND ')}
       ORDER BY series_uid, instance_number NULLS LAST, sop_instance_uid`,
      values,
    );
  }
}
