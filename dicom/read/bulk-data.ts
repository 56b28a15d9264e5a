/**
 * Where the bytes behind a `BulkDataURI` lie, found in the file again. PS3.18 10.4.1.1.5, F.2.6.
 *
 * A path is the tag, with `tag.item.` in front for each sequence around it; items count from 1. Trap: bulk data is sent
 * little endian whatever the file is.
 */
import type { Tag } from '../vocabulary/data-set.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { TRANSFER_SYNTAX } from '../vocabulary/uids.ts';
import type { RawElement } from './element-parser.ts';
import { parsePart10, positionIn } from './part10-reader.ts';
import { parseByRanges, type RangeReader } from './ranged-reader.ts';
import { inLittleEndian } from './value-bytes.ts';

/** A value by its place. */
export interface BulkDataPlace {
  /** First byte, and the one after the last, in the file or in `inflated`. */
  readonly start: number;
  readonly end: number;
  /** What it takes to turn its numbers round, see `inLittleEndian`. */
  readonly encoded: Pick<RawElement, 'vr' | 'isLittleEndian'>;
  /** The file with its data set inflated, where it is deflated. */
  readonly inflated?: Uint8Array;
}

const PATH = /^(?:[0-9A-F]{8}\.[1-9]\d{0,8}\.)*[0-9A-F]{8}$/;

/** The value at `path` of a whole file, little endian. Throws `not-found` where there is none, and what `parsePart10` throws. */
export function bulkDataAt(file: Uint8Array, path: string): Uint8Array {
  const { bytes, elements } = parsePart10(file);
  const element = elementOf(elements, path);
  return inLittleEndian(bytes.subarray(element.offset, element.offset + element.length), element);
}

/** Finds the value at `path` in a file of `sizeBytes` without reading it. Throws `not-found`, and what `parseByRanges` throws. */
export async function locateBulkData(
  read: RangeReader,
  sizeBytes: number,
  path: string,
): Promise<BulkDataPlace> {
  const part10 = await parseByRanges(read, sizeBytes);
  const element = elementOf(part10.elements, path);
  const isDeflated = part10.transferSyntaxUid === TRANSFER_SYNTAX.deflatedExplicitVrLittleEndian;
  const start = positionIn(part10, element.offset);
  const end = Math.min(start + element.length, isDeflated ? part10.bytes.length : sizeBytes);
  return { start, end, encoded: element, ...(isDeflated && { inflated: part10.bytes }) };
}

function elementOf(elements: readonly RawElement[], path: string): RawElement {
  const element = PATH.test(path) ? elementAt(elements, path.split('.')) : undefined;
  if (element && !element.items) return element;
  throw new PacsError('not-found', 'The instance has no bulk data under this address');
}

function elementAt(
  elements: readonly RawElement[],
  [tag, item, ...rest]: readonly Tag[],
): RawElement | undefined {
  const element = elements.find((candidate) => candidate.tag === tag);
  return item === undefined ? element : elementAt(element?.items?.[Number(item) - 1] ?? [], rest);
}
