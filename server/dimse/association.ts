/**
 * An association once it is established: messages in, messages out. PS3.7 6 to 9, PS3.8 7.
 *
 * Requests of the other side are read one after the other ({@link Association.requests}); answers find the request of ours
 * that they belong to. Trap: a message must not be cut into by another, so what is sent waits for its turn.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import {
  COMMAND,
  decodeCommandSet,
  encodeCommandSet,
  NO_DATA_SET,
  RESPONSE,
  WITH_DATA_SET,
  type CommandSet,
} from './command-set.ts';
import type { AcceptedContext, AssociationTerms, IncomingMessage, OwnRequest } from './association-terms.ts';
import type { Connection, Waiting } from './connection.ts';
import { IncomingData } from './incoming-data.ts';
import { ABORT_REASON, dataHead, encodeReleaseRequest, encodeReleaseResponse, PDU_TYPE } from './pdu.ts';
import type { Fragment } from './pdu-reader.ts';

/** Bytes of a data set that is sent: at hand, or as they come. */
export type OutgoingData = Uint8Array | AsyncIterable<Uint8Array>;

const MOST_COMMAND_BYTES = 64 * 1024;
/** Fragments of a command set: empty ones cost nothing to send and something to keep. */
const MOST_COMMAND_FRAGMENTS = 4096;
/** Requests that may lie unread before the network has to wait. */
const MOST_UNREAD = 16;
/** Longest fragment that is sent where the other side takes any. */
const LONGEST_FRAGMENT = 256 * 1024;
const PDV_HEAD = 6;

export class Association {
  readonly peerAeTitle: string;
  readonly calledAeTitle: string;
  readonly contexts: ReadonlyMap<number, AcceptedContext>;
  readonly #connection: Connection;
  readonly #fragmentBytes: number;
  #commandParts: Uint8Array[] = [];
  #commandBytes = 0;
  #incoming: { readonly contextId: number; readonly data: IncomingData } | undefined;
  readonly #unread: IncomingMessage[] = [];
  #wakeReader: () => void = () => undefined;
  readonly #own = new Map<number, { readonly answers: IncomingMessage[]; wake: () => void }>();
  readonly #cancelled = new Set<number>();
  #lastMessageId = 0;
  #turn: Promise<void> = Promise.resolve();
  #isWorking = false;
  #isReleasing = false;
  #ended: PacsError | undefined;
  readonly #closed = Promise.withResolvers<undefined>();

  /** Takes the connection over: it must be called within the handling of the PDU that establishes the association. */
  constructor(connection: Connection, terms: AssociationTerms) {
    this.#connection = connection;
    this.peerAeTitle = terms.peerAeTitle;
    this.calledAeTitle = terms.calledAeTitle;
    this.contexts = new Map(terms.contexts.map((context) => [context.id, context]));
    const longest = terms.peerMaxPduBytes === 0 ? Infinity : terms.peerMaxPduBytes - PDV_HEAD;
    const fragment = Math.min(LONGEST_FRAGMENT, Math.max(longest, 2));
    this.#fragmentBytes = fragment - (fragment % 2);
    const waiting = (): Waiting => this.#waiting();
    connection.handlers = {
      onPdu: (type) => {
        this.#hear(type);
      },
      onFragment: (fragment) => {
        this.#take(fragment);
      },
      onClosed: (reason) => {
        this.#end(reason);
        this.#closed.resolve(undefined);
      },
      get waiting() {
        return waiting();
      },
    };
  }

  get remoteAddress(): string {
    return this.#connection.remoteAddress;
  }

  /** Resolves when the connection is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Why the association ended; `undefined` while it lasts. */
  get ended(): PacsError | undefined {
    return this.#ended;
  }

  /** The requests of the other side in their order, until the association ends. While the loop's body runs, nothing is waited for. */
  async *requests(): AsyncGenerator<IncomingMessage> {
    while (!this.#ended) {
      const message = this.#unread.shift();
      if (message) {
        if (this.#unread.length === MOST_UNREAD - 1) this.#connection.resume();
        this.#isWorking = true;
        yield message;
        this.#isWorking = false;
      } else await new Promise<void>((resolve) => (this.#wakeReader = resolve));
    }
  }

  /** True when the other side has cancelled its request (C-CANCEL). PS3.7 9.3.2.3. */
  isCancelled(messageId: number): boolean {
    return this.#cancelled.has(messageId);
  }

  /** Sends a message when those before it are sent. When its data break off, the association is aborted. Rejects with `peer-unavailable`, or what `data` throws. */
  async send(contextId: number, command: CommandSet, data?: OutgoingData): Promise<void> {
    const turn = this.#turn.then(() => this.#sendNow(contextId, command, data));
    this.#turn = turn.catch(() => undefined);
    await turn;
  }

  /** Sends a request, to which it gives a Message ID. */
  async request(contextId: number, command: CommandSet, data?: OutgoingData): Promise<OwnRequest> {
    const messageId = (this.#lastMessageId % 0xffff) + 1;
    this.#lastMessageId = messageId;
    const answers: IncomingMessage[] = [];
    const entry = { answers, wake: (): void => undefined };
    this.#own.set(messageId, entry);
    try {
      await this.send(contextId, { ...command, MessageID: messageId }, data);
    } catch (error) {
      this.#own.delete(messageId);
      throw error;
    }
    return {
      messageId,
      next: async () => {
        for (;;) {
          const answer = answers.shift();
          if (answer) return answer;
          if (this.#ended) throw this.#ended;
          await new Promise<void>((resolve) => (entry.wake = resolve));
        }
      },
      end: () => this.#own.delete(messageId),
    };
  }

  /** A-RELEASE; resolves when the connection is closed. */
  async release(): Promise<void> {
    if (!this.#ended && !this.#isReleasing) {
      this.#isReleasing = true;
      await this.#connection.write(encodeReleaseRequest()).catch(() => undefined);
    }
    await this.closed;
  }

  /** A-ABORT. */
  abort(why: PacsError = new PacsError('peer-unavailable', 'The association was aborted here')): void {
    this.#connection.abort(why);
    this.#end(why);
  }

  #waiting(): Waiting {
    if (this.#isReleasing) return 'negotiation';
    if (this.#incoming) return 'bytes';
    if (this.#own.size > 0) return 'message';
    return this.#isWorking || this.#unread.length > 0 ? 'nothing' : 'message';
  }

  async #sendNow(contextId: number, command: CommandSet, data: OutgoingData | undefined): Promise<void> {
    const CommandDataSetType = data === undefined ? NO_DATA_SET : WITH_DATA_SET;
    const bytes = encodeCommandSet({ ...command, CommandDataSetType });
    await this.#sendPiece(contextId, true, bytes, true);
    if (data === undefined) return;
    if (data instanceof Uint8Array) {
      await this.#sendPiece(contextId, false, data, true);
      return;
    }
    try {
      let held: Uint8Array | undefined;
      for await (const piece of data) {
        if (held) await this.#sendPiece(contextId, false, held, false);
        held = piece;
      }
      await this.#sendPiece(contextId, false, held ?? new Uint8Array(), true);
    } catch (error) {
      this.abort(
        new PacsError('peer-unavailable', 'A message could not be sent to its end', { cause: error }),
      );
      throw error;
    }
  }

  async #sendPiece(contextId: number, isCommand: boolean, bytes: Uint8Array, isLast: boolean): Promise<void> {
    const pieces: Uint8Array[] = [];
    let at = 0;
    do {
      const part = bytes.subarray(at, at + this.#fragmentBytes);
      at += part.length;
      pieces.push(dataHead(contextId, isCommand, isLast && at >= bytes.length, part.length), part);
    } while (at < bytes.length);
    await this.#connection.write(...pieces);
  }

  #take({ contextId, isCommand, isLast, bytes }: Fragment): void {
    if (isCommand) {
      if (this.#incoming)
        throw new PacsError('bad-request', 'A command came before the data set of the one before it ended');
      this.#commandBytes += bytes.length;
      this.#commandParts.push(bytes);
      if (this.#commandBytes > MOST_COMMAND_BYTES || this.#commandParts.length > MOST_COMMAND_FRAGMENTS) {
        throw new PacsError('bad-request', 'A command set is longer, or in more fragments, than any');
      }
      if (isLast) this.#begin(contextId);
      return;
    }
    if (this.#incoming?.contextId !== contextId) {
      throw new PacsError('bad-request', 'A data set came without a command that announces it');
    }
    const { data } = this.#incoming;
    data.push(bytes);
    if (!isLast) return;
    this.#incoming = undefined;
    data.end();
  }

  #begin(contextId: number): void {
    const command = decodeCommandSet(Buffer.concat(this.#commandParts));
    this.#commandParts = [];
    this.#commandBytes = 0;
    const context = this.contexts.get(contextId);
    if (!context)
      throw new PacsError('bad-request', 'A message came in a presentation context that was not accepted');
    const { CommandField = 0, MessageIDBeingRespondedTo: id = 0 } = command;
    if (command.CommandDataSetType === NO_DATA_SET) this.#dispatch({ context, command }, CommandField, id);
    else {
      const data = new IncomingData(this.#connection);
      this.#incoming = { contextId, data };
      this.#dispatch({ context, command, data }, CommandField, id);
    }
  }

  #dispatch(message: IncomingMessage, commandField: number, respondedTo: number): void {
    if (commandField === COMMAND.cancel) {
      this.#cancelled.add(respondedTo);
      void message.data?.drain();
      return;
    }
    if ((commandField & RESPONSE) === 0) {
      this.#cancelled.delete(message.command.MessageID ?? 0); // a cancellation that came too late was of an earlier one
      this.#unread.push(message);
      if (this.#unread.length >= MOST_UNREAD) this.#connection.pause();
      this.#wakeReader();
      return;
    }
    const own = this.#own.get(respondedTo);
    if (!own) {
      void message.data?.drain();
      return;
    }
    own.answers.push(message);
    own.wake();
  }

  #hear(type: number): void {
    if (type === PDU_TYPE.releaseRequest) {
      this.#connection.end(encodeReleaseResponse());
      this.#end(new PacsError('peer-unavailable', 'The other side released the association'));
    } else if (type === PDU_TYPE.releaseResponse && this.#isReleasing) {
      this.#connection.end(new Uint8Array());
      this.#end(new PacsError('peer-unavailable', 'The association was released'));
    } else if (type === PDU_TYPE.abort) {
      const why = new PacsError('peer-unavailable', 'The other side aborted the association');
      this.#connection.end(new Uint8Array(), why);
      this.#end(why);
    } else {
      const why = new PacsError('bad-request', 'A PDU came that has no place in an association');
      this.#connection.abort(why, 2, ABORT_REASON.unexpectedPdu);
      this.#end(why);
    }
  }

  #end(reason: PacsError): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#incoming?.data.fail(reason);
    this.#incoming = undefined;
    for (const message of this.#unread.splice(0)) message.data?.fail(reason);
    this.#wakeReader();
    for (const { wake } of this.#own.values()) wake();
  }
}
