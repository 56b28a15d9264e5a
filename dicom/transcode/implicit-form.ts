/**
 * A file in Explicit VR Little Endian → its data set in Implicit VR Little Endian, as it streams by. PS3.5 A.1.
 *
 * Native pixels are the same bytes in both, so only what stands before and behind them is written anew. What has no
 * pixels is held in memory as a whole, up to a limit.
 */
import { byteOrder } from '../read/byte-numbers.ts';
import { EndOfBytes, isPixelTag, parseElements, type RawElement } from '../read/element-parser.ts';
import { parsePart10, type Part10 } from '../read/part10-reader.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { elementHeader, writeElements } from './element-writer.ts';

/** Most bytes that are held: those before Pixel Data, or of a file without pixels. */
const MOST_HELD_BYTES = 64 * 1024 * 1024;
/** A header is tried again when so much more of it is there. */
const STEP_BYTES = 1024 * 1024;

/** The data set of a file that comes in pieces. Throws `too-large`, what `parsePart10` throws, and what `file` throws. */
export async function* inImplicitVr(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const held: Uint8Array[] = [];
  let heldBytes = 0;
  let tryAt = 1;
  let pixelsLeft: number | undefined;
  const behind: Uint8Array[] = [];
  let isSigned = false;
  for await (const piece of file) {
    if (pixelsLeft !== undefined) {
      const pixels = piece.subarray(0, pixelsLeft);
      pixelsLeft -= pixels.length;
      if (pixels.length > 0) yield pixels;
      if (piece.length > pixels.length) behind.push(piece.subarray(pixels.length));
      continue;
    }
    held.push(piece);
    heldBytes += piece.length;
    if (heldBytes > MOST_HELD_BYTES) {
      throw new PacsError(
        'too-large',
        `The data set holds more than ${MOST_HELD_BYTES} bytes beside its pixels`,
      );
    }
    if (heldBytes < tryAt) continue;
    tryAt = heldBytes + STEP_BYTES;
    const bytes = Buffer.concat(held);
    const part10 = upToPixels(bytes);
    const pixel = part10?.elements.find(({ tag }) => isPixelTag(tag));
    if (!part10 || !pixel) continue;
    isSigned = pixelsAreSigned(part10);
    yield written(part10, isSigned);
    yield elementHeader(pixel.tag, pixel.vr, pixel.length, true);
    const pixels = bytes.subarray(pixel.offset, pixel.offset + pixel.length);
    pixelsLeft = pixel.length - pixels.length;
    if (pixels.length > 0) yield pixels;
    behind.push(bytes.subarray(pixel.offset + pixels.length));
  }
  if (pixelsLeft === undefined) {
    const part10 = parsePart10(Buffer.concat(held));
    yield written(part10, pixelsAreSigned(part10));
    return;
  }
  const rest = Buffer.concat(behind);
  if (rest.length === 0) return;
  const elements = parseElements(rest, 0, { isExplicitVr: true, isLittleEndian: true });
  yield writeElements({ bytes: rest, isSigned, keepsFragments: false, isImplicit: true }, elements);
}

function upToPixels(bytes: Uint8Array): Part10 | undefined {
  try {
    return parsePart10(bytes);
  } catch (error) {
    if (error instanceof EndOfBytes) return undefined;
    throw error;
  }
}

function written({ bytes, elements }: Part10, isSigned: boolean): Uint8Array {
  const others = elements.filter(({ tag }) => !isPixelTag(tag));
  return writeElements({ bytes, isSigned, keepsFragments: false, isImplicit: true }, others);
}

function pixelsAreSigned({ bytes, elements }: Part10): boolean {
  const element: RawElement | undefined = elements.find(({ tag }) => tag === TAG.PixelRepresentation);
  return (
    element !== undefined &&
    element.length >= 2 &&
    byteOrder(element.isLittleEndian).uint16(bytes, element.offset) === 1
  );
}
