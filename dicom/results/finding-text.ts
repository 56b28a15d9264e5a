/**
 * A fracture in one line of Latin letters: the same words in presentation state, segmentation and summary.
 */
import { percentOf } from '../sr/rounding.ts';
import type { Finding } from '../vocabulary/finding.ts';

/** Score and certainty, e.g. `fracture 87 % (definite)`. Per cent as the report says it, to 0.1. */
export function fractureText({
  probability,
  certainty,
}: Pick<Finding<'fracture'>, 'probability' | 'certainty'>): string {
  return `fracture ${percentOf(probability)} % (${certainty})`;
}
