/**
 * How far the review of a study is, as one reader sees it: the report that counts, the reader's own draft, those of others.
 */
import { createHash } from 'node:crypto';
import { readPart10 } from '../../dicom/read/part10-reader.ts';
import { currentReport, type RankedReport } from '../../dicom/sr/current-report.ts';
import { readReport, type Report } from '../../dicom/sr/report-reader.ts';
import { DCM, isSameCode } from '../../dicom/vocabulary/codes.ts';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import { SOP_CLASS } from '../../dicom/vocabulary/uids.ts';
import type { Queryable } from '../storage/database.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import { draftsOf, type ReviewDraft } from './draft-records.ts';

/** Where the state is read from. */
export interface ReviewSources {
  readonly index: Pick<StudyIndex, 'listInstances'>;
  readonly objects: Pick<ObjectStore, 'read'>;
}

/** A stored report that says something of images. */
export interface StoredReport {
  readonly instance: StoredInstance;
  readonly report: Report;
}

export interface ReviewState {
  readonly studyInstanceUid: string;
  /** Every instance of the study. */
  readonly instances: readonly StoredInstance[];
  /** Every report of the study that could be reviewed. */
  readonly reports: readonly StoredReport[];
  /** The report under review; absent where the study has none. */
  readonly current?: StoredReport;
  /** The reader's own draft; absent where there is none. */
  readonly draft?: ReviewDraft;
  /** Drafts of others that hold a step. */
  readonly others: readonly ReviewDraft[];
  /** Names what the reader has not made: it changes when another report counts or another reader decides. */
  readonly seen: string;
}

const REPORT_CLASSES: readonly string[] = [SOP_CLASS.comprehensive3dSr, SOP_CLASS.comprehensiveSr];

/** Reads the state. Throws `not-found` for a study that is not stored. */
export async function reviewStateOf(
  target: Queryable,
  { index, objects }: ReviewSources,
  studyInstanceUid: string,
  readerId: string,
): Promise<ReviewState> {
  const instances = await index.listInstances({ studyUid: studyInstanceUid });
  if (instances.length === 0) throw new PacsError('not-found', 'No instance of this study is stored');
  const read = await Promise.all(
    instances
      .filter(({ sopClassUid }) => REPORT_CLASSES.includes(sopClassUid))
      .map((instance) => readStored(instance, objects)),
  );
  const reports = read.filter((stored) => stored !== undefined);
  const current = currentReport(reports.map((stored) => ({ ...rankOf(stored), ...stored })));
  const drafts = await draftsOf(target, studyInstanceUid);
  const draft = drafts.find((one) => one.readerId === readerId);
  const others = drafts.filter((one) => one.readerId !== readerId && one.steps.length > 0);
  const seen = createHash('sha256')
    .update(
      JSON.stringify([
        current?.instance.sopInstanceUid,
        others.map((other) => [other.readerId, other.revision]),
      ]),
    )
    .digest('hex');
  return {
    studyInstanceUid,
    instances,
    reports,
    ...(current && { current: { instance: current.instance, report: current.report } }),
    ...(draft && { draft }),
    others,
    seen,
  };
}

/** The report of an instance; `undefined` for one of another kind, or that cannot be read. */
async function readStored(
  instance: StoredInstance,
  objects: ReviewSources['objects'],
): Promise<StoredReport | undefined> {
  try {
    const report = readReport(readPart10(await objects.read(instance.objectKey)).dataSet);
    const isOfImages =
      report.title && isSameCode(report.title, DCM.imagingMeasurementReport) && report.images.length > 0;
    return isOfImages ? { instance, report } : undefined;
  } catch (error) {
    const failure = asPacsError(error);
    if (failure.kind === 'malformed-dicom') return undefined;
    throw failure;
  }
}

function rankOf({ instance: { sopInstanceUid }, report }: StoredReport): RankedReport {
  const { isVerified, contentDateTime = '', predecessorUids } = report;
  return { sopInstanceUid, isVerified, contentDateTime, predecessorUids };
}
