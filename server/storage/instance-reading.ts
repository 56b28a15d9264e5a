/**
 * Reads instance rows back into {@link StoredInstance}.
 */
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { Row } from './database.ts';
import type { Origin, StoredInstance, StoredPlace } from './stored-instance.ts';

/** The columns that {@link storedInstanceOf} reads, without and with the (large) header. */
export const PLACE_COLUMNS = `sop_instance_uid, study_uid, series_uid, sop_class_uid, transfer_syntax_uid, object_key,
  size_bytes, sha256, origin, stored_at, pixel_offset, pixel_length, pixel_encapsulated, frame_offsets`;
export const INSTANCE_COLUMNS = `${PLACE_COLUMNS}, metadata`;

const ORIGINS: ReadonlySet<unknown> = new Set<Origin>(['stow', 'import', 'demo', 'analysis', 'dimse']);

/** A row of {@link INSTANCE_COLUMNS} as a stored instance. */
export function storedInstanceOf(row: Row): StoredInstance {
  return { ...storedPlaceOf(row), metadata: dataSetAt(row) };
}

/** A row of {@link PLACE_COLUMNS}: all but the header. */
export function storedPlaceOf(row: Row): StoredPlace {
  const offset = row['pixel_offset'];
  return {
    studyInstanceUid: textAt(row, 'study_uid'),
    seriesInstanceUid: textAt(row, 'series_uid'),
    sopInstanceUid: textAt(row, 'sop_instance_uid'),
    sopClassUid: textAt(row, 'sop_class_uid'),
    transferSyntaxUid: textAt(row, 'transfer_syntax_uid'),
    objectKey: textAt(row, 'object_key'),
    sizeBytes: Number(row['size_bytes']),
    sha256: textAt(row, 'sha256'),
    storedAt: dateAt(row, 'stored_at'),
    origin: originAt(row),
    ...(offset === null
      ? {}
      : {
          pixelData: {
            offset: Number(offset),
            length: Number(row['pixel_length']),
            isEncapsulated: row['pixel_encapsulated'] === true,
            ...frameOffsetsAt(row),
          },
        }),
  };
}

/** The driver gives 64-bit integers as text; offsets within a file are exact as numbers. */
function frameOffsetsAt(row: Row): { frameOffsets?: readonly number[] } {
  const offsets = row['frame_offsets'];
  return Array.isArray(offsets) ? { frameOffsets: offsets.map(Number) } : {};
}

/** A text column that is never null. */
export function textAt(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new PacsError('internal', `Column ${column} holds no text`);
  return value;
}

function dateAt(row: Row, column: string): Date {
  const value = row[column];
  if (!(value instanceof Date)) throw new PacsError('internal', `Column ${column} holds no time`);
  return value;
}

function originAt(row: Row): Origin {
  const value = row['origin'];
  if (!isOrigin(value)) throw new PacsError('internal', 'Column origin holds an unknown word');
  return value;
}

function isOrigin(value: unknown): value is Origin {
  return ORIGINS.has(value);
}

/** The header was written by us from a {@link DataSet}; this is the rim where it comes back. */
function dataSetAt(row: Row): DataSet {
  return JSON.parse(textAt(row, 'metadata')) as DataSet;
}
