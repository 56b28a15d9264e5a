/**
 * Differences between neighbouring samples in their Huffman code. ITU-T T.81 Annex C, F.2.2.3 and H.1.2.2.
 *
 * One lookup by the next bits gives the difference and how many bits it took, where both fit. Trap: a zero byte follows
 * each byte FF of the code, and a byte FF with anything else behind it is a marker, at which the code has ended.
 */
import { PacsError } from '../../vocabulary/failure.ts';

/** Bits of one lookup. Longer codes, and great differences, are read bit by bit. */
const LOOK_BITS = 12;
const MAX_CODE_BITS = 16;
/** A difference of 32,768, which no further bits follow. */
const MAX_CATEGORY = 16;
/** Bits of an entry of the lookup that tell how many were taken. */
const TAKEN_BITS = 5;
const LOOK_MASK = (1 << LOOK_BITS) - 1;
const TAKEN_MASK = (1 << TAKEN_BITS) - 1;
const MARKER_PREFIX = 0xff;

/** A Huffman table, made for decoding. */
export interface DifferenceTable {
  /** For the next 12 bits: the difference and, in the low 5 bits, how many bits it takes; 0 there where they do not suffice. */
  readonly lookup: Int32Array;
  /** For each length of code: the greatest code, or -1, and what leads from a code to its category. */
  readonly greatest: Int32Array;
  readonly toCategory: Int32Array;
  readonly categories: Uint8Array;
}

/** Builds it from how many codes there are of each length from 1 to 16 bits, and the categories in order of their codes. Throws `undecodable-pixels`. */
export function differenceTable(counts: Uint8Array, categories: Uint8Array): DifferenceTable {
  const table = {
    lookup: new Int32Array(1 << LOOK_BITS),
    greatest: new Int32Array(MAX_CODE_BITS + 1).fill(-1),
    toCategory: new Int32Array(MAX_CODE_BITS + 1),
    categories,
  };
  let code = 0;
  let index = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length++, code <<= 1) {
    const count = counts[length - 1] ?? 0;
    if (code + count > 1 << length || index + count > categories.length)
      throw damaged('a Huffman table overflows');
    table.toCategory[length] = index - code;
    for (let last = index + count; index < last; index++, code++) {
      const category = categories[index]!;
      if (category > MAX_CATEGORY) throw damaged(`a Huffman table names a difference of ${category} bits`);
      enter(table.lookup, code, length, category);
    }
    if (count > 0) table.greatest[length] = code - 1;
  }
  return table;
}

/** Every look at bits that begin with this code and hold its difference. */
function enter(lookup: Int32Array, code: number, length: number, category: number): void {
  const further = category === MAX_CATEGORY ? 0 : category;
  const spare = LOOK_BITS - length - further;
  if (spare < 0) return;
  for (let bits = 0; bits < 1 << further; bits++) {
    const entry = (differenceOf(category, bits) << TAKEN_BITS) | (length + further);
    const first = ((code << further) | bits) << spare;
    lookup.fill(entry, first, first + (1 << spare));
  }
}

/** T.81 Table H.2: the further bits count from below for negative differences. */
function differenceOf(category: number, bits: number): number {
  if (category === MAX_CATEGORY) return 1 << (MAX_CATEGORY - 1);
  return category > 0 && bits < 1 << (category - 1) ? bits - (1 << category) + 1 : bits;
}

/** Reads the entropy-coded data of a scan. */
export class DifferenceReader {
  readonly #code: Uint8Array;
  #at: number;
  /** The low `#count` bits are those that come next. */
  #bits = 0;
  #count = 0;
  /** Bits that were made up because the code had ended. */
  #madeUp = 0;

  /** Begins at byte `at` of the code stream. */
  constructor(code: Uint8Array, at: number) {
    this.#code = code;
    this.#at = at;
  }

  /** Fills `differences`, the components of each pixel in turn with their tables. Throws `undecodable-pixels` where the code ends before. */
  read(differences: Int32Array, tables: readonly DifferenceTable[]): void {
    const [only] = tables;
    if (!only) return;
    const components = tables.length;
    // Kept at hand: fields cost a trip to memory for every sample.
    let [bits, count] = [this.#bits, this.#count];
    for (let index = 0; index < differences.length; index++) {
      const table = components === 1 ? only : tables[index % components]!;
      if (count < LOOK_BITS) {
        this.#count = count;
        this.#fill();
        [bits, count] = [this.#bits, this.#count];
      }
      const entry = table.lookup[(bits >>> (count - LOOK_BITS)) & LOOK_MASK]!;
      const taken = entry & TAKEN_MASK;
      if (taken > 0) {
        count -= taken;
        differences[index] = entry >> TAKEN_BITS;
      } else {
        this.#count = count;
        differences[index] = this.#readSlowly(table);
        [bits, count] = [this.#bits, this.#count];
      }
    }
    this.#count = count;
    if (this.#madeUp > this.#count) throw damaged('its code ends before its last sample');
  }

  /** Goes on behind the next restart marker. Throws `undecodable-pixels` where none follows. */
  restart(): void {
    const at = this.#markerAt();
    if (at < 0 || (this.#code[at + 1]! & 0xf8) !== 0xd0) throw damaged('a restart marker is missing');
    this.#at = at + 2;
    this.#bits = this.#count = this.#madeUp = 0;
  }

  /** Byte at which the marker behind the code stands, or the end of the code stream. */
  end(): number {
    const at = this.#markerAt();
    return at < 0 ? this.#code.length : at;
  }

  #markerAt(): number {
    const code = this.#code;
    for (let at = this.#at; at + 1 < code.length; at++) {
      if (code[at] === MARKER_PREFIX && code[at + 1] !== 0 && code[at + 1] !== MARKER_PREFIX) return at;
    }
    return -1;
  }

  #readSlowly({ greatest, toCategory, categories }: DifferenceTable): number {
    this.#fill();
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      const code = (this.#bits >>> (this.#count - length)) & ((1 << length) - 1);
      if (code > greatest[length]!) continue;
      this.#count -= length;
      const category = categories[code + toCategory[length]!] ?? 0;
      const further = category === MAX_CATEGORY ? 0 : category;
      this.#fill();
      this.#count -= further;
      return differenceOf(category, (this.#bits >>> this.#count) & ((1 << further) - 1));
    }
    throw damaged('its code holds bits that are none of its Huffman code');
  }

  /** Leaves at least 25 bits. */
  #fill(): void {
    const code = this.#code;
    while (this.#count <= 24) {
      let byte = code[this.#at] ?? MARKER_PREFIX;
      if (byte === MARKER_PREFIX && code[this.#at + 1] !== 0) {
        byte = 0;
        this.#madeUp += 8;
      } else {
        this.#at += byte === MARKER_PREFIX ? 2 : 1;
      }
      this.#bits = (this.#bits << 8) | byte;
      this.#count += 8;
    }
  }
}

function damaged(why: string): PacsError {
  return new PacsError('undecodable-pixels', `The lossless JPEG code stream is damaged: ${why}`);
}
