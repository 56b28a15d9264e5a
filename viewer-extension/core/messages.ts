/**
 * What is said of analyses and findings, in every language: one row per message. A row that lacks a language does not
 * compile. What a report itself says, and nobody here has translated, stays in the language in which it was written.
 */
import type { Code } from '../../dicom/vocabulary/codes.ts';
import {
  NO_SCORE_REASONS,
  REJECTION_REASONS,
  type NoScoreReason,
  type RejectionReason,
} from '../../dicom/vocabulary/finding.ts';
import { REJECTED_FINDING_REASONS, type RejectedFindingReason } from '../../dicom/vocabulary/review.ts';
import {
  koreanConcept,
  koreanSentence,
  KOREAN_NO_SCORE,
  KOREAN_READER_REASONS,
  KOREAN_REJECTIONS,
} from './korean.ts';

/** The languages, by BCP 47 tag, in their own names. */
export const LANGUAGES = { en: 'English', ko: '한국어' } as const;
export type Language = keyof typeof LANGUAGES;

/** One message in every language, in the order of {@link LANGUAGES}. */
export type Message<Kind> = readonly [en: Kind, ko: Kind];

/** A table's messages in one language. */
export type WordsOf<Table extends Readonly<Record<string, Message<unknown>>>> = {
  readonly [Key in keyof Table]: Table[Key][0];
};

/** Declares a message: a text, or how one is made. */
export function message<Kind>(en: Kind, ko: Kind): Message<Kind> {
  return [en, ko];
}

/** The messages of a table in one language. */
export function wordsIn<Table extends Readonly<Record<string, Message<unknown>>>>(
  table: Table,
  language: Language,
): WordsOf<Table> {
  const place = language === 'ko' ? 1 : 0;
  const entries = Object.entries(table).map(([key, row]) => [key, row[place]]);
  return Object.fromEntries(entries) as WordsOf<Table>;
}

const FINDING_MESSAGES = {
  /** The name of a coded concept. */
  concept: message((code: Code) => code.meaning, koreanConcept),
  /** A sentence that the server wrote in English. */
  sentence: message((text: string) => text, koreanSentence),
  rejectionReasons: message<Readonly<Record<RejectionReason, string>>>(REJECTION_REASONS, KOREAN_REJECTIONS),
  noScoreReasons: message<Readonly<Record<NoScoreReason, string>>>(NO_SCORE_REASONS, KOREAN_NO_SCORE),
  readerReasons: message<Readonly<Record<RejectedFindingReason, string>>>(
    REJECTED_FINDING_REASONS,
    KOREAN_READER_REASONS,
  ),
  notAnalysed: message('Not analysed', '분석되지 않음'),
  waiting: message('Waiting for analysis', '분석 대기 중'),
  running: message('Analysis running', '분석 중'),
  analysed: message('Analysed', '분석 완료'),
  rejected: message('Rejected', '분석 제외'),
  failed: message('Analysis failed', '분석 실패'),
  noFinding: message('No finding', '소견 없음'),
  noFracture: message('No fracture found', '골절 소견 없음'),
  undetermined: message('Fracture undetermined', '골절 여부 미정'),
  fracture: message('Fracture', '골절'),
  suspectedFracture: message('Suspected fracture', '골절 의심'),
  fractures: message(
    (count: number, most: string) => `${count} fractures, up to ${most}`,
    (count: number, most: string) => `골절 ${count}곳, 최대 ${most}`,
  ),
  suspectedFractures: message(
    (count: number, most: string) => `${count} suspected fractures, up to ${most}`,
    (count: number, most: string) => `골절 의심 ${count}곳, 최대 ${most}`,
  ),
  notLocated: message('not located', '위치 미상'),
  incomplete: message('analysis incomplete', '분석 불완전'),
  readInPart: message('report read in part', '보고서 일부만 읽음'),
  boneAge: message('Bone age', '골연령'),
  definite: message('Definite', '확실'),
  suspicious: message('Suspicious', '의심'),
  shownOf: message(
    (shown: number, total: number) => `${shown} of ${total} shown`,
    (shown: number, total: number) => `${total}개 중 ${shown}개 표시`,
  ),
  age: message(
    (years: number, months: number) => ageText(years, months, ' y', ' mo'),
    (years: number, months: number) => ageText(years, months, '세', '개월'),
  ),
  chronologicalAge: message('Chronological age', '역연령'),
  difference: message('Difference', '차이'),
  differenceNone: message('none', '없음'),
  ahead: message(
    (age: string) => `${age} ahead`,
    (age: string) => `${age} 빠름`,
  ),
  behind: message(
    (age: string) => `${age} behind`,
    (age: string) => `${age} 느림`,
  ),
  score: message('SD score', '표준편차 점수'),
  noScore: message('none', '없음'),
  oneDeviation: message(
    (months: string) => `1 SD = ${months} mo`,
    (months: string) => `1 SD = ${months}개월`,
  ),
  reference: message('Reference', '참고 자료'),
  sex: message('Sex', '성별'),
  sexKnown: message('known to the model', '모델에 제공됨'),
  sexUnknown: message('not known to the model', '모델에 제공되지 않음'),
  method: message('Method', '방법'),
  model: message('Model', '모델'),
  noBoneAge: message('Bone age not estimated', '골연령을 추정하지 않음'),
  modelFailedWith: message(
    (model: string, reason: string) => `${model} failed: ${reason}`,
    (model: string, reason: string) => `${model} 실패: ${reason}`,
  ),
  unread: message(
    (count: number) => `${count} item${count === 1 ? '' : 's'} of the report not understood.`,
    (count: number) => `보고서 항목 ${count}개를 이해하지 못했습니다.`,
  ),
  modelFailed: message('the model failed', '모델 오류'),
  noImageAnalysed: message('no image was analysed', '분석된 영상 없음'),
  notAskedFor: message('it was not asked for', '요청되지 않음'),
  noModel: message('no bone-age model is enabled', '사용 중인 골연령 모델 없음'),
  sides: message({ L: 'left', R: 'right', B: 'both sides' }, { L: '왼쪽', R: '오른쪽', B: '양쪽' }),
  regions: message(
    { hand: 'Upper limb', leg: 'Lower limb', hip: 'Hip', shoulder: 'Shoulder' },
    { hand: '상지', leg: '하지', hip: '고관절', shoulder: '어깨' },
  ),
  intendedUse: message('Research use only. Not a medical device.', '연구용. 의료기기가 아닙니다.'),
  nonCommercial: message(
    'Non-commercial: weights learned from data that forbid commercial use.',
    '비상업용: 상업적 사용이 금지된 데이터로 학습한 가중치입니다.',
  ),
  accepted: message('accepted', '수락'),
  rejectedByReader: message('rejected by the reader', '판독자 기각'),
  edited: message('edited by the reader', '판독자 수정'),
  addedByReader: message('added by the reader', '판독자 추가'),
  confirmedNegative: message('No fracture, says the reader', '판독자: 골절 없음'),
};

export type FindingWords = WordsOf<typeof FINDING_MESSAGES>;

/** The messages in each language. */
export const FINDING_WORDS: Readonly<Record<Language, FindingWords>> = {
  en: wordsIn(FINDING_MESSAGES, 'en'),
  ko: wordsIn(FINDING_MESSAGES, 'ko'),
};

/** English: the language of the reports, and of whoever names none. */
export const ENGLISH = FINDING_WORDS.en;

/** Months below two years alone; whole years without months. */
function ageText(years: number, months: number, year: string, month: string): string {
  if (years < 2) return `${12 * years + months}${month}`;
  return months === 0 ? `${years}${year}` : `${years}${year} ${months}${month}`;
}
