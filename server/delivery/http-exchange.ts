/**
 * One HTTP request to an address of the routing file, and its answer: no redirect is followed, so that nothing but the
 * file decides where anything is sent; no answer is read beyond a limit.
 *
 * `fetch` of Node.js takes no client certificate, hence `node:https`.
 */
import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { guardedLookup, mayBeSentTo } from '../security/destination-guard.ts';
import { DeliveryError } from './destination.ts';

/** PEM texts. */
export interface ClientTls {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}

export interface HttpQuestion {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as it comes; its length is in the headers. */
  readonly body?: AsyncIterable<Uint8Array>;
  readonly tls?: ClientTls;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** A connection that says nothing for so long is given up. */
const SILENCE_MS = 60_000;
const MOST_ANSWER_BYTES = 4_000_000;

/** Asks. Any status is an answer; throws {@link DeliveryError} `down` where there is none, or none of use. */
export async function exchange(question: HttpQuestion): Promise<HttpAnswer> {
  try {
    return await answerTo(question);
  } catch (error) {
    if (error instanceof DeliveryError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    const words = code === 'ABORT_ERR' ? 'The request was given up' : 'No connection, or it broke';
    throw new DeliveryError('down', code === undefined ? words : `${words} (${code})`, { cause: error });
  }
}

async function answerTo({ method, url, headers, body, tls, signal }: HttpQuestion): Promise<HttpAnswer> {
  const { hostname } = url;
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0 && !mayBeSentTo(hostname, literal)) {
    throw new DeliveryError('down', 'Link-local and multicast addresses are not sent to');
  }
  const options: RequestOptions = { method, headers, signal, timeout: SILENCE_MS, lookup: guardedLookup };
  const request =
    url.protocol === 'https:' ? tlsRequest(url, { ...options, ...tls }) : plainRequest(url, options);
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  request.once('timeout', () => {
    request.destroy(new DeliveryError('down', `Nothing came for ${SILENCE_MS / 1000} s`));
  });
  // A server may answer and close before it has read the body: the answer counts then, not the broken pipe.
  const sending = body ? pipeline(Readable.from(body), request).catch(() => undefined) : request.end();
  const answer = await response;
  const text = await textOf(answer);
  await sending;
  return { status: answer.statusCode ?? 0, contentType: answer.headers['content-type'] ?? '', body: text };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_ANSWER_BYTES) {
      answer.destroy();
      throw new DeliveryError('busy', `The answer is longer than ${MOST_ANSWER_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
