/**
 * What the administration says, in every language: one row per message.
 */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { message, wordsIn, type Language, type WordsOf } from '../../core/messages.ts';

const ADMIN_MESSAGES = {
  title: message('Administration', '관리'),
  toRoom: message('Reading room', '판독실'),
  language: message('Language', '언어'),
  loading: message('Asking the server…', '서버에 묻는 중…'),
  cannotRead: message('The administration cannot be read.', '관리 정보를 읽을 수 없습니다.'),
  notDone: message('This could not be done.', '실행하지 못했습니다.'),
  guide: message('Connect a modality or PACS', '장비 또는 PACS 연결'),
  guideType: message(
    'In the other system, add a DICOM node (a destination for sending) with these values.',
    '상대 장비에 DICOM 노드(전송 대상)를 추가하고 아래 값을 입력하십시오.',
  ),
  guideEcho: message(
    'Have it echo (C-ECHO, “verify”); from a command line:',
    '장비에서 연결을 확인(C-ECHO)하십시오. 명령줄에서는:',
  ),
  guideSend: message(
    'Send a radiograph. It is analysed by itself and appears in the reading room.',
    '방사선 영상을 전송하면 자동으로 분석되어 판독실에 나타납니다.',
  ),
  nothingArrived: message(
    'Nothing has arrived in the last 24 hours.',
    '최근 24시간 동안 도착한 영상이 없습니다.',
  ),
  arrived: message(
    (count: number) => `${count} ${count === 1 ? 'instance' : 'instances'} in the last 24 hours.`,
    (count: number) => `최근 24시간 동안 ${count}건이 도착했습니다.`,
  ),
  aeTitle: message('AE title', 'AE 타이틀'),
  host: message('Host', '호스트'),
  port: message('Port', '포트'),
  tlsPort: message('Port with TLS', 'TLS 포트'),
  dicomWeb: message('DICOMweb URL', 'DICOMweb 주소'),
  thisMachine: message(
    'Only this machine can reach it so far: set OSTEON_DIMSE_HOST and OSTEON_DIMSE_PEERS to let others in.',
    '아직 이 컴퓨터에서만 접속할 수 있습니다. OSTEON_DIMSE_HOST와 OSTEON_DIMSE_PEERS를 설정하십시오.',
  ),
  listed: message(
    'Callers are let in when OSTEON_DIMSE_PEERS lists them, such as CT1@10.1.0.7.',
    'OSTEON_DIMSE_PEERS에 등록된 장비만 접속할 수 있습니다(예: CT1@10.1.0.7).',
  ),
  noDimse: message(
    'No DICOM port is open (OSTEON_DIMSE_PORT is off); studies come by DICOMweb.',
    'DICOM 포트가 닫혀 있습니다(OSTEON_DIMSE_PORT=off). 검사는 DICOMweb으로 받습니다.',
  ),
  nodes: message('Destinations', '전송 대상'),
  destination: message('Destination', '전송 대상'),
  noDestinations: message(
    'Results stay here: no routing file names a destination. Name one in OSTEON_ROUTING (docs/routing.md).',
    '결과는 이 서버에만 저장됩니다. OSTEON_ROUTING 파일에 전송 대상을 적으십시오(docs/routing.md).',
  ),
  name: message('Name', '이름'),
  kind: message('Kind', '종류'),
  address: message('Address', '주소'),
  waiting: message('Waiting', '대기'),
  sending: message('Sending', '전송 중'),
  deadLetters: message('Dead letters', '전송 실패'),
  delivered: message('Delivered', '완료'),
  lastHour: message('Last hour', '최근 1시간'),
  state: message('State', '상태'),
  up: message('up', '정상'),
  paused: message('not reached', '연결 안 됨'),
  gone: message('not in the file any more', '파일에 없음'),
  actions: message('Actions', '작업'),
  echo: message('Echo', '연결 확인'),
  echoing: message('Asking…', '확인 중…'),
  answered: message(
    (milliseconds: number) => `Answered in ${milliseconds} ms`,
    (milliseconds: number) => `${milliseconds} ms 만에 응답`,
  ),
  tryNow: message('Try again now', '지금 다시 시도'),
  echoOf: message(
    (name: string) => `Echo ${name}`,
    (name: string) => `${name} 연결 확인`,
  ),
  retryAllOf: message(
    (name: string) => `Try again now: ${name}`,
    (name: string) => `지금 다시 시도: ${name}`,
  ),
  rules: message('Rules', '규칙'),
  noFile: message(
    'No routing file: every study is analysed, nothing is sent.',
    '라우팅 파일 없음: 모든 검사를 분석하고 아무 곳에도 보내지 않습니다.',
  ),
  reload: message('Read the file again', '파일 다시 읽기'),
  readAt: message(
    (time: string) => `in force since ${time}`,
    (time: string) => `${time}부터 적용`,
  ),
  faults: message(
    'The file has faults; the rules below hold on',
    '파일에 오류가 있어 아래 규칙이 계속 적용됩니다',
  ),
  line: message('Line', '줄'),
  fault: message('Fault', '오류'),
  when: message('When', '조건'),
  always: message('always', '항상'),
  says: message('Then', '처리'),
  queue: message('On their way', '전송 중인 결과'),
  noQueue: message('Nothing waits.', '대기 중인 결과가 없습니다.'),
  noDead: message('No dead letter.', '전송 실패가 없습니다.'),
  someOf: message(
    (shown: number, total: number) => `${shown} of ${total}`,
    (shown: number, total: number) => `${total}건 중 ${shown}건`,
  ),
  study: message('Study', '검사'),
  openStudy: message('Open study', '검사 열기'),
  tries: message('Tries', '시도'),
  reason: message('Reason', '이유'),
  since: message('Since', '시각'),
  retry: message('Retry', '재시도'),
  throughput: message('Last 24 hours', '최근 24시간'),
  now: message('now', '현재'),
  hour: message('Hour', '시'),
  instances: message('Instances', '영상'),
  analyses: message('Analyses', '분석'),
  deliveries: message('Deliveries', '전송'),
};

export type AdminWords = WordsOf<typeof ADMIN_MESSAGES>;

/** In each language. */
export const ADMIN_WORDS: Readonly<Record<Language, AdminWords>> = {
  en: wordsIn(ADMIN_MESSAGES, 'en'),
  ko: wordsIn(ADMIN_MESSAGES, 'ko'),
};

export const AdminWordsContext = createContext<AdminWords>(ADMIN_WORDS.en);

export function useAdminWords(): AdminWords {
  return useContext(AdminWordsContext);
}
