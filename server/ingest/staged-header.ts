/**
 * Reads the header of a staged object by ranges, and notes where its pixels lie.
 */
import type { ReadLimits } from '../../dicom/read/part10-reader.ts';
import { readHeaderByRanges } from '../../dicom/read/ranged-reader.ts';
import type { InstanceHeader } from '../../dicom/vocabulary/instance.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import type { StagedObject } from '../storage/object-store.ts';
import { withFrameOffsets } from './frame-offsets.ts';
import { requireInflatedWithin } from './inflated-size.ts';

/** Most bytes that a deflated header may inflate to: it is held in memory as a whole. */
const MOST_INFLATED_BYTES = 32 * 1024 * 1024;

/**
 * Throws what `readHeaderByRanges` throws; `too-large` also for a deflated object whose header alone inflates beyond
 * what a header needs, or all of it beyond `limits`.
 */
export async function readStagedHeader(
  staged: StagedObject,
  limits: ReadLimits = {},
): Promise<InstanceHeader> {
  const header = await readHeaderByRanges((start, end) => staged.read({ start, end }), staged.sizeBytes, {
    ...limits,
    maxInflatedBytes: MOST_INFLATED_BYTES,
  });
  if (header.transferSyntaxUid === TRANSFER_SYNTAX.deflatedExplicitVrLittleEndian) {
    await requireInflatedWithin(staged, limits.maxInflatedBytes ?? Infinity);
  }
  return await withFrameOffsets(withinObject(header, staged.sizeBytes), staged);
}

/** Native Pixel Data ends with the object, whatever its length says. Positions of a deflated file are those of its inflated form and stay. */
function withinObject(header: InstanceHeader, sizeBytes: number): InstanceHeader {
  const { pixelData, transferSyntaxUid } = header;
  if (!pixelData || transferSyntaxUid === TRANSFER_SYNTAX.deflatedExplicitVrLittleEndian) return header;
  const length = Math.min(pixelData.length, sizeBytes - pixelData.offset);
  return { ...header, pixelData: { ...pixelData, length } };
}
