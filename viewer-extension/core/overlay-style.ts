/**
 * How a finding looks: one line style and one colour per operating point, the same for every painter.
 *
 * Trap: colour never speaks alone. Solid means definite and dashed suspicious, so that a reader who does not tell the
 * colours apart, or a grey print, loses nothing. Colours are Okabe and Ito's, chosen to differ for every colour vision
 * (M. Okabe, K. Ito, *Color Universal Design*, 2008).
 */
import type { Certainty } from '../../dicom/vocabulary/finding.ts';
import type { ReviewState } from './findings.ts';
import { ENGLISH, type FindingWords } from './messages.ts';

/** A stroke in CSS pixels: constant on the screen at every zoom. */
export interface StrokeStyle {
  /** `#rrggbb`. */
  readonly colour: string;
  readonly width: number;
  /** Lengths of dash and gap; empty for a solid line. */
  readonly dash: readonly number[];
  /** Width of the dark line beneath, which keeps the stroke visible on bright bone. */
  readonly haloWidth: number;
}

/** Colour of the halo and of label grounds. */
export const HALO_COLOUR = '#0b0d10';

/** Okabe–Ito orange and sky blue: both at least 8 : 1 against {@link HALO_COLOUR}. */
export const CERTAINTY_COLOURS: Readonly<Record<Certainty, string>> = {
  definite: '#e69f00',
  suspicious: '#56b4e9',
};

/** Colours of what a reader decided: Okabe and Ito's bluish green for the reader's own, grey for what was rejected. */
export const REVIEW_COLOURS = { added: '#18b58a', rejected: '#9aa5b1' } as const;

/** The colour of a finding; a decision that keeps it keeps its colour. */
export function colourOf(certainty: Certainty, review: ReviewState = 'unreviewed'): string {
  return review === 'added' || review === 'rejected' ? REVIEW_COLOURS[review] : CERTAINTY_COLOURS[certainty];
}

/** What a reader made of a finding, in words; empty where nobody has decided. */
export function reviewWords(review: ReviewState, words: FindingWords = ENGLISH): string {
  return {
    unreviewed: '',
    accepted: words.accepted,
    rejected: words.rejectedByReader,
    edited: words.edited,
    added: words.addedByReader,
  }[review];
}

/** The parts of a hand that a bone age was read from: quiet, for they are no finding. */
export const REGION_STROKE: StrokeStyle = { colour: '#c4ccd4', width: 1, dash: [1, 3], haloWidth: 2 };

/** Colour of the heat map: Okabe and Ito's reddish purple, used by no finding. */
export const HEAT_COLOUR = '#cc79a7';

/** Opacity of the heat map where it is fullest: the bone must stay readable through it. */
export const HEAT_OPACITY = 0.55;

/** Widths of box and outline, at rest and selected: the outline is the finer one, for it lies on the bone itself. */
const WIDTHS = { box: { rest: 1.75, selected: 3 }, outline: { rest: 1.25, selected: 2 } } as const;

/** The stroke of a finding; the selected one is heavier, never of another colour or dash. */
export function strokeOf(
  part: 'box' | 'outline',
  certainty: Certainty,
  isSelected: boolean,
  review: ReviewState = 'unreviewed',
): StrokeStyle {
  const width = WIDTHS[part][isSelected ? 'selected' : 'rest'];
  return {
    colour: colourOf(certainty, review),
    width,
    dash: DASHES[lineOf(certainty, review)],
    haloWidth: width + (part === 'box' ? 2 : 1.25),
  };
}

/** Kinds of line with their lengths of dash and gap. */
const DASHES = { solid: [], dashed: [7, 5], dotted: [2, 4] } as const;
export type LineKind = keyof typeof DASHES;

/** Solid: definite, or the reader's own. Dashed: suspicious. Dotted: rejected. */
export function lineOf(certainty: Certainty, review: ReviewState): LineKind {
  if (review === 'rejected') return 'dotted';
  return certainty === 'suspicious' && review !== 'added' ? 'dashed' : 'solid';
}
