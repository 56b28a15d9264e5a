/**
 * What findings say in Latin letters: the same words in presentation state, segmentation, key objects and summary.
 */
import { percentOf, roundedMonths } from '../sr/rounding.ts';
import type { Finding } from '../vocabulary/finding.ts';

/** Score and certainty, e.g. `fracture 87 % (definite)`. Per cent as the report says it, to 0.1. */
export function fractureText({
  probability,
  certainty,
}: Pick<Finding<'fracture'>, 'probability' | 'certainty'>): string {
  return `fracture ${percentOf(probability)} % (${certainty})`;
}

/** Months as people say them: `10 y 6 mo`. */
export function ageText(months: number): string {
  const whole = Math.round(roundedMonths(months));
  return `${Math.floor(whole / 12)} y ${whole % 12} mo`;
}

/** A DA value as `2026-01-02`; anything else as it is. */
export function dateText(date = ''): string {
  return date.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
}
