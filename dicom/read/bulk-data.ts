/**
 * The bytes behind a `BulkDataURI`, found in the file again. PS3.18 10.4.1.1.5, F.2.6.
 *
 * A path is the tag, with `tag.item.` in front for each sequence around it; items count from 1. Trap: bulk data is sent
 * little endian whatever the file is.
 */
import type { Tag } from '../vocabulary/data-set.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { RawElement } from './element-parser.ts';
import { parsePart10 } from './part10-reader.ts';
import { inLittleEndian } from './value-bytes.ts';

const PATH = /^(?:[0-9A-F]{8}\.[1-9]\d{0,8}\.)*[0-9A-F]{8}$/;

/** The value of the element at `path` in a whole file, little endian. Throws `not-found` where there is none, and what `parsePart10` throws. */
export function bulkDataAt(file: Uint8Array, path: string): Uint8Array {
  const { bytes, elements } = parsePart10(file);
  const element = PATH.test(path) ? elementAt(elements, path.split('.')) : undefined;
  if (element === undefined || element.items) {
    throw new PacsError('not-found', 'The instance has no bulk data under this address');
  }
  return inLittleEndian(bytes.subarray(element.offset, element.offset + element.length), element);
}

function elementAt(
  elements: readonly RawElement[],
  [tag, item, ...rest]: readonly Tag[],
): RawElement | undefined {
  const element = elements.find((candidate) => candidate.tag === tag);
  return item === undefined ? element : elementAt(element?.items?.[Number(item) - 1] ?? [], rest);
}
