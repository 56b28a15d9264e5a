/**
 * Pixels as they travel between rooms: what was stored, and what a model is shown.
 */

/** Typed arrays that stored samples come in. */
export type SampleArray = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array;

/** One decoded frame: stored values, before any lookup table. Colour-by-pixel when `samplesPerPixel` is 3. */
export interface PixelFrame {
  readonly columns: number;
  readonly rows: number;
  readonly samplesPerPixel: 1 | 3;
  /** Photometric Interpretation of `samples` (a decoder may have turned YBR into RGB). PS3.3 C.7.6.3.1.2. */
  readonly photometricInterpretation: string;
  /** Row by row from the top left; `rows × columns × samplesPerPixel` stored values, sign and Bits Stored resolved. */
  readonly samples: SampleArray;
}

/** A grey image as a person would see it: 0 black to 1 white, **bright is dense** (MONOCHROME1 is inverted already). */
export interface GreyImage {
  readonly columns: number;
  readonly rows: number;
  /** Row by row from the top left, `rows × columns` values in 0–1. */
  readonly samples: Float32Array;
}
