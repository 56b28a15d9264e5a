/**
 * Clients that store as fast as they are answered, and the book in which they write what was acknowledged.
 *
 * Trap: no answer says nothing. Such an instance may be stored or not; if it is, it must be whole.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { itemsOf, textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { fork, type RandomSource } from '../../dicom/phantom/random.ts';
import { dataSetStart, readHeader } from '../../dicom/read/part10-reader.ts';
import { SOP_CLASS, TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { COMMAND } from '../../server/dimse/command-set.ts';
import { openAssociation } from '../../server/dimse/open-association.ts';
import { stow } from '../support/http-server.ts';
import { generatedInstance, type SentInstance } from './generated-instance.ts';

/** Everything sent to one data folder, by SOP Instance UID. */
export interface Book {
  readonly sent: Map<string, SentInstance>;
  readonly acknowledged: Set<string>;
  /** Those of them that came by C-STORE. */
  readonly byDimse: Set<string>;
  /** Answers that are neither a success nor "come again". */
  readonly wrongAnswers: string[];
}

export function emptyBook(): Book {
  return { sent: new Map(), acknowledged: new Set(), byDimse: new Set(), wrongAnswers: [] };
}

/** Clients at work. */
export interface StoringClients {
  /** Resolves at the first acknowledgement. */
  readonly underway: Promise<void>;
  /** Sends nothing more; resolves when every client has its last answer, or none. */
  stop(): Promise<void>;
}

const BATCH_CHANCE = 0.2;
const BATCH = 4;
const AGAIN_CHANCE = 0.1;
const PAUSE_MS = 50;
const LIMITS = { maxPduBytes: 16_384, negotiationMs: 30_000, idleMs: 60_000, stallMs: 60_000 };
/** Statuses A7xx say "come again". */
const OUT_OF_RESOURCES = 0xa7;

export interface ClientOptions {
  readonly book: Book;
  readonly count: number;
  readonly seed: number;
  readonly studyUids: readonly string[];
  /** Port of this machine for DICOM associations, by which every other client stores; absent: all store by STOW-RS. */
  readonly dimsePort?: number;
}

/** Starts clients on the DICOMweb root `base`, all storing into the same few studies. */
export function startClients(
  base: string,
  { book, count, seed, studyUids, dimsePort }: ClientOptions,
): StoringClients {
  const control = { isStopped: false };
  let begin: () => void = () => undefined;
  const underway = new Promise<void>((resolve) => (begin = resolve));
  const clients = Array.from({ length: count }, async (_, client) => {
    const random = fork(seed, `client ${client}`);
    for (let number = 1; !control.isStopped; number++) {
      const files = draw(book, random, studyUids, client * 1_000_000 + number * BATCH);
      const isAnswered =
        client % 2 === 0 || dimsePort === undefined
          ? await send(base, book, files)
          : await sendByDimse(dimsePort, book, files);
      if (isAnswered) begin();
      else await wait(PAUSE_MS);
    }
  });
  const ended = Promise.all(clients);
  return {
    underway,
    stop: async () => {
      control.isStopped = true;
      await ended;
    },
  };
}

/** One new instance or several; now and then one that was sent before, as a sender without an answer does. */
function draw(book: Book, random: RandomSource, studyUids: readonly string[], number: number): Buffer[] {
  const size = random.next() < BATCH_CHANCE ? BATCH : 1;
  const drawn = Array.from({ length: size }, (_, index) => {
    const studyUid = studyUids[Math.floor(random.next() * studyUids.length)] ?? '';
    return generatedInstance(studyUid, number + index, random);
  });
  for (const { sent } of drawn) book.sent.set(sent.sopInstanceUid, sent);
  const files = drawn.map(({ bytes }) => bytes);
  const [first] = files;
  return first && random.next() < AGAIN_CHANCE ? [...files, first] : files;
}

/** True when the answer came; what it acknowledges is in the book. */
async function send(base: string, book: Book, files: readonly Buffer[]): Promise<boolean> {
  let response: Response;
  let body: string;
  try {
    response = await stow(`${base}/studies`, files);
    body = await response.text();
  } catch {
    return false; // The connection broke: the server was killed, or is not back yet.
  }
  if (response.status === 503) {
    if (response.headers.get('retry-after') === null) book.wrongAnswers.push('503 without Retry-After');
    return false;
  }
  if (response.status !== 200 && response.status !== 202) {
    book.wrongAnswers.push(`${response.status} ${body.slice(0, 300)}`);
    return false;
  }
  const answer = JSON.parse(body) as DataSet;
  for (const item of itemsOf(answer, TAG.ReferencedSOPSequence)) {
    book.acknowledged.add(textOf(item, TAG.ReferencedSOPInstanceUID) ?? '');
  }
  return true;
}

/** The same by C-STORE, in an association of its own. */
async function sendByDimse(port: number, book: Book, files: readonly Buffer[]): Promise<boolean> {
  const peer = { aeTitle: 'OSTEON', host: '127.0.0.1', port };
  const transferSyntaxes = [TRANSFER_SYNTAX.explicitVrLittleEndian];
  const contexts = [{ id: 1, abstractSyntax: SOP_CLASS.computedRadiography, transferSyntaxes }];
  try {
    const association = await openAssociation({ aeTitle: 'CRASH', limits: LIMITS }, peer, { contexts });
    for (const file of files) {
      const { sopInstanceUid } = readHeader(file);
      const request = await association.request(
        1,
        {
          CommandField: COMMAND.store,
          AffectedSOPClassUID: SOP_CLASS.computedRadiography,
          AffectedSOPInstanceUID: sopInstanceUid,
        },
        file.subarray(dataSetStart(file)),
      );
      const { Status = -1, ErrorComment = '' } = (await request.next()).command;
      request.end();
      if (Status >> 8 === OUT_OF_RESOURCES) return false;
      if (Status === 0) {
        book.acknowledged.add(sopInstanceUid);
        book.byDimse.add(sopInstanceUid);
      } else book.wrongAnswers.push(`status ${Status.toString(16)} ${ErrorComment}`);
    }
    await association.release();
    return true;
  } catch {
    return false; // As above.
  }
}
