/**
 * Every image by name with what was read of it, for looking at the worst of them one by one.
 */
import { rounded } from './estimate.ts';
import type { EvaluatedCases } from './evaluation.ts';
import type { ImageReading } from './image-reading.ts';
import { boxOverlap, matchFound } from './overlap.ts';

/** Boxes below this score are left out of the list. */
const LISTED_SCORE = 0.1;
const HIT = 0.5;

/** One line an image. `hits` says of each box whether it lies on a fracture (overlap of one half). */
export function caseList({ limbs, hands, strangers }: EvaluatedCases) {
  return {
    limbs: limbs.map(({ truth, reading }) => {
      const boxes = reading.boxes.filter(({ score }) => score >= LISTED_SCORE);
      return {
        file: truth.file,
        isFractured: truth.isFractured,
        fractures: truth.fractures.length,
        ...said(reading),
        scores: boxes.map(({ score }) => rounded(score)),
        hits: matchFound(boxes, truth.fractures, boxOverlap, HIT),
      };
    }),
    hands: hands.map(({ truth, reading }) => ({
      file: truth.file,
      months: truth.months,
      ...(reading.boneAge && { told: rounded(reading.boneAge.months) }),
      ...said(reading),
    })),
    strangers: strangers.map(({ truth, reading }) => ({ ...truth, ...said(reading) })),
  };
}

function said({ published, fracture, limb }: ImageReading) {
  return {
    ...(limb !== undefined && { limb: rounded(limb) }),
    ...(fracture !== undefined && { fracture: rounded(fracture) }),
    published,
  };
}
