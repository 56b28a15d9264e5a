/**
 * What the report sheet says, in every language: one row per message.
 */
import { message, wordsIn, type Language, type WordsOf } from './messages.ts';

const SHEET_MESSAGES = {
  title: message('AI report on radiographs', '방사선 영상 AI 보고서'),
  patient: message('Patient', '환자'),
  patientId: message('Patient ID', '환자 ID'),
  birthDate: message('Date of birth', '생년월일'),
  sexAndAge: message('Sex, age', '성별, 나이'),
  studyDate: message('Study date', '검사일'),
  study: message('Study', '검사'),
  accession: message('Accession', '접수번호'),
  images: message('Images', '영상 수'),
  created: message('Report created', '보고서 작성'),
  madeBy: message('Made by', '작성 장치'),
  status: message('Status', '상태'),
  unverified: message('Not verified by a reader', '판독자 미확인'),
  verified: message('Verified', '판독자 확인'),
  verifiedBy: message('Verified by', '확인자'),
  absent: message('not stated', '기재 없음'),
  result: message('Result', '결과'),
  imageHeading: message(
    (number: number, caption: string) => `Image ${number}${caption && ` · ${caption}`}`,
    (number: number, caption: string) => `영상 ${number}${caption && ` · ${caption}`}`,
  ),
  otherImage: message('Image that is not stored here', '저장되지 않은 영상'),
  pictureOf: message(
    (heading: string) => `${heading} with its findings`,
    (heading: string) => `${heading}, 소견 표시`,
  ),
  number: message('No.', '번호'),
  finding: message('Finding', '소견'),
  certainty: message('Certainty', '확신도'),
  probability: message('Probability', '확률'),
  site: message('Finding site', '부위'),
  side: message('Side', '좌우'),
  reader: message('Reader', '판독자'),
  model: message('Model', '모델'),
  leftOut: message(
    (count: number) => `${count} more findings stand in the report itself.`,
    (count: number) => `보고서에 소견 ${count}개가 더 있습니다.`,
  ),
  region: message('Region', '부위'),
  models: message('Models', '모델'),
  version: message('Version', '버전'),
  maker: message('Maker', '제작자'),
  thresholds: message('Thresholds', '기준값'),
  outcome: message('Outcome', '실행 결과'),
  operatingPoints: message(
    (suspicious: string, definite: string) => `suspicious from ${suspicious}, definite from ${definite}`,
    (suspicious: string, definite: string) => `의심 ${suspicious} 이상, 확실 ${definite} 이상`,
  ),
  onePoint: message(
    (share: string) => `from ${share}`,
    (share: string) => `${share} 이상`,
  ),
  ran: message(
    (count: number) => `ran on ${count} image${count === 1 ? '' : 's'}`,
    (count: number) => `영상 ${count}개에서 실행`,
  ),
  skipped: message(
    (reason: string) => `not run: ${reason}`,
    (reason: string) => `실행하지 않음: ${reason}`,
  ),
  failed: message(
    (reason: string) => `failed: ${reason}`,
    (reason: string) => `실패: ${reason}`,
  ),
  researchOnly: message('weights for research only', '연구 전용 가중치'),
  lines: message('Lines', '선 모양'),
  legend: message(
    'Solid: definite. Dashed: suspicious. Dotted: rejected by the reader.',
    '실선: 확실. 파선: 의심. 점선: 판독자 기각.',
  ),
  remarks: message('To be noted', '유의 사항'),
  tree: message('The report as it is stored (DICOM content tree)', '저장된 보고서 원문(DICOM 내용 트리)'),
  pageOf: message('Page', '쪽'),
};

export type SheetWords = WordsOf<typeof SHEET_MESSAGES>;

/** The messages of the sheet in each language. */
export const SHEET_WORDS: Readonly<Record<Language, SheetWords>> = {
  en: wordsIn(SHEET_MESSAGES, 'en'),
  ko: wordsIn(SHEET_MESSAGES, 'ko'),
};
