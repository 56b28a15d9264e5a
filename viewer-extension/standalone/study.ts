/**
 * A study as the reader opens it: who, what, its radiographs in stored order, its reports.
 */
import { numberOf, personNameOf, textOf, textsOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { isOwnSummary } from '../../dicom/vocabulary/own-objects.ts';
import { studyReportOf } from '../core/study-report.ts';
import type { StudyReport } from '../core/study-result.ts';
import { dateText, nameText, plainText } from '../core/text.ts';
import type { InstanceAddress } from './dicomweb-client.ts';
import type { PageWords } from './page-messages.ts';

/** One frame that can be shown. */
export interface StudyImage {
  readonly address: InstanceAddress;
  /** 1-based. */
  readonly frameNumber: number;
  /** "PA", "Lateral", or the series description: what a person calls the view. */
  readonly caption: string;
  readonly metadata: DataSet;
}

/** Texts for the head of the page; empty where the study says nothing. */
export interface StudyHeading {
  readonly studyInstanceUid: string;
  readonly patientName: string;
  readonly patientId: string;
  /** Patient's Sex as the header gives it: M, F or O. */
  readonly patientSex: string;
  /** Patient's Age as the header gives it, PS3.5 6.2 (VR AS): "009Y". */
  readonly patientAge: string;
  readonly patientBirthDate: string;
  readonly studyDate: string;
  readonly description: string;
  readonly accessionNumber: string;
  readonly modalities: string;
  readonly isSynthetic: boolean;
}

export interface Study {
  readonly heading: StudyHeading;
  readonly images: readonly StudyImage[];
  readonly reports: readonly StudyReport[];
}

/** Sorts the instances of a study into images and reports; objects of other kinds are left aside. */
export function studyOf(studyInstanceUid: string, instances: readonly DataSet[]): Study {
  const images = instances
    .filter(isRadiograph)
    .toSorted(bySeriesAndNumber)
    .flatMap((metadata) => imagesOf(studyInstanceUid, metadata));
  const reports = instances.flatMap((dataSet) => studyReportOf(dataSet) ?? []);
  const [first = {}] = [...images.map(({ metadata }) => metadata), ...instances];
  return { heading: headingOf(studyInstanceUid, first), images, reports };
}

/** The texts of a study row or of one of its instances. */
export function headingOf(studyInstanceUid: string, dataSet: DataSet): StudyHeading {
  const text = (tag: string) => plainText(textOf(dataSet, tag) ?? '');
  const modalities = textsOf(dataSet, TAG.ModalitiesInStudy);
  return {
    studyInstanceUid,
    patientName: nameText(personNameOf(dataSet, TAG.PatientName)),
    patientId: text(TAG.PatientID),
    patientSex: text(TAG.PatientSex),
    patientAge: text(TAG.PatientAge),
    patientBirthDate: dateText(textOf(dataSet, TAG.PatientBirthDate)),
    studyDate: dateText(textOf(dataSet, TAG.StudyDate)),
    description: text(TAG.StudyDescription),
    accessionNumber: text(TAG.AccessionNumber),
    modalities: (modalities.length > 0 ? modalities : textsOf(dataSet, TAG.Modality))
      .filter((modality) => !['SR', 'PR', 'SEG', 'KO'].includes(modality))
      .map((modality) => plainText(modality, 16))
      .join(' '),
    isSynthetic: textOf(dataSet, TAG.SyntheticData) === 'YES',
  };
}

/** Our own summary images repeat for others what this page draws itself. */
function isRadiograph(dataSet: DataSet): boolean {
  const modality = textOf(dataSet, TAG.Modality);
  const isImage = (numberOf(dataSet, TAG.Rows) ?? 0) > 0 && modality !== 'SEG' && modality !== 'PR';
  return isImage && !isOwnSummary(dataSet);
}

function bySeriesAndNumber(one: DataSet, other: DataSet): number {
  const differ = (tag: string) => (numberOf(one, tag) ?? 0) - (numberOf(other, tag) ?? 0);
  return differ(TAG.SeriesNumber) || differ(TAG.InstanceNumber);
}

function imagesOf(studyInstanceUid: string, metadata: DataSet): readonly StudyImage[] {
  const seriesInstanceUid = textOf(metadata, TAG.SeriesInstanceUID);
  const sopInstanceUid = textOf(metadata, TAG.SOPInstanceUID);
  if (seriesInstanceUid === undefined || sopInstanceUid === undefined) return [];
  const address = { studyInstanceUid, seriesInstanceUid, sopInstanceUid };
  const caption = captionOf(metadata);
  return Array.from({ length: Math.max(1, numberOf(metadata, TAG.NumberOfFrames) ?? 1) }, (_, index) => ({
    address,
    frameNumber: index + 1,
    caption,
    metadata,
  }));
}

function captionOf(metadata: DataSet): string {
  const side = textOf(metadata, TAG.ImageLaterality) ?? textOf(metadata, TAG.Laterality) ?? '';
  const view = textOf(metadata, TAG.ViewPosition) ?? '';
  const part = textOf(metadata, TAG.SeriesDescription) ?? textOf(metadata, TAG.BodyPartExamined) ?? '';
  const words = view || side ? [side, view] : [part];
  return plainText(words.filter(Boolean).join(' '), 40);
}

/** The words that a heading needs beside its own. */
export type HeadingWords = Pick<PageWords, 'noPatientName' | 'noPatientId' | 'sexes' | 'ageIn'>;

/** "Female, 9 y", as far as the header says it. */
export function patientDetails({ patientSex, patientAge }: StudyHeading, words: HeadingWords): string {
  const [, count, unit] = /^(\d{3})([DWMY])$/.exec(patientAge) ?? [];
  const age = count === undefined ? '' : words.ageIn(Number(count), unit as 'D' | 'W' | 'M' | 'Y');
  const sexes: Readonly<Record<string, string>> = words.sexes;
  return [sexes[patientSex], age].filter(Boolean).join(', ');
}

/** The line that names a study: the patient, else the description (a picture without a header has its file name there), else that there is no name. */
export function titleOf({ patientName, description }: StudyHeading, words: HeadingWords): string {
  return patientName || description || words.noPatientName;
}

/** What stands small beneath {@link titleOf}; never empty. */
export function subtitleOf(heading: StudyHeading, words: HeadingWords): string {
  const { patientName, description, patientId } = heading;
  const missing = !patientName && description ? words.noPatientName : '';
  return (
    [missing, patientId, patientDetails(heading, words)].filter(Boolean).join(' · ') || words.noPatientId
  );
}
