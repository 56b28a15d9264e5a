/**
 * Whether two files hold the same data set. What stands before it (preamble, File Meta Information) is the writer's, not
 * the object's: one that came by STOW-RS and comes again by C-STORE has other File Meta Information. PS3.10 7.1.
 */
import { dataSetStart } from '../../dicom/read/part10-reader.ts';
import type { ByteRange } from '../storage/object-store.ts';

/** The bytes of a range of a file, or as many as there are of it. */
export type ReadBytes = (range: ByteRange) => Promise<Uint8Array>;

/** A file that was read before, so that its File Meta Information is known to be one. */
export interface ComparedFile {
  readonly transferSyntaxUid: string;
  readonly sizeBytes: number;
  readonly read: ReadBytes;
}

/** File Meta Information is shorter than this; one that is longer is `malformed-dicom` here. */
const MOST_META_BYTES = 64 * 1024;
const PIECE_BYTES = 1024 * 1024;

/** True where the transfer syntax and every byte of the data set are the same. Throws what reading throws. */
export async function isSameDataSet(one: ComparedFile, other: ComparedFile): Promise<boolean> {
  if (one.transferSyntaxUid !== other.transferSyntaxUid) return false;
  const [start, otherStart] = await Promise.all([startOf(one), startOf(other)]);
  if (one.sizeBytes - start !== other.sizeBytes - otherStart) return false;
  for (let at = 0; at < one.sizeBytes - start; at += PIECE_BYTES) {
    const [piece, otherPiece] = await Promise.all([
      one.read({ start: start + at, end: Math.min(start + at + PIECE_BYTES, one.sizeBytes) }),
      other.read({ start: otherStart + at, end: Math.min(otherStart + at + PIECE_BYTES, other.sizeBytes) }),
    ]);
    if (Buffer.compare(piece, otherPiece) !== 0) return false;
  }
  return true;
}

async function startOf({ read, sizeBytes }: ComparedFile): Promise<number> {
  return dataSetStart(await read({ start: 0, end: Math.min(MOST_META_BYTES, sizeBytes) }));
}
