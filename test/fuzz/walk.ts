/**
 * Everything that a file meets on its way through the pure rooms, each step whatever became of the one before.
 */
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { toGrey } from '../../dicom/pixels/render.ts';
import { readImagePixel } from '../../dicom/read/image-pixel.ts';
import { readOverlayPlanes } from '../../dicom/read/overlay-planes.ts';
import { readHeader, readPart10 } from '../../dicom/read/part10-reader.ts';
import { presentationFor, presentedImages } from '../../dicom/read/presentation-state.ts';
import { readPixelModule } from '../../dicom/read/pixel-module.ts';
import { readHeaderByRanges } from '../../dicom/read/ranged-reader.ts';
import { readReport } from '../../dicom/sr/report-reader.ts';
import { reportAs } from '../../dicom/sr/report-text.ts';
import { shellOf } from '../../dicom/transcode/file-shell.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { readJsonModel } from '../../dicom/web-model/json-model-reader.ts';
import { readNativeModel } from '../../dicom/web-model/native-model-reader.ts';
import { writeNativeModel } from '../../dicom/web-model/native-model-writer.ts';
import type { InstanceHeader } from '../../dicom/vocabulary/instance.ts';
import { PacsError, type FailureKind } from '../../dicom/vocabulary/failure.ts';
import { rangesOf } from '../support/bytes.ts';

/** How the walk ended: the image was turned into grey, or the kind of the last refusal. */
export type Outcome = 'shown' | FailureKind;

/** Walks. Throws whatever is no `PacsError`, and also a `PacsError` of kind `internal`, which names nothing. */
export async function walk(file: Uint8Array): Promise<Outcome> {
  await named(() => readHeaderByRanges(rangesOf(file), file.length));
  await named(() => readPart10(file));
  let header: InstanceHeader | undefined;
  const reading = await named(() => (header = readHeader(file)));
  if (header === undefined) return reading ?? 'internal';
  const known = header;
  await convert(file, known);
  await named(() => readPixelModule(known));
  await named(() => decodeFrame(file, known, readImagePixel(known).frames - 1));
  return (await named(() => show(file, known))) ?? 'shown';
}

/** Everything that is made of a data set for the web. */
async function convert(file: Uint8Array, { attributes, sopInstanceUid }: InstanceHeader): Promise<void> {
  await named(() => readReport(attributes));
  await named(() => reportAs('text/html', attributes));
  await named(() => presentedImages(attributes));
  await named(() => presentationFor(attributes, sopInstanceUid, true));
  await named(() => readOverlayPlanes(file, attributes));
  await named(() => readJsonModel(JSON.stringify([attributes])));
  await named(() => readNativeModel(writeNativeModel(attributes)));
  await named(() => shellOf(file, new Uint8Array(), TRANSFER_SYNTAX.explicitVrLittleEndian));
}

async function show(file: Uint8Array, header: InstanceHeader): Promise<void> {
  const frame = await decodeFrame(file, header, 0);
  const grey = toGrey(frame, readPixelModule(header));
  if (grey.samples.length !== frame.rows * frame.columns) {
    throw new Error(`${grey.samples.length} samples for ${frame.rows} × ${frame.columns} pixels`);
  }
}

/** The kind of failure of a step; `undefined` when it succeeds. */
async function named(step: () => unknown): Promise<FailureKind | undefined> {
  try {
    await step();
    return undefined;
  } catch (error) {
    if (error instanceof PacsError && error.kind !== 'internal') return error.kind;
    throw error;
  }
}
