/**
 * What the rest of the server can have done at other application entities (Osteon as SCU). The work is done in the DIMSE
 * process; `dimse-service.ts` gives this interface to the server.
 *
 * Every method rejects with `peer-unavailable` when the peer cannot be reached, does not answer in time or breaks off
 * (trying again later may help), and with `peer-refused` when it rejects the association or none of the presentation
 * contexts that are needed is accepted (it will not help). What becomes of single instances is a value.
 */
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import type { StoredPlace } from '../storage/stored-instance.ts';
import type { DimsePeer } from './peer.ts';

/** What became of one instance that was to be sent. */
export interface SendOutcome {
  readonly sopInstanceUid: string;
  /** `warning`: stored, with a remark (status Bxxx). `refused`: the peer or a conversion said no. `unsent`: the association ended before. */
  readonly status: 'stored' | 'warning' | 'refused' | 'unsent';
  /** Status (0000,0900) of the C-STORE response; absent where there was none. */
  readonly dimseStatus?: number;
  /** Why, without patient data. */
  readonly reason?: string;
}

export interface SendOptions {
  /** Told of each outcome as it comes, in the order of the instances. */
  readonly onOutcome?: (outcome: SendOutcome) => void;
  /** Ends the sending: what is under way is aborted, the rest is `unsent`. */
  readonly signal?: AbortSignal;
}

/** An instance by its class and UID, as storage commitment names it. */
export interface InstanceReference {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
}

/** The answer to a request for storage commitment. PS3.4 J.3.3. */
export interface CommitmentOutcome {
  readonly committed: readonly string[];
  readonly failed: readonly { readonly sopInstanceUid: string; readonly failureReason: number }[];
}

/** A query of another archive. PS3.4 C.4.1. */
export interface PeerQuery {
  readonly model: 'patient-root' | 'study-root';
  /** Identifier with Query/Retrieve Level (0008,0052), keys to match and keys to return. */
  readonly identifier: DataSet;
  /** Most matches to take; then the query is cancelled. Default 10,000. */
  readonly limit?: number;
}

/** A retrieval by C-MOVE. PS3.4 C.4.2. */
export interface PeerMove {
  readonly model: 'patient-root' | 'study-root';
  /** Query/Retrieve Level and the unique keys of what is wanted. */
  readonly identifier: DataSet;
  /** AE title that the instances are sent to; our own by default. */
  readonly destination?: string;
}

/** How a C-MOVE ended. */
export interface MoveOutcome {
  readonly dimseStatus: number;
  readonly completed: number;
  readonly failed: number;
  readonly warnings: number;
}

/** Osteon as a service class user. */
export interface DimseClient {
  /** C-ECHO; resolves with how long it took, association included, in ms. */
  echo(peer: DimsePeer): Promise<number>;
  /**
   * C-STORE of stored instances in one association (more where they need more than 128 presentation contexts). Each goes
   * out as it is stored where the peer takes that transfer syntax, else in Explicit or Implicit VR Little Endian.
   */
  send(
    peer: DimsePeer,
    instances: readonly StoredPlace[],
    options?: SendOptions,
  ): Promise<readonly SendOutcome[]>;
  /** C-FIND; resolves with all matches. Rejects with `peer-refused` for a failure status. */
  find(peer: DimsePeer, query: PeerQuery): Promise<readonly DataSet[]>;
  /** C-MOVE, for prior studies. */
  move(peer: DimsePeer, move: PeerMove): Promise<MoveOutcome>;
  /**
   * Storage commitment (N-ACTION); resolves when the peer's N-EVENT-REPORT has come, in this association or in one of its
   * own. `peer-refused` where it does not offer the service, `peer-unavailable` where no report came in time.
   */
  requestCommitment(peer: DimsePeer, instances: readonly InstanceReference[]): Promise<CommitmentOutcome>;
}
