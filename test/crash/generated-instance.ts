/**
 * Instances for the crash test: small and large ones, whose bytes follow from a seed.
 *
 * Their modality is one that nothing analyses: the disk and the database shall be busy, not the networks.
 */
import { createCipheriv, createHash } from 'node:crypto';
import { dataSetStart, readHeader } from '../../dicom/read/part10-reader.ts';
import { writeFileMeta } from '../../dicom/transcode/file-meta.ts';
import type { RandomSource } from '../../dicom/phantom/random.ts';
import { dicomFile } from '../support/dicom-file.ts';

/** What is remembered of an instance that was sent. */
export interface SentInstance {
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly sopInstanceUid: string;
  /** SHA-256 of the file. */
  readonly sha256: string;
}

const LEAST_PIXEL_BYTES = 512;
const MOST_PIXEL_BYTES = 4 * 1024 * 1024;

/** Draws an instance of a study; sizes are spread evenly over their logarithm. `number` makes its UID unique in the study. */
export function generatedInstance(
  studyUid: string,
  number: number,
  random: RandomSource,
): { readonly sent: SentInstance; readonly bytes: Buffer } {
  const pixelBytes = LEAST_PIXEL_BYTES * (MOST_PIXEL_BYTES / LEAST_PIXEL_BYTES) ** random.next();
  const columns = 2 * Math.max(1, Math.floor(Math.sqrt(pixelBytes / 2) / 2));
  const rows = Math.max(1, Math.floor(pixelBytes / 2 / columns));
  const seriesUid = `${studyUid}.${1 + Math.floor(random.next() * 3)}`;
  const sopInstanceUid = `${seriesUid}.${number}`;
  const file = dicomFile({
    StudyInstanceUID: studyUid,
    SeriesInstanceUID: seriesUid,
    SOPInstanceUID: sopInstanceUid,
    Modality: 'OT',
    Rows: rows,
    Columns: columns,
    PixelData: noise(rows * columns * 2, random),
  });
  // As the server writes it around what comes by C-STORE, so that both ways lead to the same file.
  const { sopClassUid, transferSyntaxUid } = readHeader(file);
  const meta = writeFileMeta({ sopClassUid, sopInstanceUid, transferSyntaxUid });
  const bytes = Buffer.concat([meta, file.subarray(dataSetStart(file))]);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sent: { studyUid, seriesUid, sopInstanceUid, sha256 }, bytes };
}

/** Bytes that no compression and no empty page can stand in for. */
function noise(length: number, random: RandomSource): Uint8Array {
  const key = Buffer.alloc(16);
  for (let at = 0; at < 16; at += 4) key.writeUInt32LE(Math.floor(random.next() * 2 ** 32), at);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}
