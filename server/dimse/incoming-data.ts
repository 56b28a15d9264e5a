/**
 * The data set of an incoming message while it comes, in views of the bytes that came; whoever reads slowly makes the
 * network wait.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';

/** Bytes that may lie unread before the network has to wait, and how few let it go on. */
const HIGH_WATER = 1024 * 1024;
const LOW_WATER = 256 * 1024;

/** Stops and starts the flow. */
export interface Flow {
  pause(): void;
  resume(): void;
}

/** Read it once, to its end: with `for await` (all that has come since the last step, each time), `gather` or `drain`. */
export class IncomingData implements AsyncIterable<readonly Uint8Array[]> {
  readonly #flow: Flow;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #isPaused = false;
  #end: 'open' | 'ended' | PacsError = 'open';
  #wake: () => void = () => undefined;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  /** True when all has come, or nothing more will. */
  get isComplete(): boolean {
    return this.#end !== 'open';
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes > HIGH_WATER && !this.#isPaused) {
      this.#isPaused = true;
      this.#flow.pause();
    }
    this.#wake();
  }

  end(): void {
    if (this.#end === 'open') this.#end = 'ended';
    this.#wake();
  }

  fail(reason: PacsError): void {
    if (this.#end === 'open') this.#end = reason;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Uint8Array[]> {
    for (;;) {
      if (this.#end instanceof PacsError) throw this.#end;
      if (this.#pieces.length > 0) {
        const pieces = this.#pieces;
        this.#pieces = [];
        this.#bytes = 0;
        this.#goOn();
        yield pieces;
      } else if (this.#end === 'ended') return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** The whole of it. Throws `too-large` beyond `maxBytes`; the rest must still be drained. */
  async gather(maxBytes: number): Promise<Buffer> {
    const all: Uint8Array[] = [];
    let length = 0;
    for await (const pieces of this) {
      for (const piece of pieces) length += piece.length;
      if (length > maxBytes)
        throw new PacsError('too-large', `A data set of this kind may have ${maxBytes} bytes`);
      all.push(...pieces);
    }
    return Buffer.concat(all);
  }

  /** Reads what is left and forgets it; never rejects. */
  async drain(): Promise<void> {
    try {
      // eslint-disable-next-line @typescript-eslint/no-unused-vars
      for await (const _ of this) continue;
    } catch {
      // The connection is gone, and with it what was left.
    }
  }

  #goOn(): void {
    if (!this.#isPaused || this.#bytes > LOW_WATER) return;
    this.#isPaused = false;
    this.#flow.resume();
  }
}
