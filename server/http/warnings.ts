/**
 * What a client should know beside the answer, in words: the Warning header. PS3.18 8.4.2, RFC 7234 5.5.
 */
import type { Response } from 'express';

const WARN_CODE = 299;
const WARN_AGENT = 'osteon';
/** Most warnings sent; a request of thousands of broken parts must not overflow the header. */
const MOST_WARNINGS = 8;

/** Sends each text once, in their order. Texts hold no patient data; what a header cannot carry becomes a space. */
export function sendWarnings(response: Response, texts: readonly string[]): void {
  const distinct = [...new Set(texts)].slice(0, MOST_WARNINGS);
  if (distinct.length === 0) return;
  response.setHeader(
    'Warning',
    distinct.map((text) => `${WARN_CODE} ${WARN_AGENT} "${quotable(text)}"`).join(', '),
  );
}

function quotable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]+/g, ' ').replaceAll(/["\\]/g, "'");
}
