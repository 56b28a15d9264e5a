/**
 * Encoded data set → a tree of elements that say where their values lie. PS3.5 Chapter 7 and Annex A.
 *
 * Bytes and numbers are read by dicom-parser; the walk is ours, because three things are needed at once that its walk
 * does not do: the long form of OV, SV and UV (Extended Offset Table), limits on depth and number of elements, and an end
 * of the bytes that can be told from damage (docs/adr/0005).
 * Trap: UN of undefined length holds Implicit VR Little Endian whatever surrounds it (PS3.5 6.2.2 note 4).
 */
import type { Tag } from '../vocabulary/data-set.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { byteOrder, tagAt } from './byte-numbers.ts';
import { headerForm, looksExplicit } from './header-form.ts';
import { dictionaryVrOf } from './tag-dictionary.ts';

/** How a data set is encoded. PS3.5 Annex A. */
export interface Encoding {
  readonly isExplicitVr: boolean;
  readonly isLittleEndian: boolean;
}

/** One element: `offset` and `length` in bytes of the value; `items` when it is a sequence. */
export interface RawElement {
  readonly tag: Tag;
  /** VR as encoded, or from the dictionary for implicit VR (`xs`, `ox`, `lt` where it depends on the context). */
  readonly vr: string;
  readonly offset: number;
  readonly length: number;
  readonly isLittleEndian: boolean;
  readonly items?: readonly (readonly RawElement[])[];
  /** True for Pixel Data of undefined length: `offset` is that of the Basic Offset Table item. */
  readonly isEncapsulated?: true;
}

/** What a data set may hold. Beyond it reading stops with `too-large`. */
export interface ElementLimits {
  /** Sequences within sequences; 48 when absent. Reading is recursive: far beyond a thousand the stack ends first. */
  readonly maxDepth?: number;
  /** Elements, those of items included; 500,000 when absent. */
  readonly maxElements?: number;
}

/** A value of which nothing is at hand: the bytes go on behind it. */
export interface Gap {
  /** Where in the bytes the value would begin. */
  readonly at: number;
  /** Bytes of the value. */
  readonly length: number;
}

/** The bytes end before the data set does. A file is damaged; a prefix of a file is too short. */
export class EndOfBytes extends PacsError {
  /** The value of which the end is missing, where it is one. */
  readonly value: RawElement | undefined;

  constructor(what: string, value?: RawElement) {
    super('malformed-dicom', `The bytes end within ${what}`);
    this.value = value;
  }
}

const UNDEFINED_LENGTH = 0xffffffff;
const ITEM = 'FFFEE000';
const ITEM_DELIMITER = 'FFFEE00D';
const SEQUENCE_DELIMITER = 'FFFEE0DD';
/** Deepest nesting of sequences and most elements of one data set, where the caller sets no other limits. */
const MAX_DEPTH = 48;
const MAX_ELEMENTS = 500_000;
const PIXEL_TAGS: ReadonlySet<Tag> = new Set(['7FE00008', '7FE00009', '7FE00010']);
const IMPLICIT_LITTLE_ENDIAN: Encoding = { isExplicitVr: false, isLittleEndian: true };

/**
 * Reads a data set from `start` up to and including Pixel Data; what follows Pixel Data is not read. `gaps` says, in their
 * order, which values are left out of the bytes. Throws `EndOfBytes`, `malformed-dicom`, `too-large`.
 */
export function parseElements(
  bytes: Uint8Array,
  start: number,
  encoding: Encoding,
  limits: ElementLimits = {},
  gaps: readonly Gap[] = [],
): readonly RawElement[] {
  return new ElementParser(bytes, start, limits, gaps).readTopLevel(encoding, isPixelTag);
}

/** True for the elements with which reading ends: Pixel Data, also in floating point. */
export function isPixelTag(tag: Tag): boolean {
  return PIXEL_TAGS.has(tag);
}

/** Reads the File Meta Information (group 0002, always Explicit VR Little Endian); `end` is where the data set begins. PS3.10 7.1. */
export function parseFileMeta(
  bytes: Uint8Array,
  start: number,
): { readonly elements: readonly RawElement[]; readonly end: number } {
  const parser = new ElementParser(bytes, start);
  const elements = parser.readFileMeta();
  return { elements, end: parser.position };
}

/** One pass over one buffer; the state is the position and the number of elements seen. */
class ElementParser {
  private readonly bytes: Uint8Array;
  private readonly gaps: readonly Gap[];
  position: number;
  private count = 0;
  private readonly maxDepth: number;
  private readonly maxElements: number;

  constructor(bytes: Uint8Array, start: number, limits: ElementLimits = {}, gaps: readonly Gap[] = []) {
    this.bytes = bytes;
    this.gaps = gaps;
    this.position = start;
    this.maxDepth = limits.maxDepth ?? MAX_DEPTH;
    this.maxElements = limits.maxElements ?? MAX_ELEMENTS;
  }

  readTopLevel(encoding: Encoding, isLast: (tag: Tag) => boolean): RawElement[] {
    const elements: RawElement[] = [];
    while (this.position < this.bytes.length) {
      // Files exist with zero padding behind the last element.
      if (this.bytes.length - this.position < 8 && this.isZeroToEnd()) break;
      const head = this.readHead(encoding);
      const element = isLast(head.tag)
        ? this.pixelElement(head)
        : this.readValue(head, encoding, Infinity, 0);
      elements.push(element);
      if (isLast(element.tag)) break;
    }
    return elements;
  }

  readFileMeta(): RawElement[] {
    const encoding = { isExplicitVr: true, isLittleEndian: true };
    const elements: RawElement[] = [];
    while (
      this.position + 8 <= this.bytes.length &&
      byteOrder(true).uint16(this.bytes, this.position) === 0x0002
    ) {
      elements.push(this.readValue(this.readHead(encoding), encoding, Infinity, 0));
    }
    return elements;
  }

  private isZeroToEnd(): boolean {
    return this.bytes.subarray(this.position).every((byte) => byte === 0);
  }

  /** Tag, VR and length. Elements of group FFFE have no VR in any encoding. PS3.5 7.5. */
  private readHead({ isExplicitVr, isLittleEndian }: Encoding): Head {
    this.need(8, 'an element header');
    if (++this.count > this.maxElements) {
      throw new PacsError('too-large', `The data set holds more than ${this.maxElements} elements`);
    }
    const at = this.position;
    const numbers = byteOrder(isLittleEndian);
    const tag = tagAt(this.bytes, at, isLittleEndian);
    const isDelimiter = tag.startsWith('FFFE');
    const form = isDelimiter || !isExplicitVr ? 'bare' : headerForm(this.bytes, at);
    if (form === 'bare') {
      this.position += 8;
      const vr = isDelimiter ? '' : dictionaryVrOf(tag);
      return { tag, vr, length: numbers.uint32(this.bytes, at + 4), isLittleEndian };
    }
    const written = String.fromCharCode(this.bytes[at + 4] ?? 0, this.bytes[at + 5] ?? 0);
    const vr = looksExplicit(this.bytes, at) ? written : dictionaryVrOf(tag);
    if (form === 'short') {
      this.position += 8;
      return { tag, vr, length: numbers.uint16(this.bytes, at + 6), isLittleEndian };
    }
    this.need(12, `the header of ${tag}`);
    this.position += 12;
    return { tag, vr, length: numbers.uint32(this.bytes, at + 8), isLittleEndian };
  }

  private readValue(head: Head, encoding: Encoding, limit: number, depth: number): RawElement {
    const { tag, vr, length } = head;
    const offset = this.position;
    if (length === UNDEFINED_LENGTH) return this.readUndefinedLength(head, encoding, depth);
    const end = this.endOf(offset, length);
    if (end > limit) {
      throw new PacsError('malformed-dicom', `The length of ${tag} reaches beyond the item that holds it`);
    }
    // A sequence says by itself where its bytes end.
    if (vr !== 'SQ' && end > this.bytes.length)
      throw new EndOfBytes(`the value of ${tag}`, { ...head, offset });
    const isUnknownSequence = vr === 'UN' && dictionaryVrOf(tag) === 'SQ';
    const items =
      vr === 'SQ'
        ? this.readItems(encoding, end, depth)
        : isUnknownSequence
          ? this.tryReadItems(end, depth)
          : undefined;
    this.position = end;
    return { ...head, vr: items ? 'SQ' : vr, offset, ...(items && { items }) };
  }

  /** A sequence, or fragments when the VR is one of bytes. PS3.5 7.5.1 and A.4. */
  private readUndefinedLength(head: Head, encoding: Encoding, depth: number): RawElement {
    const offset = this.position;
    const isBytes = /^(O.|ox)$/.test(head.vr);
    if (isBytes) {
      this.skipFragments(head.tag);
      return { ...head, offset, length: this.position - offset, isEncapsulated: true };
    }
    const inner = head.vr === 'UN' ? IMPLICIT_LITTLE_ENDIAN : encoding;
    const items = this.readItems(inner, undefined, depth);
    return { ...head, vr: 'SQ', offset, length: this.position - offset, items };
  }

  /** UN of defined length whose tag the dictionary knows as a sequence: implicit VR, unless that makes no sense. */
  private tryReadItems(end: number, depth: number): RawElement[][] | undefined {
    try {
      return this.readItems(IMPLICIT_LITTLE_ENDIAN, end, depth);
    } catch (error) {
      if (error instanceof PacsError && error.kind === 'malformed-dicom') return undefined;
      throw error;
    }
  }

  /** Items up to `end`, or up to the sequence delimiter when `end` is absent. */
  private readItems(encoding: Encoding, end: number | undefined, depth: number): RawElement[][] {
    if (depth >= this.maxDepth) {
      throw new PacsError('too-large', `Sequences are nested deeper than ${this.maxDepth} levels`);
    }
    const items: RawElement[][] = [];
    while (end === undefined || this.position < end) {
      const head = this.readHead(encoding);
      if (head.tag === SEQUENCE_DELIMITER) return items;
      if (head.tag !== ITEM) {
        throw new PacsError('malformed-dicom', `An item was expected in a sequence, found ${head.tag}`);
      }
      items.push(this.readItem(head.length, encoding, end ?? Infinity, depth + 1));
    }
    return items;
  }

  private readItem(length: number, encoding: Encoding, limit: number, depth: number): RawElement[] {
    const isUndefined = length === UNDEFINED_LENGTH;
    const end = isUndefined ? limit : this.endOf(this.position, length);
    if (end > limit)
      throw new PacsError('malformed-dicom', 'The length of an item reaches beyond its sequence');
    const elements: RawElement[] = [];
    while (isUndefined || this.position < end) {
      const head = this.readHead(encoding);
      if (head.tag === ITEM_DELIMITER) break;
      elements.push(this.readValue(head, encoding, end, depth));
    }
    return elements;
  }

  private skipFragments(tag: Tag): void {
    for (;;) {
      const head = this.readHead(IMPLICIT_LITTLE_ENDIAN);
      if (head.tag === SEQUENCE_DELIMITER) return;
      if (head.tag !== ITEM) {
        throw new PacsError('malformed-dicom', `A fragment was expected in ${tag}, found ${head.tag}`);
      }
      this.need(head.length, `a fragment of ${tag}`);
      this.position += head.length;
    }
  }

  /** Pixel Data is described, not read: its bytes may lie beyond a prefix. */
  private pixelElement(head: Head): RawElement {
    const offset = this.position;
    return head.length === UNDEFINED_LENGTH
      ? { ...head, offset, length: this.bytes.length - offset, isEncapsulated: true }
      : { ...head, offset };
  }

  /** Where `length` bytes of the file from `offset` end in the bytes at hand: a gap counts, and takes no place. */
  private endOf(offset: number, length: number): number {
    let end = offset + length;
    for (const gap of this.gaps) {
      if (gap.at >= end) break;
      if (gap.at >= offset) end -= gap.length;
    }
    return end;
  }

  private need(length: number, what: string): void {
    if (this.position + length > this.bytes.length) throw new EndOfBytes(what);
  }
}

interface Head {
  readonly tag: Tag;
  readonly vr: string;
  readonly length: number;
  readonly isLittleEndian: boolean;
}
