import { textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { StudyReport } from '../core/study-result.ts';
export function isDicomReport(dataSet: DataSet): boolean {
  return textOf(dataSet, TAG.Modality) === 'SR';
}
export function studyReportOf(dataSet: DataSet): StudyReport | undefined {
  const text = textOf(dataSet, '00091010');
  return text === undefined ? undefined : (JSON.parse(text) as StudyReport);
}
