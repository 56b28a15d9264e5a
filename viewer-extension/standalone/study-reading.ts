/**
 * Reads a study in two steps: its images, then its reports. A report of ten thousand findings is tens of megabytes, and
 * no image waits for it.
 */
import { textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { RequestError, type DicomWebClient } from './dicomweb-client.ts';
import { studyOf, type Study } from './study.ts';

type Client = Pick<DicomWebClient, 'searchSeries' | 'seriesMetadata'>;

/** What has been read so far. */
export interface ReadStudy {
  readonly study: Study;
  /** False while only the images are there. */
  readonly hasReports: boolean;
}

/** Calls `onRead` with the images, and again with the reports. Throws a `RequestError` when there is no such study, or one of them cannot be had. */
export async function readStudy(
  client: Client,
  uid: string,
  signal: AbortSignal,
  onRead: (read: ReadStudy) => void,
): Promise<void> {
  const series = await client.searchSeries(uid, signal);
  if (series.length === 0) throw new RequestError(404);
  const isReport = (row: DataSet) => textOf(row, TAG.Modality) === 'SR';
  const read = async (rows: readonly DataSet[]) => {
    const uids = rows.flatMap((row) => textOf(row, TAG.SeriesInstanceUID) ?? []);
    const instances = await Promise.all(uids.map((one) => client.seriesMetadata(uid, one, signal)));
    return instances.flat();
  };
  const reports = read(series.filter(isReport));
  // Whoever awaits the images first must not leave a failure of the reports unheard.
  reports.catch(() => undefined);
  const images = await read(series.filter((row) => !isReport(row)));
  onRead({ study: studyOf(uid, images), hasReports: false });
  onRead({ study: studyOf(uid, [...images, ...(await reports)]), hasReports: true });
}
