/**
 * A Key Object Selection "Of Interest" over the images on which something definite was found. PS3.3 A.35.4, C.17.6;
 * PS3.16 TID 2010.
 *
 * Trap: evidence names everything that the content points at, presentation states included (C.17.6.2).
 */
import {
  image,
  referenceItem,
  rootContainer,
  text,
  type ContentItem,
  type ImageReference,
} from '../sr/content-items.ts';
import { observationContext } from '../sr/observation-context.ts';
import { DCM } from '../vocabulary/codes.ts';
import { dataSetOf } from '../vocabulary/dictionary.ts';
import {
  findingsOf,
  INTENDED_USE_NOTICE,
  type Finding,
  type ImageOutcome,
  type SourceImage,
} from '../vocabulary/finding.ts';
import { SOP_CLASS } from '../vocabulary/uids.ts';
import { fractureText } from './finding-text.ts';
import type { ResultObject } from './input.ts';
import { hierarchicalReferences, performedDateTime } from './provenance.ts';
import { resultObject, type ResultContext, type ResultSeries } from './result-writer.ts';

const SERIES: ResultSeries = {
  kind: 'kos',
  modality: 'KO',
  seriesNumber: 9004,
  seriesDescription: 'AI findings: key images',
  sopClassUid: SOP_CLASS.keyObjectSelection,
};

/** One document that names every image with a definite finding, in their order; none where there is no such image. */
export function buildKeyObjects(
  context: ResultContext,
  earlier: readonly ResultObject[],
): readonly ResultObject[] {
  const outcomes = context.outcomes.filter(isDefinite);
  if (outcomes.length === 0) return [];
  const { date, time } = performedDateTime(context.input.performedAt);
  const sources = outcomes.map(({ source }) => source);
  const content = rootContainer(DCM.ofInterest, '2010', [
    ...observationContext(context.input.observer),
    text('CONTAINS', DCM.keyObjectDescription, descriptionOf(outcomes)),
    ...sources.map((source) => imageItem(context.referenceTo(source), statesOf(source, earlier))),
  ]);
  const own = dataSetOf({
    ContentDate: date,
    ContentTime: time,
    ReferencedPerformedProcedureStepSequence: [],
    CurrentRequestedProcedureEvidenceSequence: hierarchicalReferences([
      ...sources,
      ...sources.flatMap((source) => statesOf(source, earlier)),
    ]),
  });
  return [resultObject(context, SERIES, { role: 'of interest', number: 1, sources }, { ...own, ...content })];
}

/** True when a fracture or the image as a whole reached the operating point *definite*. */
function isDefinite({ findings }: ImageOutcome): boolean {
  return definiteTexts(findings).length > 0;
}

function definiteTexts(findings: readonly Finding[]): readonly string[] {
  return [
    ...findingsOf(findings, 'fracture-presence')
      .filter(({ verdict, certainty }) => verdict === 'present' && certainty === 'definite')
      .map(({ probability }) => `image: ${fractureText({ probability, certainty: 'definite' })}`),
    ...findingsOf(findings, 'fracture')
      .filter(({ certainty }) => certainty === 'definite')
      .map(fractureText),
  ];
}

/** Why these images: every definite finding in words, image by image. */
function descriptionOf(outcomes: readonly ImageOutcome[]): string {
  const images = outcomes.map(
    ({ findings }, index) => `Key image ${index + 1}: ${definiteTexts(findings).join(', ')}.`,
  );
  return ['Flagged by AI, not reviewed.', ...images, INTENDED_USE_NOTICE].join('\r\n');
}

/** The presentation states of this set that show an image. */
function statesOf(source: SourceImage, earlier: readonly ResultObject[]): readonly ResultObject[] {
  return earlier.filter(({ kind, sources }) => kind === 'gsps' && sources.includes(source));
}

/** An IMAGE item, to be shown by the first presentation state given. PS3.3 C.18.4 (Image Reference macro). */
function imageItem(reference: ImageReference, [state]: readonly ResultObject[]): ContentItem {
  const item = image('CONTAINS', undefined, reference);
  if (!state) return item;
  const shownBy = dataSetOf({ ReferencedSOPSequence: [referenceItem(state)] });
  return { ...item, ...dataSetOf({ ReferencedSOPSequence: [{ ...referenceItem(reference), ...shownBy }] }) };
}
