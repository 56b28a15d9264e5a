/**
 * What the main thread and the damaging threads say to each other.
 */

/** What a thread is told. */
export interface FuzzTask {
  /** Folder of real files, searched with all below it. */
  readonly folder: string;
  /** Larger files are left out, in bytes. */
  readonly maxFileBytes: number;
  readonly seed: number;
  /** Cases `from`, `from + step`, … below `end`. */
  readonly from: number;
  readonly step: number;
  readonly end: number;
  /** One number: the case that is being walked. */
  readonly current: Int32Array;
}

/** What a thread says after a while, or about one case that went wrong. */
export type FuzzMessage =
  | { readonly kind: 'walked'; readonly outcomes: Readonly<Record<string, number>> }
  | { readonly kind: 'failed'; readonly index: number; readonly what: string };
