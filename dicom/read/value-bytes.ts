/**
 * The bytes of a value in little endian, whatever the file is in. PS3.5 7.3.
 *
 * Trap: OB and UN have no byte order, and an attribute tag is two numbers of 16 bits.
 */
import type { RawElement } from './element-parser.ts';

/** VR → bytes of the number that is turned round. PS3.5 Table 6.2-1. */
const NUMBER_SIZE: Readonly<Record<string, 2 | 4 | 8>> = {
  AT: 2, OW: 2, SS: 2, US: 2, ox: 2, xs: 2, lt: 2,
  FL: 4, OF: 4, OL: 4, SL: 4, UL: 4, up: 4,
  FD: 8, OD: 8, OV: 8, SV: 8, UV: 8,
}; // prettier-ignore

/** A value as it would stand in a little-endian file: itself, or a copy turned round. `size` overrides the VR's number size. */
export function inLittleEndian(
  value: Uint8Array,
  { vr, isLittleEndian }: Pick<RawElement, 'vr' | 'isLittleEndian'>,
  size: 2 | 4 | 8 | undefined = NUMBER_SIZE[vr],
): Uint8Array {
  if (isLittleEndian || size === undefined || value.length % size !== 0) return value;
  const turned = Buffer.from(value);
  if (size === 2) return turned.swap16();
  return size === 4 ? turned.swap32() : turned.swap64();
}
