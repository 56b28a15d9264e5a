/**
 * Orders an image from the imaging threads: reads the frames, the overlays and the presentation state, and says what is
 * burnt in. PS3.18 8.3.5.
 */
import { readImagePixel } from '../../dicom/read/image-pixel.ts';
import { hasOverlays, readOverlayPlanes, type OverlayPlane } from '../../dicom/read/overlay-planes.ts';
import { presentationFor } from '../../dicom/read/presentation-state.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { numberOf, personNameOf, textOf, textsOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { FrameMemory } from '../imaging/frame-memory.ts';
import { readFrameInput } from '../imaging/frame-input.ts';
import type { ImageMediaType, RenderOptions } from '../imaging/image-task.ts';
import { headerOf, type StoredInstance } from '../storage/stored-instance.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import type { Annotation } from './render-options.ts';

/** What is ordered. */
export interface ImageOrder {
  readonly mediaType: ImageMediaType;
  readonly options: RenderOptions;
  readonly annotations: readonly Annotation[];
  /** 1-based; absent: the one that stands for the instance, or all of them as an animated GIF. */
  readonly frameNumber?: number;
  /** The header of a presentation state for this image. */
  readonly presentationState?: DataSet;
}

/** Longest animation, in frames and in samples of all frames. */
const MAX_GIF_FRAMES = 500;
const MAX_GIF_SAMPLES = 150_000_000;
const DEFAULT_FRAME_MS = 100;

/** An image is rendered here and sent: nothing of it refers to the memory of its frames. */
const FRAME_MEMORY = new FrameMemory();

/** Renders an instance. Throws `not-found` for no such frame, `too-large` for an animation that is, and what reading and rendering throw. */
export async function orderImage(
  { objects, imaging, decodingPlaces }: Pick<DicomWebServices, 'objects' | 'imaging' | 'decodingPlaces'>,
  instance: StoredInstance,
  { mediaType, options, annotations, frameNumber, presentationState }: ImageOrder,
): Promise<Uint8Array> {
  const { metadata } = instance;
  const pixel = readImagePixel(headerOf(instance));
  const isAnimated = mediaType === 'image/gif' && frameNumber === undefined && pixel.frames > 1;
  if (isAnimated) requireShort(pixel.frames, pixel.rows * pixel.columns * pixel.samplesPerPixel);
  const one = (frameNumber ?? numberOf(metadata, TAG.RepresentativeFrameNumber) ?? 1) - 1;
  const indexes = isAnimated ? Array.from({ length: pixel.frames }, (_, index) => index) : [one];
  return await decodingPlaces.pass(async () => {
    const lent: Uint8Array<SharedArrayBuffer>[] = [];
    const memoryFor = (bytes: number): Uint8Array => {
      const memory = FRAME_MEMORY.take(bytes);
      lent.push(memory);
      return memory;
    };
    const frames = [];
    for (const index of indexes) frames.push(await readFrameInput(objects, instance, index, memoryFor));
    const image = await imaging({
      kind: 'image',
      frames,
      mediaType,
      options,
      ...(presentationState && {
        presentation: presentationFor(presentationState, instance.sopInstanceUid, pixel.isSigned),
      }),
      overlays: hasOverlays(metadata) ? await overlaysOf(objects, instance) : [],
      labels: annotations.flatMap((annotation) => LABELS[annotation](metadata)),
      frameMs: Math.max(20, Math.round(numberOf(metadata, TAG.FrameTime) ?? DEFAULT_FRAME_MS)),
    });
    // After a failure a thread may still be at it: then the memory is left to the collector.
    for (const memory of lent) FRAME_MEMORY.giveBack(memory);
    return image;
  });
}

async function overlaysOf(
  objects: DicomWebServices['objects'],
  { objectKey, metadata }: StoredInstance,
): Promise<readonly OverlayPlane[]> {
  return readOverlayPlanes(await objects.read(objectKey), metadata);
}

function requireShort(frames: number, samplesPerFrame: number): void {
  if (frames <= MAX_GIF_FRAMES && frames * samplesPerFrame <= MAX_GIF_SAMPLES) return;
  throw new PacsError(
    'too-large',
    `An animation holds up to ${MAX_GIF_FRAMES} frames and ${MAX_GIF_SAMPLES} samples; ask for single frames`,
  );
}

/** The lines of each annotation; what the header does not say is left out. PS3.18 8.3.5.1.1. */
const LABELS: Readonly<Record<Annotation, (metadata: DataSet) => readonly string[]>> = {
  patient: (metadata) =>
    lines(
      [nameOf(metadata), textOf(metadata, TAG.PatientID)],
      [textOf(metadata, TAG.PatientBirthDate), textOf(metadata, TAG.PatientSex)],
      [textOf(metadata, TAG.StudyDate), textOf(metadata, TAG.AccessionNumber)],
    ),
  technique: (metadata) =>
    lines(
      [textOf(metadata, TAG.Modality), textOf(metadata, TAG.BodyPartExamined), textOf(metadata, TAG.ViewPosition)],
      [textsOf(metadata, TAG.Laterality)[0] ?? textOf(metadata, TAG.ImageLaterality)],
      [withUnit(metadata, TAG.KVP, 'kV'), withUnit(metadata, TAG.Exposure, 'mAs'), withUnit(metadata, TAG.ExposureTime, 'ms')],
    ), // prettier-ignore
};

function lines(...words: readonly (readonly (string | undefined)[])[]): readonly string[] {
  return words.map((line) => line.filter(Boolean).join('  ')).filter((line) => line !== '');
}

function nameOf(metadata: DataSet): string | undefined {
  return personNameOf(metadata, TAG.PatientName)?.Alphabetic?.split('^').filter(Boolean).join(' ');
}

function withUnit(metadata: DataSet, tag: string, unit: string): string | undefined {
  const value = textOf(metadata, tag);
  return value === undefined ? undefined : `${value} ${unit}`;
}
