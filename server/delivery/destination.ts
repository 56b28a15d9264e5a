/**
 * A place that results go to, as the queue sees it. Adding a kind is one file that implements {@link Destination}, a form
 * in `server/routing/rules-schema.ts` and a row in `open-destination.ts`.
 */
import type { StoredPlace } from '../storage/stored-instance.ts';

/** An object to send: where its bytes are, and how to read them. */
export interface Parcel extends Pick<
  StoredPlace,
  'studyInstanceUid' | 'sopClassUid' | 'sopInstanceUid' | 'transferSyntaxUid' | 'sizeBytes'
> {
  /** The Part 10 file. May be called more than once. */
  bytes(): AsyncIterable<Uint8Array>;
}

/** What became of each object of a try. */
export interface SendResult {
  /** SOP Instance UIDs that the destination has now. */
  readonly accepted: readonly string[];
  /** Those that it will not take, and why, in words without patient data. */
  readonly refused: ReadonlyMap<string, string>;
}

/**
 * Why a try failed as a whole. *Down* is about the destination: everything for it waits a little. *Busy* is about this
 * delivery. *Refused* will not get better by trying again.
 */
export type DeliveryFailureKind = 'down' | 'busy' | 'refused';

export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly kind: DeliveryFailureKind;

  /** `message` names no secret and no patient. */
  constructor(kind: DeliveryFailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** A destination that can be reached, or not. */
export interface Destination {
  readonly kind: 'dicomweb' | 'dicom' | 'folder';
  /** Where it is, for people and the audit trail: host and port, or a path. No secret. */
  readonly address: string;
  /** Sends objects of one study. Throws {@link DeliveryError} when the try failed as a whole. */
  send(parcels: readonly Parcel[], signal: AbortSignal): Promise<SendResult>;
  /**
   * Asks it to take responsibility for objects that it has accepted (storage commitment, PS3.4 Annex J), and waits for its
   * word; absent where that is not offered or not wanted. What it does not commit to is refused. Throws {@link DeliveryError}.
   */
  commit?(parcels: readonly Parcel[], signal: AbortSignal): Promise<SendResult>;
  /** Asks whether it is there, without leaving anything. Throws {@link DeliveryError} that says what is wrong. */
  echo(signal: AbortSignal): Promise<void>;
}
