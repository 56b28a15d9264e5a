/**
 * A stored SR → the report as every viewer of ours shows it. The findings come from here and from nowhere else.
 *
 * Trap: a study may hold reports of other kinds and makers (dose reports, a radiologist's text). Only an Imaging
 * Measurement Report that says something of images is taken; the others are left to the viewers they were made for.
 */
import { DCM, isSameCode } from '../../dicom/vocabulary/codes.ts';
import { textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { INTENDED_USE_NOTICE, type ModelIdentity } from '../../dicom/vocabulary/finding.ts';
import { LICENCE_NOTICE, type ImageStatus } from '../../dicom/sr/image-statements.ts';
import { readReport, type Report } from '../../dicom/sr/report-reader.ts';
import type { StudyReport } from './study-result.ts';

/** What every page says of itself. */
const SAID_ANYWAY: readonly string[] = [INTENDED_USE_NOTICE, LICENCE_NOTICE];

/** Reads an instance; `undefined` when it is no report of the kind that is shown, or cannot be read. */
export function studyReportOf(dataSet: DataSet): StudyReport | undefined {
  const sopInstanceUid = textOf(dataSet, TAG.SOPInstanceUID);
  if (textOf(dataSet, TAG.Modality) !== 'SR' || sopInstanceUid === undefined) return undefined;
  const report = readOrNothing(dataSet);
  if (!report?.title || !isSameCode(report.title, DCM.imagingMeasurementReport)) return undefined;
  if (report.findings.length === 0 && report.images.length === 0) return undefined;
  return {
    sopInstanceUid,
    isVerified: report.isVerified,
    contentDateTime: report.contentDateTime ?? '',
    predecessorUids: report.predecessorUids,
    findings: report.findings,
    statements: report.statements,
    images: report.images.map(({ source, ...outcome }) => ({
      ...outcome,
      sopInstanceUid: source.sopInstanceUid,
    })),
    models: modelsThatSpoke(report),
    boneAgeSkips: boneAgeSkipsOf(report.images),
    failures: failuresOf(report.images),
    remarks: report.remarks,
    notices: report.notices.filter((notice) => !SAID_ANYWAY.includes(notice)),
    unreadItems: report.unknownItems.length,
    verifiers: report.verifiers,
    observer: report.observer,
  };
}

function readOrNothing(dataSet: DataSet): Report | undefined {
  try {
    return readReport(dataSet);
  } catch (error) {
    if (error instanceof PacsError) return undefined;
    throw error;
  }
}

/** The models that ran on an image or have a finding; one that was skipped said nothing. */
function modelsThatSpoke({ images, findings }: Report): readonly ModelIdentity[] {
  const runs = images.flatMap((image) => image.runs.filter(({ status }) => status !== 'skipped'));
  const models = [...runs, ...findings].map(({ model }) => model);
  return [...new Map(models.map((model) => [`${model.name} ${model.version}`, model])).values()];
}

function boneAgeSkipsOf(images: readonly ImageStatus[]): readonly string[] {
  return images.flatMap(({ runs }) =>
    runs.flatMap((run) => (run.status === 'skipped' && isBoneAgeModel(run.model) ? [run.reason] : [])),
  );
}

/** A run that said nothing names no finding, so the model's own identifier and name must tell its task. */
function isBoneAgeModel({ id, name }: ModelIdentity): boolean {
  return /bone[\s-]?age/i.test(`${id} ${name}`);
}

/** The models that failed, whatever became of the image. */
function failuresOf(images: readonly ImageStatus[]): StudyReport['failures'] {
  const failures = images.flatMap(({ runs }) =>
    runs.flatMap((run) =>
      run.status === 'failed'
        ? [{ model: `${run.model.name} ${run.model.version}`, reason: run.reason }]
        : [],
    ),
  );
  return [...new Map(failures.map((failure) => [JSON.stringify(failure), failure])).values()];
}
