/**
 * A stream of bytes → PDUs. P-DATA-TF is handed on as it comes, in views of the bytes that came: no PDU is ever gathered
 * whole but the short ones. PS3.8 9.3, Annex E.
 *
 * Trap: a length that says more than is allowed is refused before any of it is kept.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { PDU_TYPE } from './pdu.ts';

/** A piece of a presentation data value. `isLast`: the message's command or data set ends with it. */
export interface Fragment {
  readonly contextId: number;
  readonly isCommand: boolean;
  readonly isLast: boolean;
  readonly bytes: Uint8Array;
}

/** What is told of what comes. */
export interface PduHandlers {
  /** Every PDU but P-DATA-TF; `body` is what stands behind its head. */
  onPdu(type: number, body: Uint8Array): void;
  onFragment(fragment: Fragment): void;
}

/** Longest A-ASSOCIATE PDU: 128 presentation contexts with a hundred transfer syntaxes each. */
const MOST_NEGOTIATION_BYTES = 1024 * 1024;
const HEAD_BYTES = 6;

/** Reads PDUs; throws `bad-request` for what is none, after which nothing more must be given to it. */
export class PduReader {
  readonly #maxDataBytes: number;
  readonly #handlers: PduHandlers;
  /** Where the reader is: in the head of a PDU, its body, the head of a presentation data value, or its fragment. */
  #state: 'head' | 'body' | 'value-head' | 'fragment' = 'head';
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #headFilled = 0;
  #type = 0;
  /** Bytes of the PDU that are still to come. */
  #left = 0;
  #body: Uint8Array[] = [];
  /** Bytes of the fragment that are still to come. */
  #fragmentLeft = 0;
  #contextId = 0;
  #control = 0;

  /** `maxDataBytes`: the longest P-DATA-TF that is taken, as it was announced. */
  constructor(maxDataBytes: number, handlers: PduHandlers) {
    this.#maxDataBytes = maxDataBytes;
    this.#handlers = handlers;
  }

  /** True within a PDU. */
  get isWithin(): boolean {
    return this.#state !== 'head' || this.#headFilled > 0;
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#state === 'head' || this.#state === 'value-head') {
        at = this.#fillHead(chunk, at);
        if (this.#headFilled < HEAD_BYTES) return;
        this.#headFilled = 0;
        if (this.#state === 'head') this.#beginPdu();
        else this.#beginValue();
      } else if (this.#state === 'body') at = this.#readBody(chunk, at);
      else at = this.#readFragment(chunk, at);
    }
  }

  #fillHead(chunk: Uint8Array, at: number): number {
    const length = Math.min(HEAD_BYTES - this.#headFilled, chunk.length - at);
    this.#head.set(chunk.subarray(at, at + length), this.#headFilled);
    this.#headFilled += length;
    return at + length;
  }

  #beginPdu(): void {
    this.#type = this.#head[0] ?? 0;
    this.#left = this.#head.readUInt32BE(2);
    if (this.#type === PDU_TYPE.data) {
      this.#require(
        this.#left <= this.#maxDataBytes,
        `A P-DATA-TF PDU is longer than the ${this.#maxDataBytes} bytes announced`,
      );
      this.#state = this.#left === 0 ? 'head' : 'value-head';
      return;
    }
    this.#require(
      this.#type >= 1 && this.#type <= PDU_TYPE.abort,
      'A PDU has a type that PS3.8 does not know',
    );
    this.#require(this.#left <= MOST_NEGOTIATION_BYTES, 'A PDU is longer than any of its type needs to be');
    this.#body = [];
    this.#state = 'body';
    if (this.#left === 0) this.#endPdu();
  }

  #readBody(chunk: Uint8Array, at: number): number {
    const part = chunk.subarray(at, at + this.#left);
    this.#body.push(part);
    this.#left -= part.length;
    if (this.#left === 0) this.#endPdu();
    return at + part.length;
  }

  #endPdu(): void {
    const body = Buffer.concat(this.#body);
    this.#body = [];
    this.#state = 'head';
    this.#handlers.onPdu(this.#type, body);
  }

  #beginValue(): void {
    const length = this.#head.readUInt32BE(0);
    this.#require(
      length >= 2 && length + 4 <= this.#left,
      'A presentation data value reaches beyond its PDU',
    );
    this.#contextId = this.#head[4] ?? 0;
    this.#control = this.#head[5] ?? 0;
    this.#left -= length + 4;
    this.#fragmentLeft = length - 2;
    this.#state = 'fragment';
    if (this.#fragmentLeft === 0) this.#give(new Uint8Array());
  }

  #readFragment(chunk: Uint8Array, at: number): number {
    const bytes = chunk.subarray(at, at + this.#fragmentLeft);
    this.#fragmentLeft -= bytes.length;
    this.#give(bytes);
    return at + bytes.length;
  }

  #give(bytes: Uint8Array): void {
    const isEnd = this.#fragmentLeft === 0;
    if (isEnd) this.#state = this.#left === 0 ? 'head' : 'value-head';
    this.#handlers.onFragment({
      contextId: this.#contextId,
      isCommand: (this.#control & 1) === 1,
      isLast: isEnd && (this.#control & 2) === 2,
      bytes,
    });
  }

  #require(condition: boolean, message: string): void {
    if (!condition) throw new PacsError('bad-request', `${message} (PS3.8 9.3)`);
  }
}
