/** Stored values → modality units. PS3.3 C.11.1. Trap: a table gives its first entry to every lower input, its last to every higher one. */
import type { LookupTable, ModalityTransform } from '../read/pixel-module.ts';

/** The function of a Modality LUT, or of Rescale Slope and Intercept. */
export function modalityFunction(transform: ModalityTransform): (stored: number) => number {
  if (transform.kind === 'lut') {
    const { lut } = transform;
    return (stored) => lookUp(lut, stored);
  }
  const { slope, intercept } = transform;
  return (stored) => stored * slope + intercept;
}

/** Entry of a table for an input, held at both ends. PS3.3 C.11.1.1, C.11.2.1.1. */
export function lookUp({ entries, firstMapped }: LookupTable, input: number): number {
  const index = Math.min(Math.max(Math.round(input) - firstMapped, 0), entries.length - 1);
  return entries[index] ?? 0;
}
