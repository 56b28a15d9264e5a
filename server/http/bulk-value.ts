/**
 * One value of a stored instance as it is sent: straight from disk where it lies there as it goes out.
 *
 * Trap: of a big-endian file it must be turned round, and of a deflated one inflated; only then it is held in memory.
 */
import { locateBulkData } from '../../dicom/read/bulk-data.ts';
import { inLittleEndian } from '../../dicom/read/value-bytes.ts';
import type { ByteRange } from '../storage/object-store.ts';
import type { StoredPlace } from '../storage/stored-instance.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { rangesOf, type RangedPart } from './send-parts.ts';

/** The value at `path` (see `bulk-data.ts`), little endian. Throws `not-found` where there is none. */
export async function bulkValue(
  { objects, decodingPlaces }: Pick<DicomWebServices, 'objects' | 'decodingPlaces'>,
  { objectKey, sizeBytes }: Pick<StoredPlace, 'objectKey' | 'sizeBytes'>,
  path: string,
  headers: RangedPart['headers'] = {},
): Promise<RangedPart> {
  return await decodingPlaces.pass(async () => {
    const read = (start: number, end: number): Promise<Uint8Array> => objects.read(objectKey, { start, end });
    const { start, end, encoded, inflated } = await locateBulkData(read, sizeBytes, path);
    if (inflated) return { headers, ...rangesOf(inLittleEndian(inflated.subarray(start, end), encoded)) };
    if (!encoded.isLittleEndian)
      return { headers, ...rangesOf(inLittleEndian(await read(start, end), encoded)) };
    return {
      headers,
      size: end - start,
      read: (range: ByteRange) =>
        objects.lend(objectKey, { start: start + range.start, end: start + range.end }),
    };
  });
}
