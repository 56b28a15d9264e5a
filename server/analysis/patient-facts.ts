/**
 * What a header says of the person that the models may be told, and whether it asks for a bone age.
 *
 * Trap: Patient's Age (0010,1010) may be in days, weeks, months or years (PS3.5 6.2, VR AS), and may be absent where
 * birth date and study date are there.
 */
import { type DataSet, itemsOf, textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { PatientFacts } from '../../models/pipeline.ts';

const MONTHS_PER: Readonly<Record<string, number>> = { D: 12 / 365.25, W: 84 / 365.25, M: 1, Y: 12 };
const DAYS_PER_MONTH = 365.25 / 12;

/** Sex, age at the study and laterality; what the header does not say is absent. */
export function patientFactsOf(metadata: DataSet): PatientFacts {
  const sex = textOf(metadata, TAG.PatientSex);
  const laterality = textOf(metadata, TAG.ImageLaterality) ?? textOf(metadata, TAG.Laterality);
  const ageMonths = ageInMonths(metadata);
  return {
    ...((sex === 'F' || sex === 'M' || sex === 'O') && { sex }),
    ...(ageMonths !== undefined && { ageMonths }),
    ...((laterality === 'L' || laterality === 'R' || laterality === 'B' || laterality === 'U') && {
      laterality,
    }),
  };
}

/** From birth date and study date, else from Patient's Age; months with a fraction. */
function ageInMonths(metadata: DataSet): number | undefined {
  const born = dateOf(textOf(metadata, TAG.PatientBirthDate));
  const studied = dateOf(textOf(metadata, TAG.StudyDate));
  if (born !== undefined && studied !== undefined && studied >= born) {
    return Math.round(((studied - born) / 86_400_000 / DAYS_PER_MONTH) * 10) / 10;
  }
  const [, count, unit] = /^(\d{3})([DWMY])$/.exec(textOf(metadata, TAG.PatientAge) ?? '') ?? [];
  const monthsPer = MONTHS_PER[unit ?? ''];
  return count === undefined || monthsPer === undefined
    ? undefined
    : Math.round(Number(count) * monthsPer * 10) / 10;
}

/** Milliseconds of a DA value (PS3.5 6.2); `undefined` for anything that is no date. */
function dateOf(text: string | undefined): number | undefined {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(text ?? '') ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const isReal = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return isReal ? date.getTime() : undefined;
}

/** LOINC codes of bone age procedures (`37362-1` XR Bones Bone age, `24724-7` the views), and SNOMED's assessment. */
const BONE_AGE_CODES = new Set(['37362-1 LN', '24724-7 LN', '85151-9 LN', '252956001 SCT']);
const BONE_AGE_WORDS =
  /bone[\s_-]*age(?![a-z])|skeletal[\s_-]*(age|maturity)|knochenalter|골\s*연령|뼈\s*나이/i;

/**
 * True when a procedure code or a study, series or protocol description asks for a bone age of this image. A series beside it
 * that was made for another reason says nothing of it.
 */
export function asksForBoneAge(metadata: DataSet): boolean {
  const requests = itemsOf(metadata, TAG.RequestAttributesSequence);
  const sets = [metadata, ...requests];
  const codes = sets.flatMap((set) => [
    ...itemsOf(set, TAG.ProcedureCodeSequence),
    ...itemsOf(set, TAG.RequestedProcedureCodeSequence),
    ...itemsOf(set, TAG.PerformedProcedureCodeSequence),
  ]);
  const names = codes.map(
    (code) => `${textOf(code, TAG.CodeValue) ?? ''} ${textOf(code, TAG.CodingSchemeDesignator) ?? ''}`,
  );
  if (names.some((name) => BONE_AGE_CODES.has(name))) return true;
  const texts = [
    ...sets.flatMap((set) => [
      textOf(set, TAG.StudyDescription),
      textOf(set, TAG.SeriesDescription),
      textOf(set, TAG.ProtocolName),
      textOf(set, TAG.RequestedProcedureDescription),
      textOf(set, TAG.PerformedProcedureStepDescription),
      textOf(set, TAG.ScheduledProcedureStepDescription),
    ]),
    ...codes.map((code) => textOf(code, TAG.CodeMeaning)),
  ];
  return texts.some((text) => text !== undefined && BONE_AGE_WORDS.test(text));
}
