/**
 * A reader's review of a report as a report of its own: what the models said, what was decided about each finding, what
 * the reader adds. PS3.3 C.17.2 (verification, predecessor), A.35.13.
 *
 * Trap: only a signature makes it VERIFIED; without one it is a draft, PARTIAL and UNVERIFIED. The report that was reviewed
 * stays as it is and is named as the predecessor, since its content is included.
 */
import { measurementReport } from '../sr/measurement-report.ts';
import type { Report } from '../sr/report-reader.ts';
import { codeItem } from '../sr/content-items.ts';
import type { Code } from '../vocabulary/codes.ts';
import type { DataSet, PersonName } from '../vocabulary/data-set.ts';
import { dataSetOf } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { ImageOutcome, SourceImage } from '../vocabulary/finding.ts';
import type { ReaderStatement, Review } from '../vocabulary/review.ts';
import { SOP_CLASS } from '../vocabulary/uids.ts';
import { nameBasedUid, WRITER_VERSION } from './identifiers.ts';
import {
  DEFAULT_REPORT_CLASS,
  type ReferencedInstance,
  type ReportClass,
  type ResultObject,
} from './input.ts';
import { patientAndStudy } from './patient-and-study.ts';
import { equipmentAndCommon, hierarchicalReferences, performedDateTime } from './provenance.ts';

/** Who takes responsibility. PS3.3 Table C.17-2, Verifying Observer Sequence. */
export interface Signature {
  readonly name: PersonName;
  readonly organization: string;
  /** The person in a coding scheme of the organization. */
  readonly identification?: Code;
  /** DICOM DT `YYYYMMDDHHMMSS`, in the time zone of the study. */
  readonly signedAt: string;
}

/** What a review document is made of. */
export interface ReviewDocumentInput {
  /** Attributes of one source image. */
  readonly studyAttributes: DataSet;
  /** The report under review as `readReport` gives it, its findings as they are now: edited ones with their new geometry. */
  readonly report: Report;
  /** The instance that the report was read from. */
  readonly predecessor: ReferencedInstance;
  /** Decisions by Tracking Unique Identifier; a finding may be without one. */
  readonly reviews: ReadonlyMap<string, Review>;
  readonly statements: readonly ReaderStatement[];
  /** DICOM DT `YYYYMMDDHHMMSS`, in the time zone of the study. */
  readonly writtenAt: string;
  /** Absent: a draft. */
  readonly signature?: Signature;
  readonly softwareVersion: string;
  readonly observer: { readonly uid: string; readonly name: string };
  readonly reportClass?: ReportClass;
}

const SERIES = { seriesNumber: 9010, seriesDescription: 'AI findings: reviewed' } as const;

/**
 * The review as an object to be stored; the same input makes the same bytes. Throws `invalid-value` for a decision about a
 * finding that the report does not hold, for a report with content that is not understood, and as `buildResultSet` does.
 */
export function buildReviewDocument(input: ReviewDocumentInput): ResultObject {
  const { report, reviews, statements, predecessor, studyAttributes } = input;
  const known = new Set(report.findings.map(({ trackingUid }) => trackingUid));
  if ([...reviews.keys()].some((uid) => !known.has(uid))) {
    throw new PacsError('invalid-value', 'a review names a finding that its report does not hold');
  }
  if (report.unknownItems.length > 0) {
    throw new PacsError('invalid-value', 'the report holds content that its review would lose');
  }
  const outcomes = outcomesOf(report);
  const sources = [...outcomes, ...statements].map(({ source }) => source);
  const library = new Map(report.library.map((entry) => [entry.sopInstanceUid, entry]));
  const trackingUids = new Map(report.findings.map((finding) => [findingKey(finding), finding.trackingUid]));
  const content = measurementReport({
    studyAttributes,
    observer: input.observer,
    outcomes,
    describe: (source) => library.get(source.sopInstanceUid) ?? {},
    siblings: [],
    reviews,
    statements,
    trackingUidOf: (finding) => trackingUids.get(findingKey(finding)) ?? '',
    referenceTo: ({ sopClassUid, sopInstanceUid, frameNumber }) =>
      frameNumber > 1 ? { sopClassUid, sopInstanceUid, frameNumber } : { sopClassUid, sopInstanceUid },
  });
  const { date, time } = performedDateTime(input.writtenAt);
  const identity = identityOf(input);
  const own = dataSetOf({
    SOPClassUID: identity.sopClassUid,
    SOPInstanceUID: identity.sopInstanceUid,
    SeriesInstanceUID: identity.seriesInstanceUid,
    Modality: 'SR',
    SeriesNumber: SERIES.seriesNumber,
    SeriesDescription: SERIES.seriesDescription,
    InstanceNumber: 1,
    ContentDate: date,
    ContentTime: time,
    ReferencedPerformedProcedureStepSequence: [],
    PerformedProcedureCodeSequence: [],
    PredecessorDocumentsSequence: hierarchicalReferences([predecessor]),
    CurrentRequestedProcedureEvidenceSequence: hierarchicalReferences(sources),
    CompletionFlag: input.signature ? 'COMPLETE' : 'PARTIAL',
    VerificationFlag: input.signature ? 'VERIFIED' : 'UNVERIFIED',
    VerifyingObserverSequence: input.signature && [verifyingObserver(input.signature)],
  });
  const common = equipmentAndCommon({
    studyAttributes,
    images: outcomes.map((outcome) => ({ outcome, metadata: studyAttributes })),
    performedAt: input.writtenAt,
    softwareVersion: input.softwareVersion,
    observer: input.observer,
  });
  const dataSet = { ...patientAndStudy(studyAttributes), ...common, ...own, ...content };
  return { kind: 'sr', ...identity, sources, dataSet };
}

function identityOf(input: ReviewDocumentInput): Pick<ResultObject, keyof ReferencedInstance> {
  const { predecessor, softwareVersion, observer, reportClass = DEFAULT_REPORT_CLASS } = input;
  const sopClassUid = SOP_CLASS[reportClass];
  // All that shapes the bytes, the findings as they are now among it.
  const { report, reviews, statements, writtenAt, signature } = input;
  const content = JSON.stringify([report, [...reviews], statements, writtenAt, signature, sopClassUid]);
  const writer = [WRITER_VERSION, softwareVersion, observer.uid] as const;
  return {
    studyInstanceUid: predecessor.studyInstanceUid,
    seriesInstanceUid: nameBasedUid('review-series', predecessor.studyInstanceUid, ...writer),
    sopInstanceUid: nameBasedUid('review', predecessor.sopInstanceUid, ...writer, content),
    sopClassUid,
  };
}

function verifyingObserver({ name, organization, identification, signedAt }: Signature): DataSet {
  performedDateTime(signedAt);
  if (organization.trim() === '') throw new PacsError('invalid-value', 'a signature names no organization');
  return dataSetOf({
    VerifyingOrganization: organization,
    VerificationDateTime: signedAt,
    VerifyingObserverName: name,
    VerifyingObserverIdentificationCodeSequence: identification ? [codeItem(identification)] : [],
  });
}

/** What became of the images, put together again from what the report tells. */
function outcomesOf({ images, findings }: Report): readonly ImageOutcome[] {
  if (!findings.every((finding) => images.some(({ source }) => isSameFrame(finding.source, source)))) {
    throw new PacsError('invalid-value', 'the report does not say what became of the image of a finding');
  }
  return images.map(({ status, source, runs, reason, detail }): ImageOutcome => {
    const own = findings.filter((finding) => isSameFrame(finding.source, source));
    if (status === 'analysed') return { status, source, findings: own, runs };
    if (status === 'failed') return { status, source, findings: own, runs, detail: detail ?? '' };
    if (!reason) throw new PacsError('invalid-value', 'the report rejects an image for an unknown reason');
    return { status, source, findings: own, runs, reason, ...(detail !== undefined && { detail }) };
  });
}

function isSameFrame(one: SourceImage, other: SourceImage): boolean {
  return one.sopInstanceUid === other.sopInstanceUid && one.frameNumber === other.frameNumber;
}

function findingKey({
  source,
  trackingId,
}: {
  readonly source: SourceImage;
  readonly trackingId: string;
}): string {
  return JSON.stringify([source.sopInstanceUid, source.frameNumber, trackingId]);
}
