/**
 * A DICOMweb server that only receives, and whose ways of failing a test chooses. What it keeps is told apart by UID, as an
 * archive does; other bytes under a UID that it has are a fault of whoever sent them.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { dataSetOf } from '../../dicom/vocabulary/dictionary.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { parseMediaType } from '../../server/http/media-type.ts';
import { boundaryOf, readMultipart } from '../../server/http/multipart.ts';

/** How it answers: normally; 503; cutting the line before or after it has kept what came; refusing with a Failure Reason; or not at all. */
export type PacsMood =
  'up' | 'away' | 'cuts-before' | 'cuts-after' | 'silent' | { readonly failureReason: number };

export interface ReceivingPacs {
  readonly root: string;
  mood: PacsMood;
  /** SHA-256 of every object it keeps, by SOP Instance UID. */
  readonly kept: Map<string, string>;
  /** UIDs under which other bytes came than before. */
  readonly altered: string[];
  /** UIDs in the order they came, those it had already among them. */
  readonly received: string[];
  /** The Authorization header of each store, and of each request that was not let in. */
  readonly authorizations: (string | undefined)[];
  /** Most stores under way at once. */
  mostAtOnce: number;
  close(): Promise<void>;
}

export interface ReceivingPacsOptions {
  /** With it, HTTPS. */
  readonly tls?: ServerOptions;
  /** Whether a request with this Authorization header may pass; others are answered 401. Absent: all may. */
  readonly isAllowed?: (authorization: string | undefined) => boolean;
}

/** Starts one on a free port of this machine. */
export async function startReceivingPacs({
  tls,
  isAllowed = () => true,
}: ReceivingPacsOptions = {}): Promise<ReceivingPacs> {
  let atOnce = 0;
  const pacs = {
    root: '',
    mood: 'up' as PacsMood,
    kept: new Map<string, string>(),
    altered: [] as string[],
    received: [] as string[],
    authorizations: [] as (string | undefined)[],
    mostAtOnce: 0,
    close: () => Promise.resolve(),
  };
  const sockets = new Set<Socket>();
  const store = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    pacs.authorizations.push(request.headers.authorization);
    const { mood } = pacs;
    if (mood === 'silent') return;
    if (mood === 'cuts-before') {
      request.socket.destroy();
      return;
    }
    if (mood === 'away') {
      response.writeHead(503).end();
      return;
    }
    const uids: string[] = [];
    const type = parseMediaType(request.headers['content-type'] ?? '');
    if (!type) throw new Error('a store without a media type');
    for await (const { body } of readMultipart(request, boundaryOf(type))) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      uids.push(keep(pacs, Buffer.concat(chunks), mood));
    }
    if (mood === 'cuts-after') request.socket.destroy();
    else answer(response, uids, mood);
  };
  const listener: RequestListener = (request, response) => {
    if (!isAllowed(request.headers.authorization)) {
      pacs.authorizations.push(request.headers.authorization);
      response.writeHead(401).end();
      request.resume();
      return;
    }
    if (request.method !== 'POST') {
      response.writeHead(pacs.mood === 'up' ? 204 : 503).end();
      return;
    }
    atOnce += 1;
    pacs.mostAtOnce = Math.max(pacs.mostAtOnce, atOnce);
    store(request, response)
      .catch(() => request.socket.destroy())
      .finally(() => (atOnce -= 1));
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  pacs.root = `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}/dicom-web`;
  pacs.close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return pacs;
}

function keep(pacs: ReceivingPacs, bytes: Buffer, mood: PacsMood): string {
  const { sopInstanceUid } = readHeader(bytes);
  const hash = createHash('sha256').update(bytes).digest('hex');
  pacs.received.push(sopInstanceUid);
  const known = pacs.kept.get(sopInstanceUid);
  if (known !== undefined && known !== hash) pacs.altered.push(sopInstanceUid);
  if (typeof mood !== 'object') pacs.kept.set(sopInstanceUid, hash);
  return sopInstanceUid;
}

function answer(response: ServerResponse, uids: readonly string[], mood: PacsMood): void {
  const items = (reason?: number): readonly DataSet[] =>
    uids.map((uid) =>
      dataSetOf({ ReferencedSOPInstanceUID: uid, ...(reason !== undefined && { FailureReason: reason }) }),
    );
  const body =
    typeof mood === 'object'
      ? dataSetOf({ FailedSOPSequence: items(mood.failureReason) })
      : dataSetOf({ ReferencedSOPSequence: items() });
  const status = typeof mood === 'object' ? 409 : 200;
  response.writeHead(status, { 'Content-Type': 'application/dicom+json' }).end(JSON.stringify(body));
}
