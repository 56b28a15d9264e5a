/**
 * What the page reaches of the world, made once in `main` and passed down.
 */
import { studyReportOf } from '../core/study-report.ts';
import type { StudyReport } from '../core/study-result.ts';
import { AnalysesClient } from './analyses-client.ts';
import { DicomWebClient, type InstanceAddress } from './dicomweb-client.ts';
import { ImportClient } from './import-client.ts';
import { StudyChanges } from './study-changes.ts';

export interface Services {
  readonly dicomWeb: DicomWebClient;
  readonly analyses: AnalysesClient;
  readonly reports: ReportStore;
  readonly changes: StudyChanges;
  readonly imports: ImportClient;
  /** Address of the reviews. */
  readonly reviewsUrl: string;
}

export function createServices(): Services {
  const dicomWeb = new DicomWebClient('/dicom-web');
  return {
    dicomWeb,
    analyses: new AnalysesClient('/api/analyses'),
    reports: new ReportStore(dicomWeb),
    changes: new StudyChanges('/api/events'),
    imports: new ImportClient('/api/imports', '/dicom-web/studies'),
    reviewsUrl: '/api/reviews',
  };
}

/** Reports by SOP Instance UID. A stored report never changes, so each is fetched once. */
export class ReportStore {
  readonly #client: DicomWebClient;
  readonly #reports = new Map<string, Promise<StudyReport | undefined>>();

  constructor(client: DicomWebClient) {
    this.#client = client;
  }

  /** The report at an address; `undefined` when the instance is none that can be read. */
  load(address: InstanceAddress): Promise<StudyReport | undefined> {
    const known = this.#reports.get(address.sopInstanceUid) ?? this.#fetch(address);
    this.#reports.set(address.sopInstanceUid, known);
    return known;
  }

  async #fetch(address: InstanceAddress): Promise<StudyReport | undefined> {
    try {
      const dataSet = await this.#client.instanceMetadata(address);
      return dataSet && studyReportOf(dataSet);
    } catch (error) {
      this.#reports.delete(address.sopInstanceUid);
      throw error;
    }
  }
}
