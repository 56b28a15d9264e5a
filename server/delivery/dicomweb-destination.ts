/**
 * A DICOMweb server as destination: STOW-RS of a study's objects in one request. PS3.18 10.5.
 *
 * An object that the server has already is delivered: its UID follows from its content, so what is there is what was to
 * be sent. Servers say so in a failure reason (0x0111), or by counting it as stored.
 */
import { randomUUID } from 'node:crypto';
import { itemsOf, numberOf, textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { DicomWebDestinationSettings } from '../routing/rules-schema.ts';
import { authorizationOf, jsonOf } from './authorization.ts';
import { DeliveryError, type Destination, type Parcel, type SendResult } from './destination.ts';
import { exchange, type ClientTls, type HttpAnswer, type HttpQuestion } from './http-exchange.ts';
import { readPem } from './read-secret.ts';

/** Failure Reason (0008,1197): the instance is there. PS3.18 Table I.2-2 leaves it to PS3.7 C.4.2. */
const DUPLICATE = 0x0111;
/** Refused: out of resources. PS3.18 Table I.2-2: A7xx. */
const isOutOfResources = (reason: number): boolean => reason >> 8 === 0xa7;

/** Statuses that are about the server, or our right to use it: nothing else would get through either. */
const DOWN = new Set([401, 403, 404, 405, 407, 429, 501, 502, 503, 504]);
const REFUSED = new Set([400, 406, 413, 415]);

/** Opens it; nothing is asked of the network before it is used. */
export function dicomWebDestination({ dicomweb, auth, tls }: DicomWebDestinationSettings): Destination {
  const root = new URL(dicomweb.endsWith('/') ? dicomweb : `${dicomweb}/`);
  const clientTls = () => readTls(tls);
  const authorization = authorizationOf(auth, clientTls);
  const ask = async (
    question: Pick<HttpQuestion, 'method' | 'headers' | 'signal'> & {
      path: string;
      body?: () => AsyncIterable<Uint8Array>;
    },
  ): Promise<HttpAnswer> => {
    for (let isFirst = true; ; isFirst = false) {
      const header = await authorization.header(question.signal);
      const answer = await exchange({
        method: question.method,
        url: new URL(question.path, root),
        headers: { ...question.headers, ...(header !== undefined && { Authorization: header }) },
        ...(question.body && { body: question.body() }),
        tls: await clientTls(),
        signal: question.signal,
      });
      // A token may end before its time.
      if (answer.status !== 401 || !isFirst || !auth || !('oauth' in auth)) return answer;
      authorization.forget();
    }
  };
  return {
    kind: 'dicomweb',
    address: root.host,
    async send(parcels, signal) {
      const boundary = randomUUID();
      const answer = await ask({
        method: 'POST',
        path: 'studies',
        headers: {
          Accept: 'application/dicom+json',
          'Content-Type': `multipart/related; type="application/dicom"; boundary=${boundary}`,
          'Content-Length': String(lengthOf(parcels, boundary)),
        },
        body: () => bodyOf(parcels, boundary),
        signal,
      });
      return resultOf(answer, parcels);
    },
    async echo(signal) {
      const headers = { Accept: 'application/dicom+json' };
      const { status } = await ask({ method: 'GET', path: 'studies?limit=1', headers, signal });
      if (status !== 200 && status !== 204)
        throw new DeliveryError('down', `The server answered HTTP ${status}`);
    },
  };
}

async function readTls(tls: DicomWebDestinationSettings['tls']): Promise<ClientTls> {
  const { certificate, key, ca } = tls ?? {};
  return {
    ...(certificate !== undefined && { cert: await readPem(certificate) }),
    ...(key !== undefined && { key: await readPem(key) }),
    ...(ca !== undefined && { ca: await readPem(ca) }),
  };
}

function headOf(boundary: string): Buffer {
  return Buffer.from(`\r\n--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`);
}

function tailOf(boundary: string): Buffer {
  return Buffer.from(`\r\n--${boundary}--\r\n`);
}

function lengthOf(parcels: readonly Parcel[], boundary: string): number {
  const heads = parcels.length * headOf(boundary).length;
  return parcels.reduce((sum, { sizeBytes }) => sum + sizeBytes, heads + tailOf(boundary).length);
}

async function* bodyOf(parcels: readonly Parcel[], boundary: string): AsyncGenerator<Uint8Array> {
  for (const parcel of parcels) {
    yield headOf(boundary);
    yield* parcel.bytes();
  }
  yield tailOf(boundary);
}

/** The answer's own list where there is one; else the status alone speaks, for all alike. PS3.18 Table 10.5.3-1. */
function resultOf({ status, body }: HttpAnswer, parcels: readonly Parcel[]): SendResult {
  const answer = dataSetOf(jsonOf(body));
  const failed = itemsOf(answer, TAG.FailedSOPSequence);
  const isListed = failed.length > 0 || itemsOf(answer, TAG.ReferencedSOPSequence).length > 0;
  if (DOWN.has(status)) throw new DeliveryError('down', `The server answered HTTP ${status}`);
  if (!isListed && REFUSED.has(status))
    throw new DeliveryError('refused', `The server answered HTTP ${status}`);
  if (!isListed && status !== 200) throw new DeliveryError('busy', `The server answered HTTP ${status}`);
  const reasons = new Map(
    failed.map((item) => [
      textOf(item, TAG.ReferencedSOPInstanceUID),
      numberOf(item, TAG.FailureReason) ?? 0,
    ]),
  );
  const outOfResources = [...reasons.values()].find(isOutOfResources);
  const accepted: string[] = [];
  const refused = new Map<string, string>();
  for (const { sopInstanceUid } of parcels) {
    const reason = reasons.get(sopInstanceUid);
    if (reason === undefined || reason === DUPLICATE) accepted.push(sopInstanceUid);
    else if (!isOutOfResources(reason)) refused.set(sopInstanceUid, `Failure Reason ${hexadecimal(reason)}`);
  }
  if (outOfResources !== undefined && accepted.length + refused.size === 0) {
    throw new DeliveryError(
      'down',
      `The server is out of resources (Failure Reason ${hexadecimal(outOfResources)})`,
    );
  }
  return { accepted, refused };
}

function dataSetOf(answer: unknown): DataSet {
  const first: unknown = Array.isArray(answer) ? answer[0] : answer;
  return typeof first === 'object' && first !== null ? (first as DataSet) : {};
}

function hexadecimal(reason: number): string {
  return reason.toString(16).toUpperCase().padStart(4, '0');
}
