/**
 * A piece of the line that a finding is drawn with, beside its words.
 */
import type { LineKind } from '../core/overlay-style.ts';

/** The dashes of the overlay, at the size of the sample. */
const DASHES = { solid: undefined, dashed: '4 3', dotted: '1.5 2.5' } as const satisfies Record<
  LineKind,
  string | undefined
>;

export function LineSample({ line }: { readonly line: LineKind }) {
  return (
    <svg class="line-sample" viewBox="0 0 22 16" aria-hidden="true">
      <rect x="2" y="2" width="18" height="12" stroke-dasharray={DASHES[line]} />
    </svg>
  );
}
