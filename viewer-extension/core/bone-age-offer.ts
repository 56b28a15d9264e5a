/**
 * Whether a bone age can be asked for, and why there is none after it was. Silence is never a result.
 *
 * Trap: age and region only spare the reader a request that must fail; the server decides, by the model's manifest.
 */
import { textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { findingsOf, NOT_ONE_HAND } from '../../dicom/vocabulary/finding.ts';
import { ENGLISH, type FindingWords } from './messages.ts';
import type { StudyReport } from './study-result.ts';

/** From this age on no skeletal age is estimated, as the manifest of the bone-age model says. Years. */
const ADULT_YEARS = 19;

/** The reason that a report gives where nobody asked. */
const NOT_REQUESTED = 'not requested';

/** True when a bone age is worth asking for: none is there, the patient may be a child, an image may show a hand. */
export function mayAskForBoneAge(report: StudyReport | undefined, metadata: DataSet | undefined): boolean {
  const findings = report?.findings ?? [];
  if (findingsOf(findings, 'bone-age').length > 0 || isAdult(metadata ?? {})) return false;
  const regions = findingsOf(findings, 'body-region');
  return regions.length === 0 || regions.some(({ region }) => region === 'hand');
}

/**
 * Why there is no bone age, as a sentence; `undefined` when there is one, or when nobody asked. `wasAsked`: the reader
 * asked on this page and the analysis has ended since.
 */
export function boneAgeAbsence(
  report: StudyReport | undefined,
  wasAsked: boolean,
  words: FindingWords = ENGLISH,
): string | undefined {
  const sentence = (reason: string) => `${words.noBoneAge}: ${reason}`;
  if (!report || findingsOf(report.findings, 'bone-age').length > 0) return undefined;
  const told = report.boneAgeSkips.filter((reason) => reason !== '' && reason !== NOT_REQUESTED);
  // Where one image is a hand and another is not, what hinders the hand counts.
  const reason = told.find(isAboutHand) ?? told[0];
  if (reason !== undefined && (wasAsked || isAboutHand(reason))) return sentence(words.sentence(reason));
  if (!wasAsked) return undefined;
  if (report.failures.some(({ model }) => /bone[\s-]?age/i.test(model))) return sentence(words.modelFailed);
  if (!report.images.some(({ status }) => status === 'analysed')) return sentence(words.noImageAnalysed);
  return sentence(report.boneAgeSkips.length > 0 ? words.notAskedFor : words.noModel);
}

/** True for what is said whether or not the reader asked on this page: somebody did. */
function isAboutHand(reason: string): boolean {
  return /years or older/.test(reason) || reason.startsWith(NOT_ONE_HAND);
}

/** True when the header says that the patient was an adult at the study. PS3.3 C.7.1.1, C.7.2.2. */
function isAdult(metadata: DataSet): boolean {
  const [born, studied] = [TAG.PatientBirthDate, TAG.StudyDate].map((tag) => textOf(metadata, tag) ?? '');
  if (isDate(born) && isDate(studied)) {
    return Number(studied) - Number(born) >= ADULT_YEARS * 10_000;
  }
  const [, count, unit] = /^(\d{3})([MY])$/.exec(textOf(metadata, TAG.PatientAge) ?? '') ?? [];
  return count !== undefined && Number(count) >= (unit === 'Y' ? ADULT_YEARS : 12 * ADULT_YEARS);
}

/** A DA value (PS3.5 6.2); as a number, its differences count years in ten thousands. */
function isDate(text: string | undefined): text is string {
  return /^\d{8}$/.test(text ?? '');
}
