/**
 * Modality units → 0–1 through a VOI window or table. PS3.3 C.11.2.1.2 (LINEAR), C.11.2.1.3 (SIGMOID, LINEAR_EXACT), C.11.2.1.1 (table).
 *
 * Trap: LINEAR is centred half a unit below the center and one unit narrower than its width; LINEAR_EXACT is neither.
 */
import { PacsError } from '../vocabulary/failure.ts';
import type { LookupTable, VoiTransform } from '../read/pixel-module.ts';
import { lookUp } from './modality-lut.ts';

/** The function of a VOI transform; its output lies in 0–1. Throws `invalid-value` for a width below 1 (LINEAR), or of 0 or less. */
export function voiFunction(transform: VoiTransform): (value: number) => number {
  if (transform.kind === 'lut') return tableFunction(transform.lut);
  const { center, width } = transform;
  if (!(transform.function === 'LINEAR' ? width >= 1 : width > 0)) {
    throw new PacsError(
      'invalid-value',
      `WindowWidth is ${width}; expected at least 1 for LINEAR, else more than 0`,
    );
  }
  switch (transform.function) {
    case 'LINEAR':
      return linear(center - 0.5, width - 1);
    case 'LINEAR_EXACT':
      return linear(center, width);
    case 'SIGMOID':
      return (value) => 1 / (1 + Math.exp((-4 * (value - center)) / width));
  }
}

/** The window from `low` to `high` in modality units, for images that name none. One value only is mid-grey nowhere: it is black. */
export function windowBetween(low: number, high: number): (value: number) => number {
  return high > low ? (value) => clip((value - low) / (high - low)) : () => 0;
}

/** A ramp of `width` around `center`; a width of 0 is a step whose lower side includes the center. */
function linear(center: number, width: number): (value: number) => number {
  if (width === 0) return (value) => (value <= center ? 0 : 1);
  return (value) => clip((value - center) / width + 0.5);
}

/** Entries in proportion to the greatest that the declared bits allow; files exist whose entries need more bits than they declare. */
function tableFunction(lut: LookupTable): (value: number) => number {
  const declared = 2 ** lut.bits - 1;
  const greatest = lut.entries.reduce((most, entry) => Math.max(most, entry), 0);
  const full = greatest <= declared ? declared : 2 ** Math.ceil(Math.log2(greatest + 1)) - 1;
  return (value) => lookUp(lut, value) / full;
}

function clip(value: number): number {
  return value <= 0 ? 0 : value >= 1 ? 1 : value;
}
