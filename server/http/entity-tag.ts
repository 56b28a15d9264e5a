/**
 * Entity tags: what a client already has is not sent again. RFC 9110 8.8.3, 13.1.2.
 *
 * Stored bytes never change under a UID, so a strong tag is made of their SHA-256 and of what names the representation
 * (media type, parameters). Trap: the tag must differ wherever a byte of the answer may: addresses in metadata, and
 * compression, are part of it; bump {@link REVISION} when we write the same thing in other bytes.
 */
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';

/** Changes when a representation of unchanged instances gets other bytes. */
const REVISION = '1';

/**
 * Sets ETag and Vary. Answers 304 and returns true when the client has this representation already: nothing more is to
 * be sent then. `sources` are the SHA-256 of what is sent, `representation` the words that name its form.
 */
export function isUnchanged(
  request: Request,
  response: Response,
  sources: readonly string[],
  ...representation: readonly string[]
): boolean {
  response.vary('Accept');
  const hash = createHash('sha256');
  const encoding = request.acceptsEncodings('gzip', 'identity') || 'identity';
  for (const text of [REVISION, encoding, ...representation, '', ...sources]) hash.update(`${text}\n`);
  const tag = `"${hash.digest('hex').slice(0, 40)}"`;
  response.setHeader('ETag', tag);
  if (!isKnown(request, tag)) return false;
  response.status(304).end();
  return true;
}

/** If-None-Match, compared weakly. Unlike `request.fresh` this heeds it beside `Cache-Control: no-cache`, which is for caches: fetch sends both. RFC 9110 13.1.2, 13.2.2. */
function isKnown({ method, headers }: Request, tag: string): boolean {
  const condition = headers['if-none-match'];
  if (condition === undefined || (method !== 'GET' && method !== 'HEAD')) return false;
  return condition.split(',').some((text) => ['*', tag].includes(text.trim().replace(/^W\//, '')));
}

/** The tag that was set, without its quotes; `undefined` where there is none. */
export function entityTagOf(response: Response): string | undefined {
  const tag = response.getHeader('ETag');
  return typeof tag === 'string' ? tag.replaceAll('"', '') : undefined;
}
