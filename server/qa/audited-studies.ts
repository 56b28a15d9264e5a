/**
 * Every study with a report, compared: the structured reports themselves are read, nothing is kept beside them but what was
 * already read of the same ones.
 */
import { readPart10 } from '../../dicom/read/part10-reader.ts';
import { readReport } from '../../dicom/sr/report-reader.ts';
import { DCM, isSameCode } from '../../dicom/vocabulary/codes.ts';
import { asPacsError } from '../../dicom/vocabulary/failure.ts';
import { SOP_CLASS } from '../../dicom/vocabulary/uids.ts';
import { query, type Pool } from '../storage/database.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { comparisonOf, type AuditedReport, type StudyComparison } from './statistics/study-comparison.ts';

/** Reports that are read at the same time. */
const AT_ONCE = 8;

interface StudyReports {
  readonly studyInstanceUid: string;
  readonly studyDate: string | undefined;
  readonly reports: readonly { readonly sopInstanceUid: string; readonly objectKey: string }[];
}

/** What was read of a study, for as long as it holds the same reports. */
interface Known {
  readonly key: string;
  readonly comparison: StudyComparison | undefined;
}

export class AuditedStudies {
  readonly #database: Pool;
  readonly #objects: Pick<ObjectStore, 'read'>;
  #known: ReadonlyMap<string, Known> = new Map();

  constructor(database: Pool, objects: Pick<ObjectStore, 'read'>) {
    this.#database = database;
    this.#objects = objects;
  }

  /** The studies with a report of a machine, the newest first. */
  async all(): Promise<readonly StudyComparison[]> {
    const waiting = await this.#listed();
    const read = new Map<string, Known>();
    const next = waiting.values();
    const work = async (): Promise<void> => {
      for (const study of next) {
        const key = study.reports.map(({ sopInstanceUid }) => sopInstanceUid).join(' ');
        const known = this.#known.get(study.studyInstanceUid);
        read.set(
          study.studyInstanceUid,
          known?.key === key ? known : { key, comparison: await this.#compare(study) },
        );
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    this.#known = read;
    const found = waiting.flatMap(({ studyInstanceUid }) => read.get(studyInstanceUid)?.comparison ?? []);
    // Where an image says no date, that of the report counts.
    return found.toSorted((one, other) => (one.date < other.date ? 1 : one.date > other.date ? -1 : 0));
  }

  async #listed(): Promise<readonly StudyReports[]> {
    const rows = await query(
      this.#database,
      `SELECT instance.study_uid, study.study_date,
         array_agg(ARRAY[sop_instance_uid, object_key] ORDER BY sop_instance_uid) AS reports
       FROM instance JOIN study USING (study_uid)
       WHERE sop_class_uid IN ('${SOP_CLASS.comprehensiveSr}', '${SOP_CLASS.comprehensive3dSr}')
       GROUP BY instance.study_uid, study.study_date
       ORDER BY study.study_date DESC NULLS LAST, instance.study_uid`,
    );
    return rows.map((row) => ({
      studyInstanceUid: String(row['study_uid']),
      studyDate: typeof row['study_date'] === 'string' ? row['study_date'] : undefined,
      reports: (row['reports'] as readonly (readonly [string, string])[]).map(
        ([sopInstanceUid, objectKey]) => ({ sopInstanceUid, objectKey }),
      ),
    }));
  }

  async #compare(study: StudyReports): Promise<StudyComparison | undefined> {
    const reports: AuditedReport[] = [];
    for (const { sopInstanceUid, objectKey } of study.reports) {
      try {
        const report = readReport(readPart10(await this.#objects.read(objectKey)).dataSet);
        if (report.title && isSameCode(report.title, DCM.imagingMeasurementReport)) {
          reports.push({ sopInstanceUid, report });
        }
      } catch (error) {
        const failure = asPacsError(error);
        // A report of somebody else that cannot be read is no part of the audit; storage that is away is.
        if (failure.kind === 'storage-unavailable') throw failure;
      }
    }
    return comparisonOf(study, reports);
  }
}
