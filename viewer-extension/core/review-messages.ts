/**
 * What the page says of a review that is being made, in every language: one row per message.
 */
import type { RejectedFindingReason } from '../../dicom/vocabulary/review.ts';
import { REJECTED_FINDING_REASONS } from '../../dicom/vocabulary/review.ts';
import { message, wordsIn, type Language, type WordsOf } from './messages.ts';

const KOREAN_REJECTIONS: Readonly<Record<RejectedFindingReason, string>> = {
  'no-fracture': '골절 아님',
  'growth-plate': '성장판',
  'normal-variant': '정상 변이 또는 부골',
  'old-fracture': '오래되었거나 치유된 골절',
  overlap: '구조물 겹침',
  artefact: '인공물, 석고 또는 금속물',
  duplicate: '같은 소견이 중복됨',
  'wrong-value': '값이 틀림',
  'other-reason': '기타 이유',
};

const REVIEW_MESSAGES = {
  review: message('Review', '판독 검토'),
  accept: message('Accept', '수락'),
  reject: message('Reject', '기각'),
  remove: message('Remove', '삭제'),
  edit: message('Edit', '수정'),
  endEdit: message('Done', '완료'),
  addBox: message('Add box', '상자 추가'),
  addOutline: message('Add outline', '윤곽 추가'),
  noFracture: message('No fracture here', '이 영상에 골절 없음'),
  agree: message('Agree with the rest', '나머지 모두 동의'),
  undo: message('Undo', '실행 취소'),
  sign: message('Sign', '서명'),
  signAs: message(
    (name: string) => `Sign as ${name}`,
    (name: string) => `${name} 이름으로 서명`,
  ),
  confirmSign: message(
    (name: string) => `Sign as ${name}? This cannot be undone.`,
    (name: string) => `${name} 이름으로 서명할까요? 되돌릴 수 없습니다.`,
  ),
  cancel: message('Cancel', '취소'),
  draftOnly: message(
    'Draft only: a report is signed by a person who has signed in by name.',
    '초안만 저장됩니다. 서명하려면 이름이 있는 계정으로 로그인하십시오.',
  ),
  whyRejected: message('Why is it rejected?', '기각 이유'),
  reasons: message(
    REJECTED_FINDING_REASONS as Readonly<Record<RejectedFindingReason, string>>,
    KOREAN_REJECTIONS,
  ),
  comment: message('Comment', '설명'),
  undecided: message(
    (count: number) => `${count} undecided`,
    (count: number) => `미결정 ${count}개`,
  ),
  allDecided: message('All decided', '모두 결정됨'),
  saved: message('Draft saved', '초안 저장됨'),
  saving: message('Saving…', '저장 중…'),
  offline: message(
    (count: number) => `Not saved yet (${count}): no connection. Kept here and sent again.`,
    (count: number) => `아직 저장되지 않음(${count}): 연결 없음. 여기에 보관하고 다시 보냅니다.`,
  ),
  signedBy: message('Signed', '서명됨'),
  changed: message(
    'Another reader has decided meanwhile. Look at it, then sign again.',
    '다른 판독자가 그 사이에 결정했습니다. 확인한 뒤 다시 서명하십시오.',
  ),
  unmatched: message(
    (count: number) => `${count} of your decisions were about a report that is no longer the newest.`,
    (count: number) => `결정 ${count}개는 더 이상 최신이 아닌 보고서에 대한 것입니다.`,
  ),
  others: message('Other readers', '다른 판독자'),
  notSigned: message('not signed', '서명 전'),
  image: message('image', '영상'),
  boneAge: message('Bone age', '골연령'),
  years: message('Years', '세'),
  months: message('Months', '개월'),
  correct: message('Correct', '수정'),
  wrongAge: message('Give years 0 to 25 and months 0 to 11.', '0~25세, 0~11개월로 입력하십시오.'),
  drawHint: message('Drag on the image. Esc ends.', '영상에서 끌어 그리십시오. Esc로 끝냅니다.'),
  editHint: message(
    'Drag corners, edges or points. Arrows move, Alt with arrows stretches, B or O draws anew, Esc ends.',
    '모서리나 점을 끄십시오. 화살표: 이동, Alt+화살표: 크기, B·O: 다시 그리기, Esc: 끝.',
  ),
  decisions: message(
    {
      accepted: 'accepted',
      rejected: 'rejected',
      edited: 'edited',
      added: 'fracture added',
      'no-fracture': 'no fracture',
    },
    { accepted: '수락', rejected: '기각', edited: '수정', added: '골절 추가', 'no-fracture': '골절 없음' },
  ),
};

export type ReviewWords = WordsOf<typeof REVIEW_MESSAGES>;

/** The messages in each language. */
export const REVIEW_WORDS: Readonly<Record<Language, ReviewWords>> = {
  en: wordsIn(REVIEW_MESSAGES, 'en'),
  ko: wordsIn(REVIEW_MESSAGES, 'ko'),
};
