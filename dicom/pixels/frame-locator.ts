/**
 * Where one frame lies in the bytes of a file. Native: PS3.5 8.2; encapsulated: PS3.5 A.4.
 *
 * Tables of offsets are believed only where they point at fragments. Trap: offsets count from the first byte behind
 * the Basic Offset Table, and point at the item tag of a fragment, not at its bytes.
 */
import type { ImagePixel } from '../read/image-pixel.ts';
import { PacsError } from '../vocabulary/failure.ts';

/** One fragment: `start` of its bytes, and the position of its item behind the Basic Offset Table. */
export interface Fragment {
  readonly start: number;
  readonly length: number;
  readonly itemOffset: number;
  /** True when its first bytes are those of a JPEG, JPEG-LS or JPEG 2000 code stream. */
  readonly beginsCodeStream: boolean;
}

/** Length of the tag and the length of an item. PS3.5 7.5. */
export const ITEM_HEADER_LENGTH = 8;

const ITEM = 0xe000fffe;
const SEQUENCE_DELIMITER = 0xe0ddfffe;

/** Bytes of a native frame. With 1 bit allocated frames follow each other without padding: `firstBit` (0–7) is where this one starts in the first byte. Throws `malformed-dicom` when the file ends before the frame does, `not-found` for no such frame. */
export function nativeFrame(
  bytes: Uint8Array,
  offset: number,
  pixel: ImagePixel,
  frameIndex: number,
): { readonly frame: Uint8Array; readonly firstBit: number } {
  requireFrame(pixel, frameIndex);
  const frameBits = bitsPerFrame(pixel);
  const firstBit = frameBits * frameIndex;
  const start = offset + Math.floor(firstBit / 8);
  const end = offset + Math.ceil((firstBit + frameBits) / 8);
  if (end > bytes.length) {
    throw new PacsError(
      'malformed-dicom',
      `PixelData ends after ${Math.max(0, bytes.length - start)} bytes of the frame; expected ${end - start}`,
    );
  }
  return { frame: bytes.subarray(start, end), firstBit: firstBit % 8 };
}

/** The code stream of one encapsulated frame: its fragments, joined. `extendedOffsets` (7FE0,0001) when the file has them. Throws `malformed-dicom`, `not-found`. */
export function encapsulatedFrame(
  bytes: Uint8Array,
  offset: number,
  pixel: ImagePixel,
  frameIndex: number,
  extendedOffsets: readonly number[] = [],
): Uint8Array {
  requireFrame(pixel, frameIndex);
  const { basicOffsets, fragments } = scanFragments(bytes, offset);
  const offsets = extendedOffsets.length > 0 ? extendedOffsets : basicOffsets;
  return join(bytes, fragmentsOf(fragments, offsets, pixel.frames, frameIndex));
}

/** The code stream in the items of one frame, as one ranged read gives them: their bytes, joined. Throws `malformed-dicom`. */
export function joinedItems(items: Uint8Array): Uint8Array {
  return join(items, fragmentsFrom(viewOf(items), 0));
}

/** Throws `not-found` for a frame (0-based) that the instance has not. */
export function requireFrame({ frames }: ImagePixel, frameIndex: number): void {
  if (Number.isInteger(frameIndex) && frameIndex >= 0 && frameIndex < frames) return;
  throw new PacsError('not-found', `Frame ${frameIndex + 1} was asked for; the instance has ${frames}`);
}

/** Size of one native frame in bits: 1-bit frames need not end on a byte. PS3.5 8.1.1. */
export function bitsPerFrame({
  rows,
  columns,
  samplesPerPixel,
  bitsAllocated,
  photometricInterpretation,
}: ImagePixel): number {
  // Two pixels share one Cb and one Cr. PS3.3 C.7.6.3.1.2.
  const samples = photometricInterpretation === 'YBR_FULL_422' ? 2 : samplesPerPixel;
  return rows * columns * samples * bitsAllocated;
}

function scanFragments(
  bytes: Uint8Array,
  offset: number,
): { readonly basicOffsets: readonly number[]; readonly fragments: readonly Fragment[] } {
  const view = viewOf(bytes);
  const table = itemAt(view, offset);
  if (table === undefined)
    throw new PacsError('malformed-dicom', 'PixelData holds no Basic Offset Table item');
  const basicOffsets = basicOffsetsFrom(bytes.subarray(table.start, table.start + table.length));
  return { basicOffsets, fragments: fragmentsFrom(view, table.start + table.length) };
}

/** The offsets in the value of a Basic Offset Table. PS3.5 A.4. */
export function basicOffsetsFrom(table: Uint8Array): readonly number[] {
  const view = viewOf(table);
  return Array.from({ length: Math.floor(table.length / 4) }, (_, index) => view.getUint32(index * 4, true));
}

function fragmentsFrom(view: DataView, base: number): readonly Fragment[] {
  const fragments: Fragment[] = [];
  let at = base;
  for (let item = itemAt(view, at); item !== undefined; item = itemAt(view, at)) {
    const first = new Uint8Array(view.buffer, view.byteOffset + item.start, Math.min(3, item.length));
    fragments.push({ ...item, itemOffset: at - base, beginsCodeStream: beginsCodeStream(first) });
    at = item.start + item.length;
  }
  return fragments;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The item at a position; `undefined` at the sequence delimiter, or at the end of a file that lacks it. Throws `malformed-dicom` for anything else. */
function itemAt(view: DataView, at: number): { readonly start: number; readonly length: number } | undefined {
  if (at === view.byteLength) return undefined;
  if (at + ITEM_HEADER_LENGTH > view.byteLength) {
    throw new PacsError('malformed-dicom', 'PixelData ends within an item header (PS3.5 A.4)');
  }
  const length = itemLength(new Uint8Array(view.buffer, view.byteOffset + at, ITEM_HEADER_LENGTH));
  if (length === undefined) return undefined;
  const start = at + ITEM_HEADER_LENGTH;
  if (start + length > view.byteLength) {
    throw new PacsError('malformed-dicom', 'A fragment of PixelData reaches beyond the end of the file');
  }
  return { start, length };
}

/** Length of the item whose header begins `head`; `undefined` at the sequence delimiter. Throws `malformed-dicom` for anything else. */
export function itemLength(head: Uint8Array): number | undefined {
  const view = viewOf(head);
  const tag = view.getUint32(0, true);
  if (tag === SEQUENCE_DELIMITER) return undefined;
  if (tag !== ITEM)
    throw new PacsError('malformed-dicom', 'An item was expected among the fragments of PixelData');
  return view.getUint32(4, true);
}

/** Which fragments make up a frame: by the table of offsets, one each, all for a single frame, or by where code streams begin. Throws `malformed-dicom`. */
function fragmentsOf(
  fragments: readonly Fragment[],
  offsets: readonly number[],
  frames: number,
  frameIndex: number,
): readonly Fragment[] {
  if (fragments.length === 0) throw new PacsError('malformed-dicom', 'PixelData holds no fragment');
  if (frames === 1) return fragments;
  if (offsets.length > 0) return byOffsets(fragments, offsets, frames, frameIndex);
  if (fragments.length === frames) return fragments.slice(frameIndex, frameIndex + 1);
  const starts = fragments.flatMap((fragment, index) => (fragment.beginsCodeStream ? [index] : []));
  if (starts.length !== frames) {
    throw new PacsError(
      'malformed-dicom',
      `PixelData holds ${fragments.length} fragments and ${starts.length} code streams without offsets; NumberOfFrames says ${frames}`,
    );
  }
  return fragments.slice(starts[frameIndex], starts[frameIndex + 1]);
}

function byOffsets(
  fragments: readonly Fragment[],
  offsets: readonly number[],
  frames: number,
  frameIndex: number,
): readonly Fragment[] {
  const first = fragments.findIndex(({ itemOffset }) => itemOffset === offsets[frameIndex]);
  const nextOffset = offsets[frameIndex + 1];
  const next =
    nextOffset === undefined
      ? fragments.length
      : fragments.findIndex(({ itemOffset }) => itemOffset === nextOffset);
  if (offsets.length !== frames || first < 0 || next <= first) {
    throw new PacsError(
      'malformed-dicom',
      `The offset table of PixelData does not point at frame ${frameIndex + 1}`,
    );
  }
  return fragments.slice(first, next);
}

/** JPEG and JPEG-LS begin with FFD8 FF, JPEG 2000 with FF4F FF. */
export function beginsCodeStream(first: Uint8Array): boolean {
  return first[0] === 0xff && (first[1] === 0xd8 || first[1] === 0x4f) && first[2] === 0xff;
}

function join(bytes: Uint8Array, fragments: readonly Fragment[]): Uint8Array {
  const [only, ...more] = fragments;
  if (only && more.length === 0) return bytes.subarray(only.start, only.start + only.length);
  const joined = new Uint8Array(fragments.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const { start, length } of fragments) {
    joined.set(bytes.subarray(start, start + length), at);
    at += length;
  }
  return joined;
}
