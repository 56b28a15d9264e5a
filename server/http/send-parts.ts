/**
 * Sends one body, single-part or multipart/related, with back-pressure and without holding it. Ranges of a single part
 * are RFC 9110 14.2.
 *
 * Trap: the boundary is made from the entity tag, since a body with a strong tag must be the same byte for byte. It is
 * a hash of the content and can therefore not stand in it.
 */
import { Readable } from 'node:stream';
import type { Response } from 'express';
import type { ByteRange } from '../storage/object-store.ts';
import { entityTagOf } from './entity-tag.ts';
import { multipartLength, newBoundary, writeMultipart } from './multipart.ts';
import type { OutgoingHeaders, OutgoingPart } from './multipart.ts';

/** Bytes whose number is known and of which any range can be read. */
export interface Ranged {
  readonly size: number;
  readonly read: (range: ByteRange) => AsyncIterable<Uint8Array>;
}

/** One part of such bytes. */
export type RangedPart = PartHead & Ranged;

/** What is known of a part before it is opened. */
export interface PartHead {
  readonly headers: OutgoingHeaders;
  /** Bytes of its content. */
  readonly size: number;
}

export interface MultipartOptions {
  readonly status?: number;
  /** Heads of all parts; absent: those of the parts, where all are there and know their size. */
  readonly heads?: readonly PartHead[] | undefined;
}

/**
 * Sends parts as `multipart/related; type="…"`. With the heads of all parts the client is told the length of the body, and
 * need not piece it together. A failure after the first byte cuts the connection.
 */
export async function sendMultipart(
  response: Response,
  type: string,
  parts: AsyncIterable<OutgoingPart> | Iterable<OutgoingPart>,
  { status = 200, heads = headsOf(parts) }: MultipartOptions = {},
): Promise<void> {
  const tag = entityTagOf(response);
  const boundary = tag === undefined ? newBoundary() : `osteon-${tag}`;
  response.status(status);
  response.setHeader('Content-Type', `multipart/related; type="${type}"; boundary=${boundary}`);
  if (heads) response.setHeader('Content-Length', multipartLength(heads, boundary));
  if (response.req.method === 'HEAD') response.end();
  else await sendPieces(response, writeMultipart(parts, boundary));
}

/** The heads of parts that are all at hand. */
function headsOf(
  parts: AsyncIterable<OutgoingPart> | Iterable<OutgoingPart>,
): readonly PartHead[] | undefined {
  if (!Array.isArray(parts)) return undefined;
  const heads = (parts as readonly OutgoingPart[]).flatMap(({ headers, body, size }) => {
    const known = body instanceof Uint8Array ? body.byteLength : size;
    return known === undefined ? [] : { headers, size: known };
  });
  return heads.length === parts.length ? heads : undefined;
}

/** Sends one part as the whole body. */
export async function sendSinglePart(response: Response, part: OutgoingPart): Promise<void> {
  response.status(200);
  for (const [name, value] of Object.entries(part.headers)) response.setHeader(name, value);
  if (part.body instanceof Uint8Array || response.req.method === 'HEAD') sendBytes(response, part.body);
  else await sendPieces(response, part.body);
}

function sendBytes(response: Response, body: OutgoingPart['body']): void {
  if (body instanceof Uint8Array) response.setHeader('Content-Length', body.byteLength);
  if (response.req.method === 'HEAD') response.end();
  else response.end(body);
}

/**
 * Sends pieces one after the other and ends the body. The next is asked for only when one has gone to the system: what was
 * lent can then be used again. Throws what they throw, and `ERR_STREAM_PREMATURE_CLOSE` or the like where the client goes away.
 */
async function sendPieces(response: Response, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of pieces) await sendPiece(response, piece);
  await new Promise<void>((resolve) => response.end(resolve));
}

function sendPiece(response: Response, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const cut = (): void => {
      reject(Object.assign(new Error('The client went away'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }));
    };
    if (response.destroyed) {
      cut();
      return;
    }
    response.once('close', cut);
    response.write(piece, (error) => {
      response.off('close', cut);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Sends one part, or the one range of it that the client asks for: 206, or 416 where it lies outside. */
export async function sendRanged(response: Response, part: RangedPart): Promise<void> {
  for (const [name, value] of Object.entries(part.headers)) response.setHeader(name, value);
  response.setHeader('Accept-Ranges', 'bytes');
  const range = rangeOf(response, part.size);
  if (range === 'outside') {
    response.status(416).setHeader('Content-Range', `bytes */${part.size}`);
    response.end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: part.size };
  if (range) response.setHeader('Content-Range', `bytes ${start}-${end - 1}/${part.size}`);
  response.status(range ? 206 : 200).setHeader('Content-Length', end - start);
  if (response.req.method === 'HEAD') response.end();
  else await sendPieces(response, part.read({ start, end }));
}

/** The range to send; `undefined` for all: none is asked for, several are, or the client's copy is an old one (If-Range). */
function rangeOf(response: Response, size: number): ByteRange | 'outside' | undefined {
  const { req } = response;
  const condition = req.headers['if-range'];
  if (condition !== undefined && condition !== response.getHeader('ETag')) return undefined;
  const ranges = req.range(size);
  if (ranges === -1) return 'outside';
  if (ranges === undefined || ranges === -2 || ranges.length !== 1 || ranges.type !== 'bytes')
    return undefined;
  const [range] = ranges;
  return range && { start: range.start, end: range.end + 1 };
}

/** Bytes that are at hand. */
export function rangesOf(bytes: Uint8Array): Ranged {
  return {
    size: bytes.byteLength,
    read: ({ start, end }) => Readable.from([bytes.subarray(start, end)]),
  };
}

/** A part as a whole. */
export function wholeOf({ headers, size, read }: RangedPart): OutgoingPart {
  return { headers, size, body: read({ start: 0, end: size }) };
}
