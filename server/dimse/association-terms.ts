/**
 * What was agreed for an association, and the messages that go over it. PS3.7 6.3, PS3.8 7.1.1.
 */
import type { CommandSet } from './command-set.ts';
import type { IncomingData } from './incoming-data.ts';

/** A presentation context that was accepted, with the roles that we play in it. */
export interface AcceptedContext {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntax: string;
  readonly isScu: boolean;
  readonly isScp: boolean;
}

/** What was agreed. */
export interface AssociationTerms {
  /** AE title of the other side. */
  readonly peerAeTitle: string;
  /** AE title that the requestor called. */
  readonly calledAeTitle: string;
  readonly contexts: readonly AcceptedContext[];
  /** Longest P-DATA-TF that the other side takes, behind its head; 0: any. */
  readonly peerMaxPduBytes: number;
}

/** A message of the other side. Its data set, where it has one, must be read to its end or drained. */
export interface IncomingMessage {
  readonly context: AcceptedContext;
  readonly command: CommandSet;
  readonly data?: IncomingData;
}

/** A request of ours that is under way. */
export interface OwnRequest {
  readonly messageId: number;
  /** The next response. Rejects when the association ends before. */
  next(): Promise<IncomingMessage>;
  /** No response is waited for any more. */
  end(): void;
}
