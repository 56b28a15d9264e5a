/**
 * Notes at ingest where each frame of encapsulated Pixel Data lies, so that it is one ranged read later. PS3.5 A.4.
 *
 * Trap: frames that cannot be told apart are no reason to refuse the object; that is said when one is asked for.
 */
import { extendedOffsetsOf } from '../../dicom/pixels/frame-decoder.ts';
import { indexFrames } from '../../dicom/pixels/frame-index.ts';
import { readImagePixel } from '../../dicom/read/image-pixel.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { InstanceHeader } from '../../dicom/vocabulary/instance.ts';
import type { StagedObject } from '../storage/object-store.ts';

/** The header with `frameOffsets`, where the pixels are encapsulated and frames can be told apart. Throws `storage-unavailable`. */
export async function withFrameOffsets(
  header: InstanceHeader,
  staged: Pick<StagedObject, 'read'>,
): Promise<InstanceHeader> {
  const { pixelData } = header;
  if (!pixelData?.isEncapsulated) return header;
  try {
    const read = (start: number, end: number): Promise<Uint8Array> => staged.read({ start, end });
    const pixel = readImagePixel(header);
    const frameOffsets = await indexFrames(read, pixelData.offset, pixel, extendedOffsetsOf(header));
    return { ...header, pixelData: { ...pixelData, frameOffsets } };
  } catch (error) {
    if (!(error instanceof PacsError) || error.kind === 'storage-unavailable') throw error;
    return header;
  }
}
