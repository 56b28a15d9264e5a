/**
 * The structured report of a result set: a Comprehensive 3D SR. PS3.3 A.35.13, C.17.1 to C.17.3.
 *
 * Trap: machine output is UNVERIFIED, always; and a report has neither Laterality nor a frame of reference.
 */
import { measurementReport } from '../sr/measurement-report.ts';
import { dataSetOf } from '../vocabulary/dictionary.ts';
import { SOP_CLASS } from '../vocabulary/uids.ts';
import { trackingUidOf } from './identifiers.ts';
import type { ResultObject } from './input.ts';
import { hierarchicalReferences, performedDateTime } from './provenance.ts';
import { resultObject, type ResultContext, type ResultSeries } from './result-writer.ts';

const SERIES: ResultSeries = {
  kind: 'sr',
  modality: 'SR',
  seriesNumber: 9001,
  seriesDescription: 'AI findings: report',
  sopClassUid: SOP_CLASS.comprehensive3dSr,
};

/** The report over all images, findings or none. */
export function buildReport(context: ResultContext): readonly ResultObject[] {
  const { input, outcomes } = context;
  const { date, time } = performedDateTime(input.performedAt);
  const content = measurementReport({
    studyAttributes: input.studyAttributes,
    observer: input.observer,
    outcomes,
    trackingUidOf,
    referenceTo: context.referenceTo.bind(context),
  });
  const own = dataSetOf({
    ContentDate: date,
    ContentTime: time,
    ReferencedPerformedProcedureStepSequence: [],
    PerformedProcedureCodeSequence: [],
    PredecessorDocumentsSequence: input.predecessor && hierarchicalReferences([input.predecessor]),
    CurrentRequestedProcedureEvidenceSequence: hierarchicalReferences(outcomes.map(({ source }) => source)),
    CompletionFlag: 'COMPLETE',
    VerificationFlag: 'UNVERIFIED',
  });
  return [resultObject(context, SERIES, { role: 'report', number: 1 }, { ...own, ...content })];
}
