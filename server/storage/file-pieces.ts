/**
 * A file in pieces, read ahead: while one is used, the next is read.
 */
import { open } from 'node:fs/promises';
import { guarded, readInto } from './durable-files.ts';
import type { ByteRange } from './object-store.ts';

/** Bytes of one piece: few trips to the disk and to the socket, little memory for each request, and it stays in a processor's cache on its way. */
const PIECE_BYTES = 512 * 1024;
/** Pieces that wait to be lent again: two for each of so many requests at once. */
const MAX_WAITING_PIECES = 16;

/** Where the memory of a piece comes from, and where it goes when its user is done with it. */
export interface PieceSource {
  take(): Uint8Array;
  giveBack(piece: Uint8Array): void;
}

/** Memory that nothing is known of; every byte that is given out is read into it. */
function newPiece(): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(PIECE_BYTES).buffer);
}

/** A piece stays its user's. */
const NEW_PIECES: PieceSource = { take: newPiece, giveBack: () => undefined };

/** Keeps the memory of pieces for those who come after. */
export class PieceShelf implements PieceSource {
  readonly #waiting: Uint8Array[] = [];

  take(): Uint8Array {
    return this.#waiting.pop() ?? newPiece();
  }

  giveBack(piece: Uint8Array): void {
    if (this.#waiting.length < MAX_WAITING_PIECES) this.#waiting.push(piece);
  }
}

/** The bytes of a range, or as many as there are of it. A piece goes back to its source when the next is asked for. */
export async function* piecesOf(
  path: string,
  { start, end }: ByteRange,
  source: PieceSource = NEW_PIECES,
): AsyncGenerator<Uint8Array> {
  const file = await guarded('read', () => open(path, 'r'));
  const pieceAt = (at: number): ReadPiece => {
    const memory = source.take();
    const wanted = memory.subarray(0, Math.min(memory.byteLength, end - at));
    const bytes = guarded('read', () => readInto(file, at, wanted));
    bytes.catch(() => undefined); // whoever asks for it is told
    return { memory, bytes };
  };
  let next = start < end ? pieceAt(start) : undefined;
  try {
    for (let at = start; next;) {
      const { memory, bytes }: ReadPiece = next;
      const piece = await bytes;
      at += piece.byteLength;
      const isLast = piece.byteLength < memory.byteLength || at >= end;
      next = isLast ? undefined : pieceAt(at);
      if (piece.byteLength > 0) yield piece;
      source.giveBack(memory);
    }
  } finally {
    await next?.bytes.catch(() => undefined);
    await file.close();
  }
}

interface ReadPiece {
  readonly memory: Uint8Array;
  readonly bytes: Promise<Uint8Array>;
}
