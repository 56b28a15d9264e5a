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
import type { ImageOutcome, SourceImage } from '../vocabulary/finding.ts';
import { nameBasedUid, resultSetName } from './identifiers.ts';
import type { ResultImage, ResultObject, ResultSetInput } from './input.ts';
import { equipmentAndCommon, patientAndStudy } from './provenance.ts';

/** One kind of object in the set: its place among the series of a study. */
export interface ResultSeries {
  readonly modality: 'SR' | 'PR';
  /** High, so that results sort behind the images. */
  readonly seriesNumber: number;
  readonly seriesDescription: string;
  readonly sopClassUid: string;
}

/** Input with what is derived from it once. */
export interface ResultContext {
  readonly input: ResultSetInput;
  readonly outcomes: readonly ImageOutcome[];
  /** Patient, study, equipment and common attributes. */
  readonly shared: DataSet;
  /** A UID of this set by its role. */
  uidOf(...role: readonly string[]): string;
  referenceTo(source: SourceImage): ImageReference;
}

/** Checks the input and derives the rest. Throws `invalid-value`, `missing-attribute` or `study-mismatch`. */
export function resultContext(unordered: ResultSetInput): ResultContext {
  const input = { ...unordered, images: unordered.images.toSorted(bySource) };
  if (input.images.length === 0) throw new PacsError('invalid-value', 'a result set needs an image');
  const studyUid = textOf(input.studyAttributes, TAG.StudyInstanceUID);
  if (input.images.some(({ outcome }) => outcome.source.studyInstanceUid !== studyUid)) {
    throw new PacsError('study-mismatch', 'the images of a result set must belong to one study');
  }
  const outcomes = input.images.map(({ outcome }) => outcome);
  const name = resultSetName({
    outcomes,
    softwareVersion: input.softwareVersion,
    observerUid: input.observer.uid,
    predecessor: input.predecessor,
  });
  const multiFrame = new Set(
    input.images.filter(isMultiFrame).map(({ outcome }) => outcome.source.sopInstanceUid),
  );
  return {
    input,
    outcomes,
    shared: { ...patientAndStudy(input.studyAttributes), ...equipmentAndCommon(input) },
    uidOf: (...role) => nameBasedUid('result', name, ...role),
    referenceTo: ({ sopClassUid, sopInstanceUid, frameNumber }) =>
      multiFrame.has(sopInstanceUid)
        ? { sopClassUid, sopInstanceUid, frameNumber }
        : { sopClassUid, sopInstanceUid },
  };
}

/** An object of the set: shared attributes, series and identity, then its own. `instanceRole` names it in its series. */
export function resultObject(
  context: ResultContext,
  series: ResultSeries,
  instance: { readonly role: string; readonly number: number },
  own: DataSet,
): ResultObject {
  const identity = {
    studyInstanceUid: textOf(context.shared, TAG.StudyInstanceUID) ?? '',
    seriesInstanceUid: context.uidOf('series', series.modality),
    sopInstanceUid: context.uidOf('instance', series.modality, instance.role),
    sopClassUid: series.sopClassUid,
  };
  const placed = dataSetOf({
    SOPClassUID: identity.sopClassUid,
    SOPInstanceUID: identity.sopInstanceUid,
    SeriesInstanceUID: identity.seriesInstanceUid,
    Modality: series.modality,
    SeriesNumber: series.seriesNumber,
    SeriesDescription: series.seriesDescription,
    InstanceNumber: instance.number,
  });
  return { ...identity, dataSet: { ...context.shared, ...placed, ...own } };
}

/** The order in which images arrived must not show in the bytes: by SOP Instance UID, then frame. */
function bySource({ outcome: one }: ResultImage, { outcome: other }: ResultImage): number {
  const [uid, otherUid] = [one.source.sopInstanceUid, other.source.sopInstanceUid];
  return uid === otherUid ? one.source.frameNumber - other.source.frameNumber : uid < otherUid ? -1 : 1;
}

function isMultiFrame({ metadata }: ResultImage): boolean {
  return (numberOf(metadata, TAG.NumberOfFrames) ?? 1) > 1;
}
