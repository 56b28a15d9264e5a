/**
 * A result object → the bytes that are stored. Where its pixels are a drawing, they are drawn and encoded first.
 *
 * Trap: only the encoded length tells the ratio of a lossy compression, so that attribute is added here.
 */
import { compressedWithLoss, type ResultObject } from '../../dicom/results/index.ts';
import { assembleFile } from '../../dicom/transcode/assembled-file.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import { readFrameInput } from '../imaging/frame-input.ts';
import type { RunImaging } from '../imaging/imaging-task.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';

export interface ResultFileServices {
  readonly objects: ObjectStore;
  readonly imaging: RunImaging;
}

/** Writes one object; `sources` are the stored images of its set. Rejects with what decoding and encoding throw. */
export async function resultFile(
  object: ResultObject,
  sources: readonly StoredInstance[],
  services: ResultFileServices,
): Promise<Uint8Array> {
  const { dataSet, pixels } = object;
  if (!pixels) return writePart10(dataSet);
  if (pixels.kind === 'native') return writePart10(dataSet, { pixelData: pixels.bytes });
  const { drawing, encoding } = pixels;
  const ground = await groundOf(drawing.ground, sources, services.objects);
  const bytes = await services.imaging({ kind: 'drawing', drawing, encoding, ...(ground && { ground }) });
  if (encoding === 'native') return writePart10(dataSet, { pixelData: bytes });
  const ratio = (drawing.rows * drawing.columns) / bytes.length;
  const pixelData = { vr: 'OB' };
  const whole = { ...compressedWithLoss(dataSet, ratio, 'ISO_10918_1'), [TAG.PixelData]: pixelData };
  const frames = [{ source: bytes, length: bytes.length }];
  const pieces = assembleFile(whole, TRANSFER_SYNTAX.jpegBaseline, new Map([[TAG.PixelData, { frames }]]));
  return Buffer.concat(pieces.map((piece) => (piece instanceof Uint8Array ? piece : piece.source)));
}

async function groundOf(
  ground: { readonly sopInstanceUid: string; readonly frameNumber: number } | undefined,
  sources: readonly StoredInstance[],
  objects: ObjectStore,
) {
  if (!ground) return undefined;
  const source = sources.find(({ sopInstanceUid }) => sopInstanceUid === ground.sopInstanceUid);
  if (!source)
    throw new PacsError('internal', 'A summary image is to be drawn on an image that is not at hand');
  return await readFrameInput(objects, source, ground.frameNumber - 1);
}
