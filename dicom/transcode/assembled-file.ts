/**
 * A data set and bulk data that lie elsewhere → the pieces of a Part 10 file, in their order. PS3.18 10.5.1.4, PS3.10 7.1.
 *
 * Bulk bytes never pass through here: a piece says where they come from. The same data set and bulk give the same file.
 * Trap: the data set's text came as UTF-8, so the file says ISO_IR 192 (in items too), whatever the data set says.
 */
import type { DataElement, DataSet, Tag } from '../vocabulary/data-set.ts';
import { isItem } from '../vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { writeElementsOf, writeFileMeta } from '../write/part10-writer.ts';
import { elementHeader, paddingOf } from './element-writer.ts';
import { EMPTY_OFFSET_TABLE, END_OF_FRAGMENTS, fragmentHeader } from './fragments.ts';

/** Bytes somewhere, and how many. */
export interface BulkBytes<Source> {
  readonly source: Source;
  readonly length: number;
}

/** The value of one element: its bytes, or the fragments of compressed Pixel Data, one for each frame. */
export type BulkValue<Source> = BulkBytes<Source> | { readonly frames: readonly BulkBytes<Source>[] };

/** A piece of a file: bytes at hand, or the place of some. */
export type FilePiece<Source> = Uint8Array | { readonly source: Source };

const LONGEST_VALUE = 0xfffffffe;

/** Puts a file together. `bulk` holds values of elements of the outermost data set by tag. Throws `missing-attribute`, `invalid-uid`, `invalid-value`, `too-large`. */
export function assembleFile<Source>(
  dataSet: DataSet,
  transferSyntaxUid: string,
  bulk: ReadonlyMap<Tag, BulkValue<Source>>,
): FilePiece<Source>[] {
  const text = inUnicode(dataSet);
  const tags = Object.keys(text).filter(isWritten).sort();
  const pieces: FilePiece<Source>[] = [writeFileMeta(text, transferSyntaxUid)];
  let start = 0;
  const writeUpTo = (end: number): void => {
    const part = Object.fromEntries(tags.slice(start, end).flatMap((tag) => pairAt(text, tag)));
    if (end > start) pieces.push(writeElementsOf(part));
    start = end + 1;
  };
  tags.forEach((tag, index) => {
    const value = bulk.get(tag);
    if (!value) return;
    writeUpTo(index);
    pieces.push(...bulkElement(tag, text[tag]?.vr ?? 'UN', value));
  });
  writeUpTo(tags.length);
  return pieces;
}

function pairAt(dataSet: DataSet, tag: Tag): [Tag, DataElement][] {
  const element = dataSet[tag];
  return element ? [[tag, element]] : [];
}

/** Group 0002 is ours to write; group lengths are retired. PS3.5 7.2. */
function isWritten(tag: Tag): boolean {
  return tag >= '00080000' && !tag.endsWith('0000');
}

function inUnicode(dataSet: DataSet): DataSet {
  return { ...withUnicodeItems(dataSet), ...dataSetOf({ SpecificCharacterSet: 'ISO_IR 192' }) };
}

function withUnicodeItems(dataSet: DataSet): DataSet {
  return Object.fromEntries(
    Object.entries(dataSet).map(([tag, element]) => {
      if (tag === TAG.SpecificCharacterSet) return [tag, { vr: 'CS', Value: ['ISO_IR 192'] }];
      if (element.vr !== 'SQ' || !element.Value) return [tag, element];
      return [
        tag,
        { vr: 'SQ', Value: element.Value.map((item) => (isItem(item) ? withUnicodeItems(item) : item)) },
      ];
    }),
  );
}

function bulkElement<Source>(tag: Tag, vr: string, value: BulkValue<Source>): FilePiece<Source>[] {
  if ('frames' in value) {
    const fragments = value.frames.flatMap(({ source, length }): FilePiece<Source>[] => [
      fragmentHeader(length),
      { source },
      ...padding('OB', length),
    ]);
    return [elementHeader(tag, 'OB', undefined), EMPTY_OFFSET_TABLE, ...fragments, END_OF_FRAGMENTS];
  }
  const { source, length } = value;
  const head = elementHeader(tag, vr, length + (length % 2));
  if (length > (head.length === 12 ? LONGEST_VALUE : 0xfffe)) {
    throw new PacsError('too-large', `The bulk data of ${tag} is longer than its VR ${vr} can be`);
  }
  return [head, { source }, ...padding(vr, length)];
}

function padding(vr: string, length: number): Uint8Array[] {
  return length % 2 === 0 ? [] : [paddingOf(vr)];
}
