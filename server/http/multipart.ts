/**
 * multipart/related, streamed both ways. RFC 2046 5.1.1, RFC 2387, PS3.18 8.6.1.2.
 *
 * Trap: a delimiter may be cut anywhere by the network, so what may be the beginning of one is held back until more has
 * come. All else is passed on as it came, without a copy.
 */
import { randomUUID } from 'node:crypto';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { MediaType } from './media-type.ts';

/** Headers of a part, names in lower case. */
export type PartHeaders = ReadonlyMap<string, string>;

/** One part of a body that is being read. Its bytes must be read before the next part is asked for; what is left is skipped. */
export interface IncomingPart {
  readonly headers: PartHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Headers of a part to send, names as they are written. */
export type OutgoingHeaders = Readonly<Record<string, string>>;

/** One part to send. */
export interface OutgoingPart {
  readonly headers: OutgoingHeaders;
  readonly body: AsyncIterable<Uint8Array> | Uint8Array;
  /** Bytes of a body in pieces, where it is known. */
  readonly size?: number;
}

export interface MultipartLimits {
  /** Most bytes of the whole body. */
  readonly maxBodyBytes: number;
  /** Most parts in one body. */
  readonly maxParts: number;
  /** Most bytes of all headers of one part. */
  readonly maxHeaderBytes: number;
}

const DEFAULT_LIMITS: MultipartLimits = {
  maxBodyBytes: Infinity,
  maxParts: 100_000,
  maxHeaderBytes: 16 * 1024,
};
const CRLF = '\r\n';
const CARRIAGE_RETURN = 0x0d;
/** RFC 2046 5.1.1 allows 70 characters; Orthanc's DICOMweb client sends 73. */
const BOUNDARY = /^[\x20-\x7e]{1,200}$/;

/** The boundary of a multipart/related media type. Throws `bad-request` where it is absent or not valid. RFC 2046 5.1.1. */
export function boundaryOf(mediaType: MediaType): string {
  const boundary = mediaType.parameters.get('boundary');
  if (boundary === undefined || !BOUNDARY.test(boundary) || boundary.endsWith(' ')) {
    throw new PacsError(
      'bad-request',
      'Content-Type has no valid boundary parameter; expected 1 to 200 characters',
    );
  }
  return boundary;
}

/** Reads the parts of a body one after the other. Throws `bad-request` where the body is not well-formed, `too-large` beyond a limit. */
export async function* readMultipart(
  source: AsyncIterable<Uint8Array>,
  boundary: string,
  limits: MultipartLimits = DEFAULT_LIMITS,
): AsyncGenerator<IncomingPart> {
  const reader = new DelimitedReader(source, limits.maxBodyBytes);
  const delimiter = Buffer.from(`${CRLF}--${boundary}`, 'latin1');
  await drain(reader.until(delimiter)); // preamble
  for (let count = 1; await startsPart(reader); count += 1) {
    if (count > limits.maxParts) {
      throw new PacsError('too-large', `The body has more than ${limits.maxParts} parts`);
    }
    const headers = parseHeaders(await reader.block(limits.maxHeaderBytes));
    const body = reader.until(delimiter);
    yield { headers, body };
    await drain(body);
  }
  await reader.drainEpilogue(limits.maxHeaderBytes);
}

/** Writes parts as one body. The caller sends `multipart/related` with this boundary as its Content-Type. */
export async function* writeMultipart(
  parts: AsyncIterable<OutgoingPart> | Iterable<OutgoingPart>,
  boundary: string,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const part of parts) {
    yield* opened(part.body, Buffer.from(openingOf(part.headers, boundary, isFirst), 'latin1'));
    isFirst = false;
  }
  yield Buffer.from(closingOf(boundary, isFirst), 'latin1');
}

/** What opens a part and then its content, of which the beginning is at hand by then: what is not there fails before it is announced. */
async function* opened(body: OutgoingPart['body'], opening: Uint8Array): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) {
    yield opening;
    yield body;
    return;
  }
  let isOpened = false;
  for await (const piece of body) {
    if (!isOpened) yield opening;
    isOpened = true;
    yield piece;
  }
  if (!isOpened) yield opening;
}

/** Bytes of the body that {@link writeMultipart} makes of parts of these sizes. */
export function multipartLength(
  parts: readonly { readonly headers: OutgoingHeaders; readonly size: number }[],
  boundary: string,
): number {
  const lengths = parts.map(({ headers, size }, at) => openingOf(headers, boundary, at === 0).length + size);
  return lengths.reduce((sum, length) => sum + length, closingOf(boundary, parts.length === 0).length);
}

/** What stands before the content of a part; latin1, one byte a character. */
function openingOf(headers: OutgoingHeaders, boundary: string, isFirst: boolean): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}${CRLF}`);
  return `${isFirst ? '' : CRLF}--${boundary}${CRLF}${lines.join('')}${CRLF}`;
}

function closingOf(boundary: string, isEmpty: boolean): string {
  return `${isEmpty ? '' : CRLF}--${boundary}--${CRLF}`;
}

/** A boundary that no content holds but by a chance of 2⁻¹²². */
export function newBoundary(): string {
  return `osteon-${randomUUID()}`;
}

/** After a delimiter: true when a part follows, false at the closing delimiter. */
async function startsPart(reader: DelimitedReader): Promise<boolean> {
  if ((await reader.peek(2)) === '--') return false;
  while (/^[ \t]/.test(await reader.peek(1))) reader.skip(1);
  if ((await reader.peek(2)) !== CRLF) {
    throw new PacsError('bad-request', 'A multipart delimiter is not followed by a line end');
  }
  return true; // the line end stays: it opens an empty header block too
}

function parseHeaders(block: string): PartHeaders {
  const headers = new Map<string, string>();
  const unfolded = block.replace(/\r\n[ \t]+/g, ' ');
  for (const line of unfolded.split(CRLF)) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    if (colon < 1) throw new PacsError('bad-request', 'A header line of a part has no name');
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

async function drain(body: AsyncIterable<Uint8Array>): Promise<void> {
  const chunks = body[Symbol.asyncIterator]();
  while ((await chunks.next()).done !== true);
}

/** How many bytes at the end of `bytes` are those that the delimiter begins with. */
function beginningOf(delimiter: Buffer, bytes: Buffer): number {
  let at = bytes.indexOf(CARRIAGE_RETURN, Math.max(0, bytes.length - delimiter.length + 1));
  while (at >= 0) {
    if (delimiter.compare(bytes, at, bytes.length, 0, bytes.length - at) === 0) return bytes.length - at;
    at = bytes.indexOf(CARRIAGE_RETURN, at + 1);
  }
  return 0;
}

/** A window over a stream of chunks that finds delimiters across their edges. */
class DelimitedReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** Begins with a line end, so that a delimiter at the very start is found like any other. */
  #window: Buffer = Buffer.from(CRLF, 'latin1');

  readonly #maxBytes: number;
  #seenBytes = 0;

  constructor(source: AsyncIterable<Uint8Array>, maxBytes: number) {
    this.#chunks = source[Symbol.asyncIterator]();
    this.#maxBytes = maxBytes;
  }

  /** Yields bytes up to the delimiter and consumes it. Iterating a finished body again yields nothing. */
  until(delimiter: Buffer): AsyncIterable<Uint8Array> {
    let isDone = false;
    const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
      while (!isDone) {
        const at = this.#window.indexOf(delimiter);
        const end = at >= 0 ? at : this.#window.length - beginningOf(delimiter, this.#window);
        const bytes = this.#window.subarray(0, end);
        if (at >= 0) {
          isDone = true;
          this.#window = this.#window.subarray(at + delimiter.length);
        } else {
          this.#window = this.#window.subarray(end);
          await this.#fill();
        }
        if (bytes.length > 0) return { done: false, value: bytes };
      }
      return { done: true, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  /** The text up to the next empty line, which is consumed. */
  async block(maxBytes: number): Promise<string> {
    const end = Buffer.from(CRLF + CRLF, 'latin1');
    for (;;) {
      const at = this.#window.indexOf(end);
      if (at > maxBytes || (at < 0 && this.#window.length > maxBytes + end.length)) {
        throw new PacsError('too-large', `The headers of a part are larger than ${maxBytes} bytes`);
      }
      if (at >= 0) {
        const text = this.#window.toString('latin1', 0, at);
        this.skip(at + end.length);
        return text;
      }
      await this.#fill();
    }
  }

  /** The next characters without consuming them. */
  async peek(length: number): Promise<string> {
    while (this.#window.length < length) await this.#fill();
    return this.#window.toString('latin1', 0, length);
  }

  skip(length: number): void {
    this.#window = this.#window.subarray(length);
  }

  /**
   * Reads what follows the closing delimiter, up to `maxBytes`. The source is never closed early: closing a request's
   * body would take the connection down before the answer is sent.
   */
  async drainEpilogue(maxBytes: number): Promise<void> {
    let rest = maxBytes;
    while (rest > 0) {
      const next: IteratorResult<Uint8Array, unknown> = await this.#chunks.next();
      if (next.done === true) return;
      rest -= next.value.byteLength;
    }
  }

  async #fill(): Promise<void> {
    const next: IteratorResult<Uint8Array, unknown> = await this.#chunks.next();
    if (next.done === true) {
      throw new PacsError('bad-request', 'The multipart body ends before its closing delimiter');
    }
    const { value } = next;
    this.#seenBytes += value.byteLength;
    if (this.#seenBytes > this.#maxBytes) {
      throw new PacsError(
        'too-large',
        `The body is larger than ${this.#maxBytes} bytes, the configured limit`,
      );
    }
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.#window = this.#window.length === 0 ? chunk : Buffer.concat([this.#window, chunk]);
  }
}
