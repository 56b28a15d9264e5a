/**
 * Where each frame of encapsulated Pixel Data lies, found once at ingest by walking over the headers of the items, so
 * that a frame is one ranged read for ever after. PS3.5 A.4.
 *
 * Trap: the bytes of a frame here include the item headers of its fragments; `joinedItems` takes them out again.
 */
import type { ImagePixel } from '../read/image-pixel.ts';
import type { RangeReader } from '../read/ranged-reader.ts';
import { PacsError } from '../vocabulary/failure.ts';
import {
  basicOffsetsFrom,
  beginsCodeStream,
  ITEM_HEADER_LENGTH,
  itemLength,
  type Fragment,
} from './frame-locator.ts';

/** Bytes of an item read at once: its header and what tells whether a code stream begins. */
const HEAD_LENGTH = ITEM_HEADER_LENGTH + 3;

/**
 * Positions in the file: entry `i` is where the first item of frame `i` begins, the last entry where the last frame
 * ends. `offset` is that of the Basic Offset Table item. Throws `malformed-dicom` where no frame can be told from another.
 */
export async function indexFrames(
  read: RangeReader,
  offset: number,
  { frames }: Pick<ImagePixel, 'frames'>,
  extendedOffsets: readonly number[] = [],
): Promise<readonly number[]> {
  const tableLength = itemLength(await readHead(read, offset, ITEM_HEADER_LENGTH));
  if (tableLength === undefined) {
    throw new PacsError('malformed-dicom', 'PixelData holds no Basic Offset Table item');
  }
  const tableStart = offset + ITEM_HEADER_LENGTH;
  const base = tableStart + tableLength;
  const offsets =
    extendedOffsets.length > 0 ? extendedOffsets : basicOffsetsFrom(await read(tableStart, base));
  const fragments = await walk(read, base);
  const last = fragments.at(-1);
  if (!last) throw new PacsError('malformed-dicom', 'PixelData holds no fragment');
  const starts = frameStarts(fragments, offsets, frames).map((itemOffset) => base + itemOffset);
  return [...starts, last.start + last.length];
}

/** Positions behind the table at which frames begin. The same rules as for one frame (`fragmentsOf`), for all at once. */
function frameStarts(
  fragments: readonly Fragment[],
  offsets: readonly number[],
  frames: number,
): readonly number[] {
  const items = fragments.map(({ itemOffset }) => itemOffset);
  if (frames === 1) return items.slice(0, 1);
  if (offsets.length > 0) {
    const known = new Set(items);
    const isSound = offsets.every(
      (offset, index) => known.has(offset) && offset > (offsets[index - 1] ?? -1),
    );
    if (isSound && offsets.length === frames) return offsets;
    throw new PacsError('malformed-dicom', 'The offset table of PixelData does not point at its frames');
  }
  if (items.length === frames) return items;
  const starts = fragments.flatMap((fragment) => (fragment.beginsCodeStream ? [fragment.itemOffset] : []));
  if (starts.length === frames) return starts;
  throw new PacsError('malformed-dicom', 'The fragments of PixelData do not tell where its frames begin');
}

async function walk(read: RangeReader, base: number): Promise<readonly Fragment[]> {
  const fragments: Fragment[] = [];
  for (let at = base; ;) {
    const head = await read(at, at + HEAD_LENGTH);
    if (head.length === 0) return fragments; // files exist without the sequence delimiter
    const length = itemLength(complete(head, ITEM_HEADER_LENGTH));
    if (length === undefined) return fragments;
    const start = at + ITEM_HEADER_LENGTH;
    const first = head.subarray(ITEM_HEADER_LENGTH, ITEM_HEADER_LENGTH + length);
    fragments.push({ start, length, itemOffset: at - base, beginsCodeStream: beginsCodeStream(first) });
    at = start + length;
  }
}

async function readHead(read: RangeReader, at: number, length: number): Promise<Uint8Array> {
  return complete(await read(at, at + length), length);
}

function complete(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length >= length) return bytes;
  throw new PacsError('malformed-dicom', 'PixelData ends within an item header (PS3.5 A.4)');
}
