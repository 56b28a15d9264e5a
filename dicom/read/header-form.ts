/**
 * In which form an element header is written: with a VR or without, with a length of two bytes or four. PS3.5 7.1.2, 7.1.3.
 *
 * Trap: files exist that declare it wrongly, leave the VR out, or write something else in its place.
 */

const SHORT_FORM = /^(AE|AS|AT|CS|DA|DS|DT|FD|FL|IS|LO|LT|PN|SH|SL|SS|ST|TM|UI|UL|US)$/;

/** True when an element at `start` carries a VR: two capital letters behind the tag. Files exist that declare it wrongly. */
export function looksExplicit(bytes: Uint8Array, start: number): boolean {
  return isCapital(bytes[start + 4]) && isCapital(bytes[start + 5]);
}

/** Where the length stands. PS3.5 7.1.2. Some files write spaces or `??` for a VR, with a short length; some leave the VR out altogether. */
export function headerForm(bytes: Uint8Array, at: number): 'bare' | 'short' | 'long' {
  const vr = [bytes[at + 4] ?? 0, bytes[at + 5] ?? 0];
  if (!vr.every(isPrintable)) return 'bare';
  const isLong = looksExplicit(bytes, at) && !SHORT_FORM.test(String.fromCharCode(...vr));
  return isLong ? 'long' : 'short';
}

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte <= 0x7e;
}

function isCapital(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x41 && byte <= 0x5a;
}
