/**
 * Finds the bytes of one frame in the answer to a WADO-RS frames request: `multipart/related` or a single part.
 * PS3.18 10.4, RFC 2387.
 */
import { Problem } from './problem.ts';

/** The first part's body; the body itself when it is not multipart. Throws when a multipart body has no whole part. */
export function frameBytes(body: Uint8Array, contentType: string): Uint8Array {
  if (!/^multipart\/related/i.test(contentType.trim())) return body;
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined) throw new Problem('brokenFrame');
  const delimiter = ascii(`--${mark}`);
  const opening = indexOf(body, delimiter, 0);
  const headerEnd = opening < 0 ? -1 : indexOf(body, ascii('\r\n\r\n'), opening);
  const start = headerEnd + 4;
  const length = headerEnd < 0 ? undefined : declaredLength(body.subarray(opening, headerEnd));
  const end = length === undefined ? indexOf(body, ascii(`\r\n--${mark}`), start) : start + length;
  if (headerEnd < 0 || end < start || end > body.length) throw new Problem('brokenFrame');
  return body.subarray(start, end);
}

/** Content-Length of a part, where it is given: spares the search through the pixels. */
function declaredLength(header: Uint8Array): number | undefined {
  const match = /content-length:\s*(\d+)/i.exec(new TextDecoder('latin1').decode(header));
  return match ? Number(match[1]) : undefined;
}

function indexOf(bytes: Uint8Array, pattern: Uint8Array, from: number): number {
  const [first] = pattern;
  if (first === undefined) return -1;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (pattern.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  return -1;
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
