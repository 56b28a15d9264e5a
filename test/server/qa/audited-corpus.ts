/**
 * Stored studies for the audit: the wrist of `result-inputs.ts` under other UIDs, each with the machine's report and, where a
 * reader decided, a signed one, as files of the ordinary store.
 */
import { buildResultSet } from '../../../dicom/results/index.ts';
import { buildReviewDocument } from '../../../dicom/results/review-document.ts';
import { draftedReport } from '../../../dicom/sr/review-draft.ts';
import type { ReviewAct } from '../../../dicom/sr/review-steps.ts';
import { readReport } from '../../../dicom/sr/report-reader.ts';
import type { Finding, ImageOutcome } from '../../../dicom/vocabulary/finding.ts';
import { writePart10 } from '../../../dicom/write/part10-writer.ts';
import { rampFile } from '../../support/result-files.ts';
import { FINDINGS, FRACTURE_MODEL, metadataOf, resultInput, SOURCE } from '../../support/result-inputs.ts';
import { storeBytes, type TestStorage } from '../../support/storage.ts';

/** What a study of the corpus shows and what its reader does. */
export interface CorpusStudy {
  readonly studyInstanceUid: string;
  /** `YYYYMMDD`. */
  readonly date: string;
  /** False: the models find no fracture. */
  readonly hasFracture: boolean;
  /** Version of the fracture model. */
  readonly version?: string;
  /** Attributes of the image and of the study beside the usual ones. */
  readonly attributes?: Parameters<typeof metadataOf>[0];
  /** What the reader does before signing; absent: nobody signs. */
  readonly acts?: (uidOf: (trackingId: string) => string) => readonly ReviewAct[];
}

const BY = {
  reviewer: { name: { Alphabetic: 'Kim^Min' }, loginName: 'kim' },
  decidedAt: '20260103090000',
} as const;
const IMAGE_ROWS = 60;

/** Stores the studies. */
export async function storeCorpus(storage: TestStorage, studies: readonly CorpusStudy[]): Promise<void> {
  for (const study of studies) {
    for (const bytes of filesOf(study)) {
      const outcome = await storeBytes(storage.instances(), bytes);
      if (outcome.status === 'refused') throw outcome.failure;
    }
  }
}

/** Image, report of the machine and, where somebody signed, the signed report, as Part 10 files. */
export function filesOf(study: CorpusStudy): readonly Uint8Array[] {
  const { studyInstanceUid, date, version = '0.1.0' } = study;
  const source = {
    ...SOURCE,
    studyInstanceUid,
    seriesInstanceUid: `${studyInstanceUid}.1`,
    sopInstanceUid: `${studyInstanceUid}.1.1`,
  };
  const metadata = metadataOf({
    StudyInstanceUID: studyInstanceUid,
    SeriesInstanceUID: source.seriesInstanceUid,
    SOPInstanceUID: source.sopInstanceUid,
    StudyDate: date,
    PatientID: `P${studyInstanceUid}`,
    ...study.attributes,
  });
  const model = { ...FRACTURE_MODEL, version };
  const findings = FINDINGS.filter(({ kind }) => study.hasFracture || kind !== 'fracture').map(
    (finding): Finding => {
      const own = { ...finding, source, ...(finding.model.id === model.id && { model }) };
      return own.kind === 'fracture-presence' && !study.hasFracture
        ? { ...withoutCertainty(own), verdict: 'absent', probability: 0.04 }
        : own;
    },
  );
  const outcome: ImageOutcome = {
    status: 'analysed',
    source,
    findings,
    runs: [{ model, status: 'succeeded' }],
  };
  const input = { ...resultInput(outcome, metadata), performedAt: `${date}101530` };
  const [machine] = buildResultSet(input);
  if (!machine) throw new Error('a result set begins with its report');
  const image = rampFile(metadata, { ...source, rows: IMAGE_ROWS });
  const files = [image, writePart10(machine.dataSet)];
  if (!study.acts) return files;
  const report = readReport(machine.dataSet);
  const uidOf = (trackingId: string) =>
    report.findings.find((finding) => finding.trackingId === trackingId)?.trackingUid ?? '';
  const steps = study.acts(uidOf).map((act, index) => ({ ...act, id: `step-${index}` }));
  const drafted = draftedReport(report, steps, {
    decidedBy: () => BY,
    trackingUidOf: (id) => `2.25.${studyInstanceUid.replaceAll('.', '')}${id.replace(/\D/g, '')}`,
  });
  const { studyAttributes, softwareVersion, observer } = input;
  const signed = buildReviewDocument({
    ...{ studyAttributes, softwareVersion, observer, predecessor: machine },
    report: { ...report, findings: drafted.findings },
    reviews: new Map(
      drafted.findings.flatMap(({ trackingUid, review }) => (review ? [[trackingUid, review] as const] : [])),
    ),
    statements: drafted.statements,
    writtenAt: `${date}121530`,
    signature: { name: BY.reviewer.name, organization: 'A hospital', signedAt: `${date}121530` },
  });
  return [...files, writePart10(signed.dataSet)];
}

function withoutCertainty(
  finding: Finding<'fracture-presence'>,
): Omit<Finding<'fracture-presence'>, 'certainty'> {
  const { certainty, ...rest } = finding;
  return certainty === undefined ? finding : rest;
}
