/**
 * A TCP or TLS connection that carries PDUs, with the patience that it is given. PS3.8 9.1, 9.1.4 (ARTIM), 9.2.
 *
 * Trap: dcmtk and others write a head and a body apart: without `setNoDelay` each answer waits 40 ms for the other side.
 */
import type { Socket } from 'node:net';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { ABORT_REASON, encodeAbort } from './pdu.ts';
import { PduReader, type Fragment } from './pdu-reader.ts';

/** What one connection may cost. */
export interface ConnectionLimits {
  /** Longest P-DATA-TF that is taken, in bytes behind its head; it is announced. */
  readonly maxPduBytes: number;
  /** How long an association may take to come about, and a release to end, in ms. */
  readonly negotiationMs: number;
  /** How long an association may lie idle, in ms. */
  readonly idleMs: number;
  /** How long a message that has begun may stand still, in ms. Less than a kilobyte in this time counts as standing still. */
  readonly stallMs: number;
}

/** What is waited for: nothing at all while we work. */
export type Waiting = 'negotiation' | 'message' | 'bytes' | 'nothing';

/** Who listens to a connection. */
export interface ConnectionHandlers {
  onPdu(type: number, body: Uint8Array): void;
  onFragment(fragment: Fragment): void;
  /** Called once; the reason is `peer-unavailable`, or `bad-request` for what the peer sent. */
  onClosed(reason: PacsError): void;
  readonly waiting: Waiting;
}

/** Bytes that count as progress. */
const PROGRESS_BYTES = 1024;
const MOST_TICK_MS = 2_000;

export class Connection {
  /** Address of the other side, IPv4 in its own form. */
  readonly remoteAddress: string;
  readonly #socket: Socket;
  readonly #reader: PduReader;
  readonly #limits: ConnectionLimits;
  readonly #timer: NodeJS.Timeout;
  handlers: ConnectionHandlers;
  #closing: PacsError | undefined;
  #waited: { waiting: Waiting; since: number; read: number } = { waiting: 'nothing', since: 0, read: 0 };
  #written: { since: number; sent: number } = { since: 0, sent: 0 };
  readonly #drained: (() => void)[] = [];

  constructor(socket: Socket, limits: ConnectionLimits, handlers: ConnectionHandlers) {
    this.#socket = socket;
    this.#limits = limits;
    this.handlers = handlers;
    this.remoteAddress = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
    this.#reader = new PduReader(limits.maxPduBytes, {
      onPdu: (type, body) => {
        this.handlers.onPdu(type, body);
      },
      onFragment: (fragment) => {
        this.handlers.onFragment(fragment);
      },
    });
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#read(chunk);
    });
    socket.on('drain', () => {
      this.#wakeWriters();
    });
    socket.on('error', () => undefined); // `close` follows and says all that can be said
    socket.on('end', () => {
      socket.end();
    });
    socket.once('close', () => {
      clearInterval(this.#timer);
      this.#wakeWriters();
      this.handlers.onClosed(
        this.#closing ?? new PacsError('peer-unavailable', 'The connection was closed by the other side'),
      );
    });
    const patience = Math.min(limits.negotiationMs, limits.idleMs, limits.stallMs);
    this.#timer = setInterval(
      () => {
        this.#tick();
      },
      Math.min(MOST_TICK_MS, patience / 2),
    );
    this.#timer.unref();
    this.#tick();
  }

  /** False once nothing can be sent any more. */
  isOpen(): boolean {
    return this.#closing === undefined && this.#socket.writable;
  }

  /** Writes the pieces in one go; resolves when there is room for more. Rejects with `peer-unavailable` when the connection ends before. */
  async write(...pieces: readonly Uint8Array[]): Promise<void> {
    if (!this.isOpen()) throw this.#closing ?? lost();
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
    while (this.#socket.writableNeedDrain && this.isOpen()) {
      await new Promise<void>((resolve) => this.#drained.push(resolve));
    }
    if (!this.isOpen()) throw this.#closing ?? lost();
  }

  /** Takes no more bytes from the network until {@link resume}. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Sends a last PDU and closes; a peer that does not close too is left after the patience for negotiations. */
  end(
    last: Uint8Array,
    why: PacsError = new PacsError('peer-unavailable', 'The association has ended'),
  ): void {
    if (this.#closing) return;
    this.#closing = why;
    this.#socket.end(last);
    this.#socket.resume();
    this.#wakeWriters();
    setTimeout(() => this.#socket.destroy(), this.#limits.negotiationMs).unref();
  }

  /** A-ABORT, and the end of the connection. `source`: 0 we as service user, 2 the protocol machine. */
  abort(why: PacsError, source: 0 | 2 = 0, reason: number = ABORT_REASON.notSpecified): void {
    this.end(encodeAbort(source, reason), why);
  }

  #read(chunk: Buffer): void {
    if (this.#closing) return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      const why =
        error instanceof PacsError
          ? error
          : new PacsError('internal', 'A PDU could not be handled', { cause: error });
      this.abort(why, 2, ABORT_REASON.invalidParameter);
    }
  }

  #wakeWriters(): void {
    for (const wake of this.#drained.splice(0)) wake();
  }

  #tick(): void {
    const now = performance.now();
    const { bytesRead, bytesWritten, writableLength } = this.#socket;
    const { waiting: told } = this.handlers;
    const waiting = told === 'message' && this.#reader.isWithin ? 'bytes' : told;
    const hasProgress = waiting !== 'negotiation' && bytesRead - this.#waited.read >= PROGRESS_BYTES;
    if (waiting !== this.#waited.waiting || waiting === 'nothing' || hasProgress) {
      this.#waited = { waiting, since: now, read: bytesRead };
    }
    const sent = bytesWritten - writableLength;
    if (writableLength === 0 || sent > this.#written.sent) this.#written = { since: now, sent };
    const isLate = waiting !== 'nothing' && now - this.#waited.since > this.#patience(waiting);
    const isStuck = now - this.#written.since > this.#limits.stallMs;
    if (!isLate && !isStuck) return;
    this.abort(new PacsError('peer-unavailable', LATE[isLate ? waiting : 'nothing']), 2);
    if (isStuck) this.#socket.destroy();
  }

  #patience(waiting: Exclude<Waiting, 'nothing'>): number {
    const { negotiationMs, idleMs, stallMs } = this.#limits;
    return { negotiation: negotiationMs, message: idleMs, bytes: stallMs }[waiting];
  }
}

const LATE: Readonly<Record<Waiting, string>> = {
  negotiation: 'The other side did not finish its part of the negotiation in time',
  message: 'The association lay idle for too long',
  bytes: 'The other side stopped in the middle of a message',
  nothing: 'The other side takes no more bytes',
};

function lost(): PacsError {
  return new PacsError('peer-unavailable', 'The connection was lost');
}
