/**
 * How each kind of finding is shown. A new kind stops compiling here until someone has decided.
 */
import type { Finding, FindingKind } from '../../dicom/vocabulary/finding.ts';

/** `overlay`: drawn on the image and listed. `card`: a card in the panel. `chip`: a word with its share. `statement`: part of the sentence that sums the report up, and nothing else. */
export type FindingDisplay = 'overlay' | 'card' | 'chip' | 'statement';

export const FINDING_DISPLAY = {
  'body-region': 'chip',
  'fracture-presence': 'statement',
  fracture: 'overlay',
  'bone-age': 'card',
} as const satisfies Record<FindingKind, FindingDisplay>;

/** The kinds that are shown in one way. */
export type KindShownAs<Way extends FindingDisplay> = {
  [Kind in FindingKind]: (typeof FINDING_DISPLAY)[Kind] extends Way ? Kind : never;
}[FindingKind];

/** The findings shown in one way, in their order. What takes them must know every kind of that way. */
export function findingsShownAs<Way extends FindingDisplay, Given extends Finding>(
  findings: readonly Given[],
  way: Way,
): readonly Extract<Given, { kind: KindShownAs<Way> }>[] {
  return findings.filter(
    (finding): finding is Extract<Given, { kind: KindShownAs<Way> }> => FINDING_DISPLAY[finding.kind] === way,
  );
}
