/**
 * What decoders give back: a few kinds of reading, whatever the network. Tasks ask for a kind, never for a decoder.
 */
import type { Code } from '../../dicom/vocabulary/codes.ts';
import type { BodyRegion } from '../../dicom/vocabulary/finding.ts';
import type { BoundingBox, Polygon } from '../../dicom/vocabulary/geometry.ts';
import type { ClassifierLabel } from '../manifest-parts.ts';
import type { Outputs } from './outputs.ts';

/** A class of a classifier and its probability, 0–1. */
export type ClassProbability = ClassifierLabel & { readonly probability: number };

/** One thing that was found, in tensor points. */
export interface FoundInstance {
  readonly concept: Code;
  /** 0–1. */
  readonly score: number;
  readonly box: BoundingBox;
  readonly polygon?: Polygon;
}

/** What a network said of one image. */
export type Reading =
  /** One probability per class, in the manifest's order. `areExclusive`: they add up to 1. */
  | {
      readonly kind: 'classes';
      readonly classes: readonly ClassProbability[];
      readonly areExclusive: boolean;
    }
  /** One probability, 0–1. */
  | { readonly kind: 'probability'; readonly probability: number }
  /** Things with their places, best first. */
  | { readonly kind: 'instances'; readonly instances: readonly FoundInstance[] }
  /** A number in the manifest's unit; `uncertainty` is the half width of its interval of about 95 %. */
  | {
      readonly kind: 'value';
      readonly concept: Code;
      readonly value: number;
      readonly uncertainty?: number;
    };

export type ReadingKind = Reading['kind'];
export type ReadingOf<K extends ReadingKind> = Extract<Reading, { kind: K }>;

/** What a decoder is told beside the outputs. */
export interface ReadingContext {
  /** Least score of an instance that is of use, 0–1. */
  readonly threshold: number;
  /** Regions the image shows, as far as known. */
  readonly regions: readonly BodyRegion[];
}

/** One decoder: the keys of its manifest, what it reads, and what it makes of it. */
export interface Decoder<Contract> {
  readonly yields: ReadingKind;
  /** The outputs that are read, by name; −1 is any size. */
  shapes(contract: Contract): Readonly<Record<string, readonly number[]>>;
  /** Throws `model-failed` when the outputs do not fit the contract. */
  read(outputs: Outputs, contract: Contract, context: ReadingContext): Reading;
}
