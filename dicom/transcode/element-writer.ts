/**
 * Elements as they were read → Explicit or Implicit VR Little Endian, value by value and without interpreting any. PS3.5
 * 7.1.2, 7.1.3, A.1, A.2.
 *
 * Trap: a value longer than the two bytes of a short-form length can say becomes UN (PS3.5 6.2.2 note 3), and group
 * lengths, which would be wrong now, are left out.
 */
import type { Gap, RawElement } from '../read/element-parser.ts';
import { inLittleEndian } from '../read/value-bytes.ts';
import type { Tag } from '../vocabulary/data-set.ts';
import { PacsError } from '../vocabulary/failure.ts';

/** An element to write in the place of another: VR and value (little endian); `undefined` leaves it out. */
export type Replacement = { readonly vr: string; readonly value: Uint8Array } | undefined;

/** What the data set says about all of its elements. */
export interface WriteContext {
  readonly bytes: Uint8Array;
  /** Pixel Representation is 1: decides between US and SS where implicit VR leaves it open. PS3.5 A.1. */
  readonly isSigned: boolean;
  /** True when the result is a transfer syntax in which pixels may stay in fragments (icons inside sequences). */
  readonly keepsFragments: boolean;
  /** Values that are left out of the bytes. */
  readonly gaps?: readonly Gap[];
  /** True for Implicit VR. */
  readonly isImplicit?: boolean;
}

/** A piece of what is written: bytes, or the place of a value that is left out of those that were read. */
export type WrittenPiece = Uint8Array | { readonly value: RawElement };

const LONG_FORM = /^(O[BDFLVW]|SQ|SV|UC|UN|UR|UT|UV)$/;
const TEXT_PADDED = /^(AE|AS|CS|DA|DS|DT|IS|LO|LT|PN|SH|ST|TM|UC|UR|UT)$/;
const ITEM = 'FFFEE000';
const UNDEFINED_LENGTH = 0xffffffff;
const SHORT_LIMIT = 0xffff;

/** Writes elements of which every value is at hand, in the order of their tags, `replaced` ones in their place. Throws `unsupported-transfer-syntax` for fragments that may not stay. */
export function writeElements(
  context: Omit<WriteContext, 'gaps'>,
  elements: readonly RawElement[],
  replaced: ReadonlyMap<Tag, Replacement> = new Map(),
): Uint8Array {
  return Buffer.concat(
    writePieces(context, elements, replaced).filter((piece) => piece instanceof Uint8Array),
  );
}

/** The same, piece by piece, for elements of which some values are left out of the bytes. */
export function writePieces(
  context: WriteContext,
  elements: readonly RawElement[],
  replaced: ReadonlyMap<Tag, Replacement> = new Map(),
): readonly WrittenPiece[] {
  const written = elements
    .filter(({ tag }) => !replaced.has(tag) && !tag.endsWith('0000') && !tag.startsWith('FFFE'))
    .map((element) => ({ tag: element.tag, pieces: elementPieces(context, element) }));
  const added = [...replaced].flatMap(([tag, replacement]) =>
    replacement
      ? [{ tag, pieces: [valueElement(tag, replacement.vr, replacement.value, context.isImplicit)] }]
      : [],
  );
  const sorted = added.length === 0 ? written : [...written, ...added].sort(byTag);
  return sorted.flatMap(({ pieces }) => pieces);
}

/** Tag, VR (unless implicit) and length; a length of `undefined` is the undefined length of sequences and fragments. PS3.5 7.1.2, 7.1.3. */
export function elementHeader(
  tag: Tag,
  vr: string,
  length: number | undefined,
  isImplicit = false,
): Uint8Array {
  if (isImplicit) {
    const bare = Buffer.alloc(8);
    writeTag(bare, tag);
    bare.writeUInt32LE(length ?? UNDEFINED_LENGTH, 4);
    return bare;
  }
  const isLong = LONG_FORM.test(vr);
  const head = Buffer.alloc(isLong ? 12 : 8);
  writeTag(head, tag);
  head.write(vr, 4, 'latin1');
  if (isLong) head.writeUInt32LE(length ?? UNDEFINED_LENGTH, 8);
  else head.writeUInt16LE(length ?? 0, 6);
  return head;
}

/** An element with a value, padded to an even length. PS3.5 7.1.1. */
export function valueElement(tag: Tag, vr: string, value: Uint8Array, isImplicit = false): Uint8Array {
  const padded = value.length % 2 === 0 ? value : Buffer.concat([value, paddingOf(vr)]);
  const fits = isImplicit || LONG_FORM.test(vr) || padded.length <= SHORT_LIMIT;
  return Buffer.concat([elementHeader(tag, fits ? vr : 'UN', padded.length, isImplicit), padded]);
}

function elementPieces(context: WriteContext, element: RawElement): readonly WrittenPiece[] {
  const { tag, items, offset, length, isEncapsulated } = element;
  if (items) return sequencePieces(context, tag, items);
  const vr = explicitVrOf(element.vr, context.isSigned);
  if (context.gaps?.some((gap) => gap.at === offset)) {
    const padding = length % 2 === 0 ? [] : [paddingOf(vr)];
    return [
      elementHeader(tag, vr, length + padding.length, context.isImplicit),
      { value: element },
      ...padding,
    ];
  }
  const value = context.bytes.subarray(offset, offset + length);
  if (!isEncapsulated) return [valueElement(tag, vr, inLittleEndian(value, element), context.isImplicit)];
  if (!context.keepsFragments) {
    throw new PacsError(
      'unsupported-transfer-syntax',
      `Element ${tag} within a sequence holds compressed fragments, which are not decoded`,
    );
  }
  return [elementHeader(tag, 'OB', undefined), value];
}

function sequencePieces(
  context: WriteContext,
  tag: Tag,
  items: readonly (readonly RawElement[])[],
): readonly WrittenPiece[] {
  const content = items.flatMap((item): readonly WrittenPiece[] => {
    const pieces = writePieces(context, item);
    const head = Buffer.alloc(8);
    writeTag(head, ITEM);
    head.writeUInt32LE(lengthOf(pieces), 4);
    return [head, ...pieces];
  });
  return [elementHeader(tag, 'SQ', lengthOf(content), context.isImplicit), ...content];
}

function lengthOf(pieces: readonly WrittenPiece[]): number {
  return pieces.reduce((sum, piece) => sum + (piece instanceof Uint8Array ? piece : piece.value).length, 0);
}

/** The VR to write where implicit VR and its dictionary leave it open. PS3.5 A.1. */
function explicitVrOf(vr: string, isSigned: boolean): string {
  if (vr === 'xs') return isSigned ? 'SS' : 'US';
  if (vr === 'ox' || vr === 'lt') return 'OW';
  if (vr === 'up') return 'UL';
  return /^[A-Z]{2}$/.test(vr) ? vr : 'UN';
}

/** The byte that makes a value of odd length even. PS3.5 6.2. */
export function paddingOf(vr: string): Uint8Array {
  return Uint8Array.of(TEXT_PADDED.test(vr) ? 0x20 : 0);
}

function writeTag(target: Buffer, tag: Tag): void {
  target.writeUInt16LE(parseInt(tag.slice(0, 4), 16), 0);
  target.writeUInt16LE(parseInt(tag.slice(4), 16), 2);
}

function byTag(one: { readonly tag: Tag }, other: { readonly tag: Tag }): number {
  return one.tag < other.tag ? -1 : 1;
}
