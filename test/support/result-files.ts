/**
 * Result sets as the files that the server stores, with the images they are about: everything but a server.
 */
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { buildResultSet, type ResultObject, type ResultSetInput } from '../../dicom/results/index.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { assembleFile } from '../../dicom/transcode/assembled-file.ts';
import { dataSetOf, TAG } from '../../dicom/vocabulary/dictionary.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { encodeJpeg } from '../../server/imaging/image-codec.ts';
import type { SourceImage } from '../../dicom/vocabulary/finding.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import { resultFile } from '../../server/analysis/result-file.ts';
import { runImagingTask } from '../../server/imaging/run-imaging-task.ts';
import type { ByteRange, ObjectStore } from '../../server/storage/object-store.ts';
import type { StoredInstance } from '../../server/storage/stored-instance.ts';

/** An object of a set and its file. */
export interface ResultFile {
  readonly object: ResultObject;
  readonly bytes: Uint8Array;
}

/** The attributes of a 12-bit image beside those that `metadata` has. */
export function imageMetadata(metadata: DataSet, source: SourceImage): DataSet {
  return {
    ...metadata,
    ...dataSetOf({
      SOPInstanceUID: source.sopInstanceUid,
      SeriesInstanceUID: source.seriesInstanceUid,
      SOPClassUID: source.sopClassUid,
      Rows: source.rows,
      Columns: source.columns,
      SamplesPerPixel: 1,
      BitsAllocated: 16,
      BitsStored: 12,
      HighBit: 11,
      PixelRepresentation: 0,
    }),
  };
}

/** A Part 10 file of an image, grey from `dark` at the left to `bright` at the right. */
export function rampFile(metadata: DataSet, source: SourceImage, dark = 1200, bright = 2800): Uint8Array {
  const { rows, columns } = source;
  const samples = new Uint16Array(rows * columns);
  for (let index = 0; index < samples.length; index++) {
    samples[index] = dark + Math.floor(((index % columns) * (bright - dark)) / columns);
  }
  return writePart10(imageMetadata(metadata, source), { pixelData: new Uint8Array(samples.buffer) });
}

/** The same ramp as a file in JPEG Baseline, of 8 bits; its header says of the compression what `metadata` says. */
export async function jpegFile(metadata: DataSet, source: SourceImage): Promise<Uint8Array> {
  const { rows, columns } = source;
  const samples = Uint8Array.from({ length: rows * columns }, (_, index) => (index % columns) % 200);
  const frame = await encodeJpeg({ rows, columns, channels: 1, samples });
  const dataSet = {
    ...imageMetadata(metadata, source),
    ...dataSetOf({ BitsAllocated: 8, BitsStored: 8, HighBit: 7 }),
    [TAG.PixelData]: { vr: 'OB' },
  };
  const frames = [{ source: frame, length: frame.length }];
  const pieces = assembleFile(dataSet, TRANSFER_SYNTAX.jpegBaseline, new Map([[TAG.PixelData, { frames }]]));
  return Buffer.concat(pieces.map((piece) => (piece instanceof Uint8Array ? piece : piece.source)));
}

/** The files of the images, then those of the set. */
export async function filesOfSet(
  input: ResultSetInput,
): Promise<{ readonly images: readonly Uint8Array[]; readonly results: readonly ResultFile[] }> {
  const images = input.images.map(({ outcome, metadata }) => rampFile(metadata, outcome.source));
  return { images, results: await resultFilesOf(input, images) };
}

/** The files of a set whose images are Part 10 files. */
export async function resultFilesOf(
  input: ResultSetInput,
  images: readonly Uint8Array[],
): Promise<readonly ResultFile[]> {
  const instances = images.map((bytes, index): StoredInstance => {
    const { attributes, ...header } = readHeader(bytes);
    const stored = { objectKey: String(index), sizeBytes: bytes.length, sha256: '', storedAt: new Date(0) };
    return { ...header, ...stored, metadata: attributes, origin: 'stow' };
  });
  const objects = {
    read: (key: string, range?: ByteRange) => {
      const bytes = images[Number(key)] ?? new Uint8Array();
      return Promise.resolve(range ? bytes.slice(range.start, range.end) : bytes);
    },
  } as Partial<ObjectStore> as ObjectStore;
  return await Promise.all(
    buildResultSet(input).map(async (object) => ({
      object,
      bytes: await resultFile(object, instances, { objects, imaging: runImagingTask }),
    })),
  );
}
