/**
 * Values of the DICOM JSON Model as the serialiser wants them: texts and numbers that need no further formatting.
 * PS3.18 F.2.3 (JSON values by VR), PS3.5 6.2 (what each VR may hold).
 *
 * Trap: a DS is text of at most 16 characters in the file but a number in the JSON model, so every number is
 * formatted here and none by the library.
 */
import type { DataElement, ElementValue, PersonName, Tag } from '../vocabulary/data-set.ts';
import { PacsError } from '../vocabulary/failure.ts';

const BINARY_VRS = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN']);
const SINGLE_TEXT_VRS = new Set(['LT', 'ST', 'UR', 'UT']);
const FLOAT_VRS = new Set(['FL', 'FD']);

/** Least and most value of the integer VRs that have one number a value. PS3.5 Table 6.2-1. */
const INTEGER_RANGES: Readonly<Record<string, readonly [number, number]>> = {
  SL: [-0x80000000, 0x7fffffff],
  SS: [-0x8000, 0x7fff],
  UL: [0, 0xffffffff],
  US: [0, 0xffff],
};

/** True for the VRs whose value is bytes. */
export function isBinaryVr(vr: string): boolean {
  return BINARY_VRS.has(vr);
}

/**
 * A number as a Decimal String: the shortest text of at most 16 characters that comes back as the nearest number.
 * PS3.5 Table 6.2-1. Throws `invalid-value` for what is not finite.
 */
export function decimalString(value: number): string {
  if (!Number.isFinite(value))
    throw new PacsError('invalid-value', 'a decimal string must be a finite number');
  const plain = String(value);
  if (plain.length <= 16) return plain;
  for (let digits = 16; digits > 0; digits -= 1) {
    const candidate = String(Number(value.toPrecision(digits)));
    if (candidate.length <= 16) return candidate;
  }
  return value.toExponential(8);
}

/** The values of an element that is neither a sequence nor binary, formatted. Throws `invalid-value` naming the tag. */
export function formattedValues(tag: Tag, element: DataElement): (string | number)[] {
  return (element.Value ?? []).map((value) => formattedValue(tag, element.vr, value));
}

function formattedValue(tag: Tag, vr: string, value: ElementValue): string | number {
  const range = INTEGER_RANGES[vr];
  if (range ?? FLOAT_VRS.has(vr)) return binaryNumber(tag, vr, value, range);
  if (vr === 'AT') return attributeTag(tag, value);
  if (value === null) return '';
  if (vr === 'PN') return personName(tag, value);
  if (typeof value === 'number') return numberText(tag, vr, value);
  if (typeof value !== 'string') throw refused(tag, vr, 'an object');
  if (vr === 'DS' && value.trim().length > 16) return decimalString(Number(value));
  if (value.includes('\\') && !SINGLE_TEXT_VRS.has(vr)) {
    throw refused(tag, vr, 'text with a backslash, which separates values');
  }
  return value;
}

function binaryNumber(
  tag: Tag,
  vr: string,
  value: ElementValue,
  range: readonly [number, number] | undefined,
): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw refused(tag, vr, 'not a finite number');
  if (range && (!Number.isInteger(number) || number < range[0] || number > range[1])) {
    throw refused(tag, vr, 'a number outside the range of the VR');
  }
  return number;
}

function numberText(tag: Tag, vr: string, value: number): string {
  if (vr === 'DS') return decimalString(value);
  if (vr !== 'IS') return String(value);
  if (!Number.isInteger(value) || Math.abs(value) > 0x7fffffff)
    throw refused(tag, vr, 'not a 32 bit integer');
  return String(value);
}

function attributeTag(tag: Tag, value: ElementValue): number {
  if (typeof value !== 'string' || !/^[0-9A-F]{8}$/i.test(value)) throw refused(tag, 'AT', 'not a tag');
  return Number.parseInt(value, 16);
}

/** Component groups joined by `=`, empty ones at the end left out. PS3.5 6.2.1.2. */
function personName(tag: Tag, value: ElementValue): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) throw refused(tag, 'PN', 'not a name');
  const groups = [groupOf(value, 'Alphabetic'), groupOf(value, 'Ideographic'), groupOf(value, 'Phonetic')];
  const text = groups.join('=').replace(/=+$/, '');
  if (text.includes('\\')) throw refused(tag, 'PN', 'text with a backslash, which separates values');
  return text;
}

function groupOf(name: object, group: keyof PersonName): string {
  const value: unknown = Reflect.get(name, group);
  return typeof value === 'string' ? value : '';
}

function refused(tag: Tag, vr: string, found: string): PacsError {
  return new PacsError('invalid-value', `element ${tag} with VR ${vr}: ${found}`);
}
