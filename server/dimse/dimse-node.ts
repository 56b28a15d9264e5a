/**
 * The application entity: listens, lets callers in, serves their associations, and calls others. One for a DIMSE process.
 */
import { once } from 'node:events';
import { open, rm, statfs } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { FileObjectStore } from '../storage/file-object-store.ts';
import { acceptAssociation } from './accept-association.ts';
import type { Association } from './association.ts';
import { Callers, destinationOf } from './callers.ts';
import { CommitmentScp } from './commitment-scp.ts';
import { CommitmentScu } from './commitment-scu.ts';
import type { BoundPorts, DimseSetup } from './dimse-questions.ts';
import { listenForAssociations } from './listen.ts';
import type { CallingSide } from './open-association.ts';
import { REJECTION, type AssociateReject, type AssociateRequest } from './pdu.ts';
import type { InstanceSource, ScpServices, ServerSide } from './scp-services.ts';
import { serveAssociation, type Providers } from './serve-association.ts';

/** Connections that have not asked for an association yet are few, and short of life. */
const MOST_NEGOTIATING = 200;
/** Bytes of a piece of a file that is sent. */
const PIECE_BYTES = 1024 * 1024;
/** How long what was found of the disk holds, in ms. */
const ROOM_HOLDS_MS = 500;

export interface DimseNode {
  readonly ports: BoundPorts;
  readonly side: CallingSide;
  readonly source: InstanceSource;
  readonly commitmentScu: CommitmentScu;
  /** Takes no more associations; after so many milliseconds those that are left are aborted. */
  stop(patienceMs: number): Promise<void>;
}

/** Opens it. Throws `invalid-configuration` where a port cannot be had. */
export async function openDimseNode(setup: DimseSetup, server: ServerSide): Promise<DimseNode> {
  const { aeTitle, limits, tls, peers, stagingFolder, maxObjectBytes } = setup;
  const callers = await Callers.open(peers);
  const objects = await FileObjectStore.open(setup.dataFolder);
  const stopping = new AbortController();
  const associations = new Set<Association>();
  const side: CallingSide = { aeTitle, limits, ...(tls ? { tls } : {}) };
  const source: InstanceSource = {
    stream: (key) => objects.stream(key),
    explicit: async (place) => readOnce(join(stagingFolder, await server.convert(place))),
  };
  const services: ScpServices = {
    aeTitle,
    server,
    source,
    folder: { path: stagingFolder, maxBytes: maxObjectBytes },
    hasRoom: roomIn(stagingFolder, setup.leastFreeBytes),
    destination: (title) => destinationOf(peers, title),
  };
  const commitmentScu = new CommitmentScu();
  const commitmentScp = new CommitmentScp(services, side, stopping.signal);
  const providers: Providers = { services, side, commitmentScp, commitmentScu };
  const judge = (request: AssociateRequest, address: string): AssociateReject | undefined => {
    if (associations.size >= setup.maxAssociations) return REJECTION.localLimitExceeded;
    if (request.calledAeTitle !== aeTitle) return REJECTION.calledAeTitleNotRecognized;
    return callers.mayCall(request.callingAeTitle, address)
      ? undefined
      : REJECTION.callingAeTitleNotRecognized;
  };
  const serve = async (socket: Socket): Promise<void> => {
    const association = await acceptAssociation(socket, limits, judge, (established) => {
      associations.add(established);
    });
    try {
      await serveAssociation(providers, association);
      await association.closed;
    } finally {
      associations.delete(association);
    }
  };
  const onConnection = (socket: Socket): void => {
    serve(socket).catch(() => undefined); // It was no association, or was rejected: the caller was told.
  };
  const servers: Server[] = [];
  const listen = async (setting: string, port: number, isTls: boolean): Promise<number> => {
    const listening = await listenForAssociations(
      {
        setting,
        host: setup.host,
        port,
        ...(isTls ? { tls: tls ?? {} } : {}),
        maxConnections: setup.maxAssociations + MOST_NEGOTIATING,
        handshakeMs: limits.negotiationMs,
      },
      onConnection,
    );
    servers.push(listening.server);
    return listening.port;
  };
  await commitmentScp.resume();
  const ports: BoundPorts = {
    ...(setup.port === undefined ? {} : { port: await listen('OSTEON_DIMSE_PORT', setup.port, false) }),
    ...(setup.tlsPort === undefined
      ? {}
      : { tlsPort: await listen('OSTEON_DIMSE_TLS_PORT', setup.tlsPort, true) }),
  };
  return {
    ports,
    side,
    source,
    commitmentScu,
    async stop(patienceMs) {
      stopping.abort();
      callers.close();
      const closed = servers.map((one) => {
        const end = once(one, 'close');
        one.close();
        return end;
      });
      const cut = setTimeout(() => {
        for (const association of associations) association.abort();
      }, patienceMs);
      await Promise.all(closed);
      clearTimeout(cut);
    },
  };
}

/** Asks the file system now and then. */
function roomIn(folder: string, leastFreeBytes: number): () => Promise<boolean> {
  let known = { at: -Infinity, hasRoom: true };
  return async () => {
    if (performance.now() - known.at > ROOM_HOLDS_MS) {
      const { bavail, bsize } = await statfs(folder);
      known = { at: performance.now(), hasRoom: bavail * bsize >= leastFreeBytes };
    }
    return known.hasRoom;
  };
}

/** A file that is removed when it has been read, or not. */
async function readOnce(path: string): Promise<AsyncIterable<Uint8Array>> {
  const file = await open(path, 'r');
  return (async function* () {
    try {
      yield* file.createReadStream({ highWaterMark: PIECE_BYTES, autoClose: false });
    } finally {
      await file.close();
      await rm(path, { force: true });
    }
  })();
}
