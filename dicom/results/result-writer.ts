/**
 * What the objects of one result set share: checked input, names and the attributes all of them begin with.
 *
 * Trap: a source image with several frames must be referenced with its frame number, one with a single frame without.
 */
import type { ImageReference } from '../sr/content-items.ts';
import type { DataSet } from '../vocabulary/data-set.ts';
import { numberOf, textOf } from '../vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { INTENDED_USE_NOTICE, type ImageOutcome, type SourceImage } from '../vocabulary/finding.ts';
import { MANUFACTURER } from '../vocabulary/uids.ts';
import { withSites } from './finding-sites.ts';
import { nameBasedUid, resultSetName } from './identifiers.ts';
import {
  DEFAULT_CAPTURE_ENCODING,
  DEFAULT_REPORT_CLASS,
  DEFAULT_RESULT_OBJECTS,
  RESULT_OBJECT_KINDS,
  type CaptureEncoding,
  type ResultImage,
  type ResultObject,
  type ResultObjectKind,
  type ResultPixels,
  type ResultSetInput,
  type ResultSettings,
} from './input.ts';
import { patientAndStudy } from './patient-and-study.ts';
import { equipmentAndCommon } from './provenance.ts';

/** One kind of object in the set: its place among the series of a study. */
export interface ResultSeries {
  readonly kind: ResultObjectKind;
  readonly modality: 'SR' | 'PR' | 'SEG' | 'OT' | 'KO';
  /** High, so that results sort behind the images. */
  readonly seriesNumber: number;
  readonly seriesDescription: string;
  readonly sopClassUid: string;
  /** Tells the series of one kind apart; absent where a set has one. */
  readonly role?: string;
}

/** Input with what is derived from it once. */
export interface ResultContext {
  readonly input: ResultSetInput;
  readonly outcomes: readonly ImageOutcome[];
  /** The kinds that are written, the root first. */
  readonly kinds: readonly ResultObjectKind[];
  /** Patient, study, equipment and common attributes. */
  readonly shared: DataSet;
  /** A UID of this set by its role. */
  uidOf(...role: readonly string[]): string;
  referenceTo(source: SourceImage): ImageReference;
}

/** Checks the input and derives the rest. Throws `invalid-value`, `missing-attribute` or `study-mismatch`. */
export function resultContext(unordered: ResultSetInput): ResultContext {
  const input = { ...unordered, images: unordered.images.map(withSites).toSorted(bySource) };
  if (input.images.length === 0) throw new PacsError('invalid-value', 'a result set needs an image');
  const studyUid = textOf(input.studyAttributes, TAG.StudyInstanceUID);
  if (input.images.some(({ outcome }) => outcome.source.studyInstanceUid !== studyUid)) {
    throw new PacsError('study-mismatch', 'the images of a result set must belong to one study');
  }
  const outcomes = input.images.map(({ outcome }) => outcome);
  const kinds = kindsOf(input);
  const name = resultSetName({
    outcomes,
    softwareVersion: input.softwareVersion,
    observerUid: input.observer.uid,
    predecessor: input.predecessor,
  });
  // The report names its siblings, so a set with others is another set.
  const setName = JSON.stringify([name, resultSettingsKey(input)]);
  const multiFrame = new Set(
    input.images.filter(isMultiFrame).map(({ outcome }) => outcome.source.sopInstanceUid),
  );
  return {
    input,
    outcomes,
    kinds,
    shared: { ...patientAndStudy(input.studyAttributes), ...equipmentAndCommon(input) },
    uidOf: (...role) => nameBasedUid('result', setName, ...role),
    referenceTo: ({ sopClassUid, sopInstanceUid, frameNumber }) =>
      multiFrame.has(sopInstanceUid)
        ? { sopClassUid, sopInstanceUid, frameNumber }
        : { sopClassUid, sopInstanceUid },
  };
}

/** One object of a kind: its name and number in the series, and what it holds beyond its attributes. */
export interface ResultInstance {
  readonly role: string;
  readonly number: number;
  /** The images it speaks of; absent: all of the set. */
  readonly sources?: readonly SourceImage[];
  readonly pixels?: ResultPixels;
}

/** An object of the set: shared attributes, series and identity, then its own. */
export function resultObject(
  context: ResultContext,
  series: ResultSeries,
  { role, number, sources, pixels }: ResultInstance,
  own: DataSet,
): ResultObject {
  const identity = {
    studyInstanceUid: textOf(context.shared, TAG.StudyInstanceUID) ?? '',
    seriesInstanceUid: context.uidOf('series', series.modality, ...(series.role ? [series.role] : [])),
    sopInstanceUid: context.uidOf('instance', series.modality, role),
    sopClassUid: series.sopClassUid,
  };
  const placed = dataSetOf({
    SOPClassUID: identity.sopClassUid,
    SOPInstanceUID: identity.sopInstanceUid,
    SeriesInstanceUID: identity.seriesInstanceUid,
    Modality: series.modality,
    SeriesNumber: series.seriesNumber,
    SeriesDescription: series.seriesDescription,
    InstanceNumber: number,
  });
  return {
    kind: series.kind,
    ...identity,
    sources: sources ?? context.outcomes.map(({ source }) => source),
    dataSet: { ...context.shared, ...placed, ...own },
    ...(pixels && { pixels }),
  };
}

/** Label, description and creator of what is drawn over an image. PS3.3 Table 10-12 (Content Identification macro). */
export function contentIdentification(): DataSet {
  return dataSetOf({
    ContentLabel: 'AI_FINDINGS',
    ContentDescription: INTENDED_USE_NOTICE,
    ContentCreatorName: { Alphabetic: `${MANUFACTURER}^AI` },
  });
}

/**
 * Laterality (0020,0060) of a series about these images: their side where all of them name the same one. Type 2C for
 * paired parts (PS3.3 C.7.3.1): else it is empty, unknown, since whether the part is paired is not known either.
 */
export function lateralityOf(images: readonly ResultImage[]): string | readonly [] {
  const sides = new Set(
    images.map(({ metadata }) => textOf(metadata, TAG.Laterality) ?? textOf(metadata, TAG.ImageLaterality)),
  );
  const [side, ...others] = sides;
  return others.length === 0 && (side === 'L' || side === 'R') ? side : [];
}

/** One text for each way of making a set: settings that make the same objects have the same. Throws `invalid-value` without the report. */
export function resultSettingsKey(settings: ResultSettings): string {
  const kinds = kindsOf(settings);
  const encoding = kinds.includes('sc') ? captureEncodingOf(settings) : '';
  return [...kinds, settings.reportClass ?? DEFAULT_REPORT_CLASS, encoding].join(' ');
}

/** How the captures of a set are encoded. */
export function captureEncodingOf({ captureEncoding }: ResultSettings): CaptureEncoding {
  return captureEncoding ?? DEFAULT_CAPTURE_ENCODING;
}

/** The kinds asked for, each once and the root first. Throws `invalid-value` without the report. */
function kindsOf({ objects = DEFAULT_RESULT_OBJECTS }: ResultSettings): readonly ResultObjectKind[] {
  if (!objects.includes('sr')) {
    throw new PacsError('invalid-value', 'a result set needs its report: sr is missing among its objects');
  }
  return RESULT_OBJECT_KINDS.filter((kind) => objects.includes(kind));
}

/** The order in which images arrived must not show in the bytes: by SOP Instance UID, then frame. */
function bySource({ outcome: one }: ResultImage, { outcome: other }: ResultImage): number {
  const [uid, otherUid] = [one.source.sopInstanceUid, other.source.sopInstanceUid];
  return uid === otherUid ? one.source.frameNumber - other.source.frameNumber : uid < otherUid ? -1 : 1;
}

function isMultiFrame({ metadata }: ResultImage): boolean {
  return (numberOf(metadata, TAG.NumberOfFrames) ?? 1) > 1;
}
