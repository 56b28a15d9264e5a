/**
 * Stored bytes → frame → grey image → models → outcome: what is done with one instance, wherever it runs.
 */
import type { ImageOutcome, SourceImage } from '../../dicom/vocabulary/finding.ts';
import type { GreyImage } from '../../dicom/vocabulary/image.ts';
import type { InstanceHeader } from '../../dicom/vocabulary/instance.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { toGrey } from '../../dicom/pixels/render.ts';
import { numberOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { readPixelModule } from '../../dicom/read/pixel-module.ts';
import { analyseImage, type ModelSet, type RunModel } from '../../models/pipeline.ts';
import { colourRefusalOf, type Refusal, sizeRefusalOf } from '../../models/usable-image.ts';
import type { InferenceTask } from './inference-task.ts';

/** What is analysed. */
export interface AnalysisTask extends Pick<InferenceTask, 'header' | 'patient' | 'isBoneAgeRequested'> {
  readonly bytes: Uint8Array;
  /** True when nobody needs the bytes afterwards: they may become the samples. */
  readonly isGivenAway?: boolean;
}

/** Analyses one instance with the models given. What its pixels cannot give is an outcome; only a fault of ours rejects. */
export async function analyseInstance(
  task: AnalysisTask,
  models: ModelSet,
  run: RunModel,
): Promise<ImageOutcome> {
  const { header, bytes, isGivenAway } = task;
  const source = sourceImageOf(header);
  try {
    const image = await greyImageOf(header, bytes, isGivenAway);
    if ('reason' in image) return { status: 'rejected', source, ...image, findings: [], runs: [] };
    return await analyseImage(
      { image, source, patient: task.patient, isBoneAgeRequested: task.isBoneAgeRequested },
      models,
      run,
    );
  } catch (error) {
    if (!(error instanceof PacsError)) throw error;
    return {
      status: 'rejected',
      source,
      reason: 'undecodable',
      detail: error.message,
      findings: [],
      runs: [],
    };
  }
}

/** The first frame of an instance as the models see it, or why they do not. Throws a `PacsError` for what cannot be decoded. */
export async function greyImageOf(
  header: InstanceHeader,
  bytes: Uint8Array,
  isGivenAway = false,
): Promise<GreyImage | Refusal> {
  const source = sourceImageOf(header);
  // By the declared size, before anything is allocated by it.
  const refusal = source.rows > 0 && source.columns > 0 ? sizeRefusalOf(source) : undefined;
  if (refusal) return refusal;
  const module = readPixelModule(header);
  const frame = await decodeFrame(bytes, header, 0, isGivenAway);
  return colourRefusalOf(frame) ?? toGrey(frame, module);
}

/** The first frame of an instance, as results refer to it. */
export function sourceImageOf(header: InstanceHeader): SourceImage {
  return {
    studyInstanceUid: header.studyInstanceUid,
    seriesInstanceUid: header.seriesInstanceUid,
    sopClassUid: header.sopClassUid,
    sopInstanceUid: header.sopInstanceUid,
    frameNumber: 1,
    rows: numberOf(header.attributes, TAG.Rows) ?? 0,
    columns: numberOf(header.attributes, TAG.Columns) ?? 0,
  };
}
