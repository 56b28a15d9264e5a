/**
 * Damage to DICOM files, drawn from a seed: flipped bits, overwritten runs, cuts, lengths that lie, sizes that lie,
 * and pieces of other files.
 *
 * Trap: damage spread evenly hits pixels nearly always; half of it is therefore aimed at the first 4 KiB, where the
 * elements are.
 */
import type { RandomSource } from '../../dicom/phantom/random.ts';

/** One kind of damage: a new array, the file itself stays as it is. */
type Mutation = (file: Uint8Array, random: RandomSource, donor: Uint8Array) => Uint8Array;

const HEAD_BYTES = 4096;
/** How likely one more damage is: most files have a single one, which the reader gets furthest with. */
const ONE_MORE = 0.35;
/** Lengths and sizes that programs stumble over. */
const TELLING = [
  0, 1, 2, 3, 7, 8, 0x7f, 0x80, 0xff, 0xfffe, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];
/** Group 0028 elements that sizes are computed from, and the descriptors of tables. */
const SIZE_ELEMENTS = [
  0x0002, 0x0004, 0x0006, 0x0008, 0x0010, 0x0011, 0x0100, 0x0101, 0x0102, 0x0103, 0x1101, 0x3002,
];
const VALUE_REPRESENTATION =
  /^(AE|AS|AT|CS|DA|DS|DT|FD|FL|IS|LO|LT|OB|OW|PN|SH|SL|SQ|SS|ST|TM|UI|UL|UN|US|UT)$/;

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'flipped bits': flipBits,
  'overwritten run': overwrite,
  truncation: truncate,
  'lying length': lieAboutLength,
  'lying size': lieAboutSize,
  'removed piece': (file, random) => splice(file, random, new Uint8Array()),
  'repeated piece': (file, random) => splice(file, random, piece(file, random)),
  'piece of another file': (file, random, donor) => splice(file, random, piece(donor, random)),
};
const NAMES = Object.keys(MUTATIONS);

/** A damaged copy of `file`, and the names of what was done to it. `donor` is another file to take pieces of. */
export function mutate(
  file: Uint8Array,
  donor: Uint8Array,
  random: RandomSource,
): { readonly bytes: Uint8Array; readonly done: readonly string[] } {
  const done: string[] = [];
  let bytes = file;
  do {
    const name = NAMES[below(random, NAMES.length)] ?? 'truncation';
    bytes = MUTATIONS[name]?.(bytes, random, donor) ?? bytes;
    done.push(name);
  } while (random.next() < ONE_MORE);
  return { bytes, done };
}

/** A whole number from 0 up to, not including, `end`. */
export function below(random: RandomSource, end: number): number {
  return Math.floor(random.next() * end);
}

function flipBits(file: Uint8Array, random: RandomSource): Uint8Array {
  const damaged = Uint8Array.from(file);
  for (let count = 1 + below(random, 16); count > 0; count--) {
    const at = placeIn(file, random);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << below(random, 8));
  }
  return damaged;
}

function overwrite(file: Uint8Array, random: RandomSource): Uint8Array {
  const damaged = Uint8Array.from(file);
  const start = placeIn(file, random);
  const run = damaged.subarray(start, start + 1 + below(random, 64));
  const fill = [() => 0, () => 0xff, () => below(random, 256)][below(random, 3)] ?? (() => 0);
  for (let index = 0; index < run.length; index++) run[index] = fill();
  return damaged;
}

function truncate(file: Uint8Array, random: RandomSource): Uint8Array {
  return file.slice(0, placeIn(file, random));
}

/** Puts a telling number where an element says how long it is; at any even place when no VR is met. */
function lieAboutLength(file: Uint8Array, random: RandomSource): Uint8Array {
  const damaged = Uint8Array.from(file);
  const view = new DataView(damaged.buffer);
  const start = placeIn(file, random);
  for (let at = start; at < Math.min(start + 512, damaged.length - 12); at++) {
    const vr = String.fromCharCode(damaged[at] ?? 0, damaged[at + 1] ?? 0);
    if (!VALUE_REPRESENTATION.test(vr)) continue;
    const isLong = /^(OB|OW|SQ|UN|UT)$/.test(vr);
    if (isLong) view.setUint32(at + 4, telling(random, view.getUint32(at + 4, true), file.length), true);
    else view.setUint16(at + 2, telling(random, view.getUint16(at + 2, true), file.length) & 0xffff, true);
    return damaged;
  }
  const even = start & ~1;
  if (even + 4 <= damaged.length) {
    view.setUint32(even, telling(random, view.getUint32(even, true), file.length), true);
  }
  return damaged;
}

function lieAboutSize(file: Uint8Array, random: RandomSource): Uint8Array {
  const damaged = Uint8Array.from(file);
  const element = SIZE_ELEMENTS[below(random, SIZE_ELEMENTS.length)] ?? 0x0010;
  const at = Buffer.from(damaged.buffer).indexOf(Buffer.of(0x28, 0, element & 0xff, element >> 8));
  if (at >= 0 && at + 10 <= damaged.length) {
    new DataView(damaged.buffer).setUint16(at + 8, telling(random, 512, file.length) & 0xffff, true);
  }
  return damaged;
}

/** Puts `inserted` in the place of a piece of the file. */
function splice(file: Uint8Array, random: RandomSource, inserted: Uint8Array): Uint8Array {
  const start = placeIn(file, random);
  const end = Math.min(file.length, start + below(random, 256));
  const joined = new Uint8Array(start + inserted.length + file.length - end);
  joined.set(file.subarray(0, start));
  joined.set(inserted, start);
  joined.set(file.subarray(end), start + inserted.length);
  return joined;
}

function piece(file: Uint8Array, random: RandomSource): Uint8Array {
  const start = placeIn(file, random);
  return file.subarray(start, start + below(random, 2048));
}

function placeIn(file: Uint8Array, random: RandomSource): number {
  const end = random.next() < 0.5 ? Math.min(HEAD_BYTES, file.length) : file.length;
  return below(random, Math.max(1, end));
}

/** A telling number, or one close to the true one or to the size of the file. */
function telling(random: RandomSource, truth: number, fileLength: number): number {
  const near = [truth - 1, truth + 1, truth + 2, truth * 2, fileLength, fileLength - 1, fileLength + 1];
  const choices = [...TELLING, ...near];
  return (choices[below(random, choices.length)] ?? 0) >>> 0;
}
