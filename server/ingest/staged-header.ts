/**
 * Reads the header of a staged object from as few of its first bytes as hold it.
 *
 * Trap: a prefix that ends between two elements reads as a whole but shorter data set, so a header without Pixel Data
 * is believed only when the whole object (or as much as we are willing to hold) was read.
 */
import { readHeader, readHeaderFromPrefix, type ReadLimits } from '../../dicom/read/part10-reader.ts';
import type { InstanceHeader } from '../../dicom/vocabulary/instance.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import type { StagedObject } from '../storage/object-store.ts';
import { withFrameOffsets } from './frame-offsets.ts';
import { requireInflatedWithin } from './inflated-size.ts';

const FIRST_BYTES = 64 * 1024;
const GROWTH = 8;
/** Most bytes of one object, as stored or inflated, that are ever held at once at ingest. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * Throws what `readHeader` throws on the whole object; `too-large` also for a deflated one whose header alone inflates
 * beyond what a header needs, or all of it beyond `limits`.
 */
export async function readStagedHeader(
  staged: StagedObject,
  limits: ReadLimits = {},
): Promise<InstanceHeader> {
  const header = await readAtLeast(staged, { ...limits, maxInflatedBytes: MOST_BYTES });
  if (header.transferSyntaxUid === TRANSFER_SYNTAX.deflatedExplicitVrLittleEndian) {
    await requireInflatedWithin(staged, limits.maxInflatedBytes ?? Infinity);
  }
  return header;
}

async function readAtLeast(staged: StagedObject, limits: ReadLimits): Promise<InstanceHeader> {
  const most = Math.min(staged.sizeBytes, MOST_BYTES);
  for (let length = FIRST_BYTES; length < most; length *= GROWTH) {
    const header = readHeaderFromPrefix(await staged.readPrefix(length), limits);
    if (header?.pixelData) return await withPlaces(header, staged);
  }
  return await withPlaces(readHeader(await staged.readPrefix(most), limits), staged);
}

async function withPlaces(header: InstanceHeader, staged: StagedObject): Promise<InstanceHeader> {
  return await withFrameOffsets(withWholePixelData(header, staged.sizeBytes), staged);
}

/**
 * Seen from a prefix, encapsulated data ends where the prefix does; here it reaches to the end of the object, and its
 * true end is found when frames are read. Positions of a deflated file are those of its inflated form and stay.
 */
function withWholePixelData(header: InstanceHeader, sizeBytes: number): InstanceHeader {
  const { pixelData } = header;
  if (!pixelData || header.transferSyntaxUid === TRANSFER_SYNTAX.deflatedExplicitVrLittleEndian)
    return header;
  const rest = sizeBytes - pixelData.offset;
  const length = pixelData.isEncapsulated ? rest : Math.min(pixelData.length, rest);
  return { ...header, pixelData: { ...pixelData, length } };
}
