/**
 * Which studies of an archive are priors of a study. Pure: header and matches in, queries and choices out. PS3.4 C.6.2.
 *
 * Trap: an archive may ignore keys that it does not know, so what it answers is held against the study once more: another
 * patient's study must never be fetched.
 */
import { textOf, textsOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../dicom/vocabulary/dictionary.ts';
import { isUid } from '../../dicom/vocabulary/uids.ts';
import type { PriorWish } from './rules-schema.ts';

/** What priors of a study have to agree with. */
export interface PriorFacts {
  readonly studyInstanceUid: string;
  readonly patientId: string;
  /** Absent: unknown, and then not compared. */
  readonly issuer?: string;
  readonly birthDate?: string;
  /** `YYYYMMDD`; priors are of an earlier day. */
  readonly studyDate: string;
  /** In capitals. */
  readonly bodyParts: readonly string[];
}

/** A study that may be a prior. */
export interface Candidate {
  readonly studyUid: string;
  /** False where the archive does not tell the modalities of studies: then its series say. */
  readonly isModalityKnown: boolean;
}

/** What can be asked for: facts, or why nothing can. */
export type PriorQuestion = { readonly facts: PriorFacts } | { readonly reason: string };

/** What the images of a study say. Unknown is not a default: without Patient ID or date nothing is asked. */
export function questionOf(
  studyInstanceUid: string,
  images: readonly DataSet[],
  { sameBodyPart }: PriorWish,
): PriorQuestion {
  const [image = {}] = images;
  const said = (tag: string): string | undefined => textOf(image, tag)?.trim() || undefined;
  const [patientId, studyDate] = [said(TAG.PatientID), said(TAG.StudyDate)];
  if (patientId === undefined) return { reason: 'The study has no Patient ID' };
  if (/[*?\\]/.test(patientId)) return { reason: 'The Patient ID cannot be asked for: it holds a wildcard' };
  if (studyDate === undefined || !/^\d{8}$/.test(studyDate)) return { reason: 'The study has no Study Date' };
  const bodyParts = [...new Set(images.flatMap(bodyPartsOf))];
  if (sameBodyPart && bodyParts.length === 0) return { reason: 'The study does not say its body part' };
  const [issuer, birthDate] = [said(TAG.IssuerOfPatientID), said(TAG.PatientBirthDate)];
  return {
    facts: {
      studyInstanceUid,
      patientId,
      ...(issuer !== undefined && { issuer }),
      ...(birthDate !== undefined && { birthDate }),
      studyDate,
      bodyParts,
    },
  };
}

/** Identifier of the C-FIND for candidates. */
export function studiesIdentifier({ patientId, studyDate }: PriorFacts, { years }: PriorWish): DataSet {
  return dataSetOf({
    QueryRetrieveLevel: 'STUDY',
    PatientID: patientId,
    StudyDate: `${earliest(studyDate, years)}-${studyDate}`,
    StudyInstanceUID: [],
    IssuerOfPatientID: [],
    PatientBirthDate: [],
    ModalitiesInStudy: [],
  });
}

/** Identifier of the C-FIND for the series of a candidate. */
export function seriesIdentifier(studyInstanceUid: string): DataSet {
  return dataSetOf({
    QueryRetrieveLevel: 'SERIES',
    StudyInstanceUID: studyInstanceUid,
    SeriesInstanceUID: [],
    Modality: [],
    BodyPartExamined: [],
  });
}

/** Identifier of the C-MOVE of a study. */
export function moveIdentifier(studyInstanceUid: string): DataSet {
  return dataSetOf({ QueryRetrieveLevel: 'STUDY', StudyInstanceUID: studyInstanceUid });
}

/** The matches that are earlier studies of the same patient, and of no other modality, the newest first. */
export function candidatesAmong(
  matches: readonly DataSet[],
  facts: PriorFacts,
  { years }: PriorWish,
  modalities: readonly string[],
): readonly Candidate[] {
  const from = earliest(facts.studyDate, years);
  const dated = matches.flatMap((match) => {
    const said = (tag: string): string => textOf(match, tag)?.trim() ?? '';
    const [uid, date] = [said(TAG.StudyInstanceUID), said(TAG.StudyDate)];
    const agrees = (tag: string, own: string | undefined): boolean =>
      own === undefined || said(tag) === '' || said(tag) === own;
    const kinds = codesOf(match, TAG.ModalitiesInStudy);
    const isPrior =
      isUid(uid) &&
      uid !== facts.studyInstanceUid &&
      said(TAG.PatientID) === facts.patientId &&
      agrees(TAG.IssuerOfPatientID, facts.issuer) &&
      agrees(TAG.PatientBirthDate, facts.birthDate) &&
      date >= from &&
      date < facts.studyDate &&
      (kinds.length === 0 || kinds.some((kind) => modalities.includes(kind)));
    return isPrior ? [{ studyUid: uid, date, isModalityKnown: kinds.length > 0 }] : [];
  });
  return dated
    .toSorted((one, other) => (one.date < other.date ? 1 : -1))
    .map(({ studyUid, isModalityKnown }) => ({ studyUid, isModalityKnown }));
}

/** True when one of the series is of no other modality, and shows a part of the body that the study shows where that is to agree. */
export function hasWantedSeries(
  series: readonly DataSet[],
  { bodyParts }: PriorFacts,
  { sameBodyPart }: PriorWish,
  modalities: readonly string[],
): boolean {
  return series.some(
    (one) =>
      codesOf(one, TAG.Modality).every((kind) => modalities.includes(kind)) &&
      (!sameBodyPart || bodyPartsOf(one).some((part) => bodyParts.includes(part))),
  );
}

function bodyPartsOf(dataSet: DataSet): readonly string[] {
  return codesOf(dataSet, TAG.BodyPartExamined).map((part) => part.toUpperCase());
}

/** Values without padding; empty ones are none. */
function codesOf(dataSet: DataSet, tag: string): readonly string[] {
  return textsOf(dataSet, tag)
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** So many years before a date, as text: 29 February becomes a day that only compares. */
function earliest(studyDate: string, years: number): string {
  const months =
    Number(studyDate.slice(0, 4)) * 12 + Number(studyDate.slice(4, 6)) - 1 - Math.round(years * 12);
  const [year, month] = [Math.max(0, Math.floor(months / 12)), (months % 12) + 1];
  return `${String(year).padStart(4, '0')}${String(month).padStart(2, '0')}${studyDate.slice(6)}`;
}
