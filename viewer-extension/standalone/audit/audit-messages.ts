/**
 * What the audit page says, in every language: one row per message.
 */
import { message, wordsIn, type Language, type WordsOf } from '../../core/messages.ts';

const AUDIT_MESSAGES = {
  audit: message('Quality audit', '품질 감사'),
  back: message('Reading room', '판독실'),
  problem: message('The audit cannot be read.', '감사를 읽을 수 없습니다.'),
  loading: message('Reading the reports…', '보고서를 읽는 중…'),
  forbidden: message('Only the role qa sees this page.', 'qa 역할만 이 페이지를 볼 수 있습니다.'),
  caution: message(
    'Readers who saw the AI first agree with it more. Figures against readers are therefore too good; a blinded sample or reference labels are not.',
    'AI 결과를 먼저 본 판독자는 AI에 더 동의합니다. 따라서 판독자 기준 수치는 실제보다 좋게 나옵니다. 맹검 표본이나 참조 라벨은 그렇지 않습니다.',
  ),
  filters: message('Filters', '필터'),
  from: message('From', '시작일'),
  to: message('To', '종료일'),
  model: message('Model', '모델'),
  region: message('Region', '부위'),
  state: message('Agreement', '일치'),
  all: message('All', '전체'),
  states: message(
    { unread: 'Not signed', agree: 'Agree', disagree: 'Disagree' },
    { unread: '서명 전', agree: '일치', disagree: '불일치' },
  ),
  counts: message(
    (studies: number, read: number, labelled: number) =>
      `${studies} studies, ${read} signed, ${labelled} with a label`,
    (studies: number, read: number, labelled: number) =>
      `검사 ${studies}건, 서명 ${read}건, 라벨 ${labelled}건`,
  ),
  compared: message('Compared', '비교'),
  fracture: message('Fracture', '골절'),
  boneAge: message('Bone age', '골연령'),
  against: message(
    {
      modelsByReaders: 'Models against readers',
      modelsByLabels: 'Models against labels',
      readersByLabels: 'Readers against labels',
      firstBySecond: 'First against second reader',
      modelsBySecond: 'Models against second reader',
      modelsByConsensus: 'Models against consensus',
    },
    {
      modelsByReaders: '모델 대 판독자',
      modelsByLabels: '모델 대 라벨',
      readersByLabels: '판독자 대 라벨',
      firstBySecond: '1차 대 2차 판독자',
      modelsBySecond: '모델 대 2차 판독자',
      modelsByConsensus: '모델 대 합의',
    },
  ),
  figures: message(
    {
      count: 'Studies',
      sensitivity: 'Sensitivity',
      specificity: 'Specificity',
      ppv: 'PPV',
      npv: 'NPV',
      kappa: 'Kappa',
      bias: 'Bias (mo)',
      meanAbsoluteError: 'MAE (mo)',
      limits: '95 % limits (mo)',
    },
    {
      count: '검사',
      sensitivity: '민감도',
      specificity: '특이도',
      ppv: '양성예측도',
      npv: '음성예측도',
      kappa: '카파',
      bias: '편향(개월)',
      meanAbsoluteError: '평균절대오차(개월)',
      limits: '95% 한계(개월)',
    },
  ),
  between: message(
    (low: string, high: string) => `${low} to ${high}`,
    (low: string, high: string) => `${low} ~ ${high}`,
  ),
  interval: message('95 % intervals in brackets', '괄호 안은 95% 신뢰구간'),
  blandAltman: message(
    'Bone age: models minus readers, by their mean (months)',
    '골연령: 모델-판독자, 평균별(개월)',
  ),
  scores: message('Scores, by what the reader signed', '판독 결과별 점수 분포'),
  scoreGroups: message(
    { fracture: 'fracture', none: 'no fracture', unread: 'not signed' },
    { fracture: '골절', none: '골절 없음', unread: '서명 전' },
  ),
  weeks: message('By week', '주별'),
  versions: message('By model version', '모델 버전별'),
  trend: message(
    {
      name: 'Group',
      studies: 'Studies',
      read: 'Signed',
      models: 'Positive, models',
      readers: 'Positive, readers',
      agreement: 'Agreement',
      drift: 'Score drift',
    },
    {
      name: '구분',
      studies: '검사',
      read: '서명',
      models: '양성(모델)',
      readers: '양성(판독자)',
      agreement: '일치',
      drift: '점수 변화',
    },
  ),
  driftNote: message(
    'Score drift: population stability index; above 0.25 the scores are of another kind than before.',
    '점수 변화: 모집단 안정성 지수. 0.25를 넘으면 이전과 다른 분포입니다.',
  ),
  turnaround: message(
    (median: string, ninetieth: string) =>
      `From AI report to signature: median ${median} h, 90 % within ${ninetieth} h`,
    (median: string, ninetieth: string) =>
      `AI 보고서에서 서명까지: 중앙값 ${median}시간, 90%는 ${ninetieth}시간 이내`,
  ),
  studies: message('Studies', '검사 목록'),
  table: message('Table of studies', '검사 표'),
  columns: message(
    {
      date: 'Date',
      ai: 'AI',
      reader: 'Reader',
      label: 'Label',
      decisions: 'Decisions',
      signed: 'Signed by',
      open: 'Image',
    },
    {
      date: '날짜',
      ai: 'AI',
      reader: '판독자',
      label: '라벨',
      decisions: '결정',
      signed: '서명자',
      open: '영상',
    },
  ),
  decided: message(
    { accepted: 'accepted', rejected: 'rejected', edited: 'edited', added: 'added' },
    { accepted: '수락', rejected: '거부', edited: '수정', added: '추가' },
  ),
  yes: message('fracture', '골절'),
  no: message('none', '없음'),
  openImage: message('Open', '열기'),
  more: message(
    (count: number) => `${count} more: narrow the filters, or take the table`,
    (count: number) => `${count}건 더 있음: 필터를 좁히거나 표를 받으십시오`,
  ),
  csv: message('Table (CSV)', '표(CSV)'),
  json: message('Everything (JSON)', '전체(JSON)'),
  copies: message('De-identified copies (ZIP)', '비식별 사본(ZIP)'),
  copiesNote: message(
    'Radiographs and reports without names, dates or free text. Images with text burned in are left out.',
    '이름, 날짜, 자유 텍스트를 뺀 영상과 보고서. 글자가 찍힌 영상은 제외됩니다.',
  ),
  importLabels: message('Import labels (CSV)', '라벨 가져오기(CSV)'),
  imported: message(
    (count: number, unknown: number) => `${count} labels imported, ${unknown} of studies that are not here`,
    (count: number, unknown: number) => `라벨 ${count}개를 가져옴, ${unknown}개는 없는 검사`,
  ),
  samples: message('Blinded samples', '맹검 표본'),
  sampleNote: message(
    'A second reader sees the images alone, of studies drawn at random from those signed.',
    '2차 판독자는 서명된 검사에서 무작위로 뽑은 영상만 봅니다.',
  ),
  size: message('Size', '크기'),
  seed: message('Seed', '시드'),
  draw: message('Draw', '추출'),
  progress: message(
    (read: number, drawn: number) => `${read} of ${drawn} read`,
    (read: number, drawn: number) => `${drawn}건 중 ${read}건 판독`,
  ),
  readNext: message('Read blindly', '맹검 판독'),
  adjudicate: message('Readers differ: decide', '판독자 간 불일치: 결정'),
  hasFracture: message('Fracture', '골절'),
  noFracture: message('No fracture', '골절 없음'),
  months: message('Bone age in months, if you read one', '골연령(개월), 판독한 경우'),
  remaining: message(
    (count: number) => `${count} left`,
    (count: number) => `${count}건 남음`,
  ),
  allRead: message(
    'All studies of this sample are read. Thank you.',
    '이 표본의 모든 검사를 판독했습니다. 감사합니다.',
  ),
  blind: message('Blinded second reading', '맹검 2차 판독'),
};

export type AuditWords = WordsOf<typeof AUDIT_MESSAGES>;

/** The messages in each language. */
export const AUDIT_WORDS: Readonly<Record<Language, AuditWords>> = {
  en: wordsIn(AUDIT_MESSAGES, 'en'),
  ko: wordsIn(AUDIT_MESSAGES, 'ko'),
};
