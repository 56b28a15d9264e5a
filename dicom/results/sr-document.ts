/**
 * The structured report of a result set, its root: a Comprehensive 3D SR, or a Comprehensive SR of the same content.
 * PS3.3 A.35.13 and A.35.3, C.17.1 to C.17.3.
 *
 * Trap: machine output is UNVERIFIED, always; and a report has neither Laterality nor a frame of reference.
 */
import { measurementReport } from '../sr/measurement-report.ts';
import { dataSetOf } from '../vocabulary/dictionary.ts';
import { SOP_CLASS } from '../vocabulary/uids.ts';
import { trackingUidOf } from './identifiers.ts';
import { descriptorsOf } from './image-descriptors.ts';
import { DEFAULT_REPORT_CLASS, type ResultObject } from './input.ts';
import { hierarchicalReferences, performedDateTime } from './provenance.ts';
import { resultObject, type ResultContext, type ResultSeries } from './result-writer.ts';

const SERIES: Omit<ResultSeries, 'sopClassUid'> = {
  kind: 'sr',
  modality: 'SR',
  seriesNumber: 9001,
  seriesDescription: 'AI findings: report',
};

/** The report over all images, findings or none; it names its `siblings` in its content and as evidence. */
export function buildReport(
  context: ResultContext,
  siblings: readonly ResultObject[],
): readonly ResultObject[] {
  const { input, outcomes } = context;
  const { date, time } = performedDateTime(input.performedAt);
  const headers = new Map(
    input.images.map(({ outcome, metadata }) => [outcome.source.sopInstanceUid, metadata]),
  );
  const sopClassUid = SOP_CLASS[input.reportClass ?? DEFAULT_REPORT_CLASS];
  const content = measurementReport({
    studyAttributes: input.studyAttributes,
    observer: input.observer,
    outcomes,
    describe: ({ sopInstanceUid }) => descriptorsOf(headers.get(sopInstanceUid) ?? {}),
    siblings,
    trackingUidOf,
    referenceTo: context.referenceTo.bind(context),
  });
  const own = dataSetOf({
    ContentDate: date,
    ContentTime: time,
    ReferencedPerformedProcedureStepSequence: [],
    PerformedProcedureCodeSequence: [],
    PredecessorDocumentsSequence: input.predecessor && hierarchicalReferences([input.predecessor]),
    CurrentRequestedProcedureEvidenceSequence: hierarchicalReferences([
      ...outcomes.map(({ source }) => source),
      ...siblings,
    ]),
    CompletionFlag: 'COMPLETE',
    VerificationFlag: 'UNVERIFIED',
  });
  const instance = { role: `report ${sopClassUid}`, number: 1 };
  return [resultObject(context, { ...SERIES, sopClassUid }, instance, { ...own, ...content })];
}
