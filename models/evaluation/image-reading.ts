/**
 * What was read off one image, published and raw, and the truth it is held against. Plain values, cloned between threads.
 */
import type { Certainty } from '../../dicom/vocabulary/finding.ts';
import type { BoundingBox, Polygon } from '../../dicom/vocabulary/geometry.ts';

/** What the server would have said. */
export interface Published {
  readonly status: 'analysed' | 'rejected' | 'failed';
  /** Why it was rejected, or why the image or a model failed. */
  readonly reason?: string;
  /** How sure the verdict *present* is; absent when the verdict is another. */
  readonly presence?: Certainty;
  /** Certainty of each published fracture. */
  readonly fractures: readonly Certainty[];
  readonly hasBoneAge: boolean;
}

/** A bone age in months; the uncertainty is the half width of the interval of about 95 %. */
export interface AgeReading {
  readonly months: number;
  readonly uncertaintyMonths?: number;
}

/** One box that was found, whatever its score. */
export interface BoxReading {
  readonly box: BoundingBox;
  readonly polygon?: Polygon;
  readonly score: number;
}

/** Everything read off one image. What no model said is absent. */
export interface ImageReading {
  readonly published: Published;
  /** Label of the region model → probability; absent when the image was refused before a network saw it. */
  readonly labels?: Readonly<Record<string, number>>;
  /** Probability that this is a limb radiograph. */
  readonly limb?: number;
  /** Probability of a fracture, calibrated as served. */
  readonly fracture?: number;
  /** By falling score. */
  readonly boxes: readonly BoxReading[];
  readonly boneAge?: AgeReading;
  /** With the patient's sex withheld. */
  readonly boneAgeSexWithheld?: AgeReading;
}

/** A radiograph of FracAtlas and what its annotation says. */
export interface LimbTruth {
  readonly file: string;
  readonly isFractured: boolean;
  readonly regions: readonly string[];
  readonly views: readonly string[];
  readonly hasHardware: boolean;
  /** Long side of the original in pixels. */
  readonly longSide: number;
  readonly fractures: readonly { readonly box: BoundingBox; readonly polygon: Polygon }[];
}

/** A child's hand. */
export interface HandTruth {
  readonly file: string;
  readonly months: number;
  /** Absent where the table does not say it. */
  readonly sex?: 'F' | 'M';
}

/** An image that shows no limb. */
export interface StrangerTruth {
  readonly file: string;
  /** A radiograph of another part of the body, another modality, or a composition made of limb radiographs. */
  readonly kind: 'radiograph' | 'other-modality' | 'composition';
}

/** An image with its truth and reading. */
export interface Case<Truth> {
  readonly truth: Truth;
  readonly reading: ImageReading;
}

/** True when *present* was published with one of these certainties. */
export function isCalledAt(certainties: readonly Certainty[], { published }: ImageReading): boolean {
  return published.presence !== undefined && certainties.includes(published.presence);
}

/** How many fractures were published with one of these certainties. */
export function boxesAt(certainties: readonly Certainty[], { published }: ImageReading): number {
  return published.fractures.filter((certainty) => certainties.includes(certainty)).length;
}
