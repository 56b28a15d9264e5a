/**
 * What the server and its DIMSE process ask each other over their link.
 */
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import type { CallerRule } from './callers.ts';
import type { ConnectionLimits } from './connection.ts';
import type {
  CommitmentOutcome,
  InstanceReference,
  MoveOutcome,
  PeerMove,
  PeerQuery,
  SendOutcome,
} from './dimse-client.ts';
import type { DimsePeer } from './peer.ts';
import type { ServerSide } from './scp-services.ts';
import type { TlsMaterial } from './tls.ts';
import type { StoredPlace } from '../storage/stored-instance.ts';

/** All that the process has to know. */
export interface DimseSetup {
  readonly aeTitle: string;
  readonly host: string;
  /** 0 lets the system choose; absent: not listened on. */
  readonly port?: number;
  readonly tlsPort?: number;
  readonly tls?: TlsMaterial;
  /** Who may call, and who can be called. Empty: whoever reaches the port. */
  readonly peers: readonly CallerRule[];
  readonly maxAssociations: number;
  readonly limits: ConnectionLimits;
  /** Folder of the object store, which is only read. */
  readonly dataFolder: string;
  readonly stagingFolder: string;
  readonly maxObjectBytes: number;
  /** Nothing more is taken when less than this is free. */
  readonly leastFreeBytes: number;
}

/** The ports that are listened on. */
export interface BoundPorts {
  readonly port?: number;
  readonly tlsPort?: number;
}

type Asked<Input, Output> = { readonly input: Input; readonly output: Output };

/** Process → server: each method of {@link ServerSide}, its parameters as a tuple. */
export type ServerQuestions = {
  readonly [Name in keyof ServerSide]: Asked<
    Parameters<ServerSide[Name]>,
    Awaited<ReturnType<ServerSide[Name]>>
  >;
};

/** Server → process. Notes on `send` are outcomes. */
export type DimseQuestions = {
  readonly start: Asked<DimseSetup, BoundPorts>;
  /** Takes no more associations, lets requests end for so many milliseconds. */
  readonly stop: Asked<number, undefined>;
  readonly echo: Asked<DimsePeer, number>;
  readonly send: Asked<
    { readonly peer: DimsePeer; readonly places: readonly StoredPlace[] },
    readonly SendOutcome[]
  >;
  readonly find: Asked<{ readonly peer: DimsePeer; readonly query: PeerQuery }, readonly DataSet[]>;
  readonly move: Asked<{ readonly peer: DimsePeer; readonly move: PeerMove }, MoveOutcome>;
  readonly requestCommitment: Asked<
    { readonly peer: DimsePeer; readonly instances: readonly InstanceReference[] },
    CommitmentOutcome
  >;
};
