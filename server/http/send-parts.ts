/**
 * Sends one body, single-part or multipart/related, with back-pressure and without holding it.
 */
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { newBoundary, writeMultipart } from './multipart.ts';
import type { OutgoingPart } from './multipart.ts';

/** Sends parts as `multipart/related; type="…"`. A failure after the first byte cuts the connection. */
export async function sendMultipart(
  response: Response,
  type: string,
  parts: AsyncIterable<OutgoingPart> | Iterable<OutgoingPart>,
  status = 200,
): Promise<void> {
  const boundary = newBoundary();
  response.status(status);
  response.setHeader('Content-Type', `multipart/related; type="${type}"; boundary=${boundary}`);
  await pipeline(writeMultipart(parts, boundary), response);
}

/** Sends one part as the whole body. */
export async function sendSinglePart(response: Response, part: OutgoingPart): Promise<void> {
  response.status(200);
  for (const [name, value] of Object.entries(part.headers)) response.setHeader(name, value);
  if (part.body instanceof Uint8Array) response.end(part.body);
  else await pipeline(part.body, response);
}
