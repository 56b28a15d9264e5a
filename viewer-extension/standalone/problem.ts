/**
 * What can go wrong on the page, and what a person is told of it in every language: one row per problem.
 *
 * The words stand here and not where a problem is thrown, so that the page can say them in the reader's language.
 */
import { message, wordsIn, type Language, type WordsOf } from '../core/messages.ts';

type Said = (first: string, second: string) => string;

const PROBLEM_MESSAGES = {
  photometric: message<Said>(
    (value) => `Photometric Interpretation ${value} cannot be shown here`,
    (value) => `Photometric Interpretation ${value} 영상은 여기서 표시할 수 없습니다`,
  ),
  shortFrame: message<Said>(
    (found, expected) => `The frame holds ${found} bytes; ${expected} were expected`,
    (found, expected) => `프레임이 ${found}바이트입니다. ${expected}바이트여야 합니다`,
  ),
  noSize: message<Said>(
    () => 'Rows or Columns is absent',
    () => 'Rows 또는 Columns 값이 없습니다',
  ),
  bitsAllocated: message<Said>(
    (value) => `Bits Allocated ${value} cannot be shown here`,
    (value) => `Bits Allocated ${value} 영상은 여기서 표시할 수 없습니다`,
  ),
  deepColour: message<Said>(
    () => 'Colour of more than 8 bits cannot be shown here',
    () => '8비트가 넘는 컬러 영상은 여기서 표시할 수 없습니다',
  ),
  rawYbr422: message<Said>(
    () => 'Uncompressed YBR_FULL_422 cannot be shown here',
    () => '압축되지 않은 YBR_FULL_422 영상은 여기서 표시할 수 없습니다',
  ),
  brokenFrame: message<Said>(
    () => 'The frame response holds no whole part',
    () => '프레임 응답이 온전하지 않습니다',
  ),
  notFound: message<Said>(
    () => 'It does not exist on this server',
    () => '이 서버에 없습니다',
  ),
  undecodable: message<Said>(
    () => 'The server cannot decode its pixel data',
    () => '서버가 픽셀 데이터를 해독할 수 없습니다',
  ),
  notSignedIn: message<Said>(
    () => 'Nobody has signed in',
    () => '로그인하지 않았습니다',
  ),
  forbidden: message<Said>(
    () => 'You may not do this',
    () => '권한이 없습니다',
  ),
  tooLarge: message<Said>(
    () => 'It is larger than the server takes',
    () => '서버가 받는 크기를 넘었습니다',
  ),
  busy: message<Said>(
    () => 'The server is busy or its storage is not available; try again later',
    () => '서버가 바쁘거나 저장소를 쓸 수 없습니다. 잠시 후 다시 시도하십시오',
  ),
  noAnswer: message<Said>(
    () => 'The server does not answer',
    () => '서버가 응답하지 않습니다',
  ),
  answered: message<Said>(
    (status) => `The server answered ${status}`,
    (status) => `서버 응답: ${status}`,
  ),
  notUid: message<Said>(
    () => 'The study is not named by a valid UID',
    () => '검사 UID가 올바르지 않습니다',
  ),
  notImage: message<Said>(
    () => 'This is not a DICOM, JPEG or PNG file that can be read',
    () => '읽을 수 있는 DICOM, JPEG, PNG 파일이 아닙니다',
  ),
  damaged: message<Said>(
    () => 'The file is damaged or lacks something that DICOM requires',
    () => '파일이 손상되었거나 DICOM 필수 항목이 없습니다',
  ),
  otherContent: message<Said>(
    () => 'Another object with this SOP Instance UID is stored already',
    () => '같은 SOP Instance UID의 다른 객체가 이미 저장되어 있습니다',
  ),
  unknown: message<Said>(
    () => 'An unknown error happened',
    () => '알 수 없는 오류가 발생했습니다',
  ),
};

export type ProblemWords = WordsOf<typeof PROBLEM_MESSAGES>;
export type ProblemKind = keyof ProblemWords;

/** The sentences in each language, without the full stop. */
export const PROBLEM_WORDS: Readonly<Record<Language, ProblemWords>> = {
  en: wordsIn(PROBLEM_MESSAGES, 'en'),
  ko: wordsIn(PROBLEM_MESSAGES, 'ko'),
};

/** A problem by its row; `values` go into the sentence. */
export class Problem extends Error {
  override readonly name: string = 'Problem';
  readonly kind: ProblemKind;
  readonly values: readonly [string, string];

  constructor(kind: ProblemKind, values: readonly (string | number)[] = [], options?: ErrorOptions) {
    const [first = '', second = ''] = values.map(String);
    super(PROBLEM_WORDS.en[kind](first, second), options);
    this.kind = kind;
    this.values = [first, second];
  }
}

/** What a person is told when something fails: a sentence. */
export function messageOf(error: unknown, words: ProblemWords): string {
  return `${error instanceof Problem ? words[error.kind](...error.values) : words.unknown('', '')}.`;
}
