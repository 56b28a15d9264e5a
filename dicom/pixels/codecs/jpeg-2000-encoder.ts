/** JPEG 2000 lossless (.90) by OpenJPEG. ISO 15444-1. The package keeps encoders in a module of their own. */
import instantiate from '@cornerstonejs/codec-openjpeg/wasmjs';
import type { CodeStreamEncoder } from '../frame-encoder.ts';
import { encodeWithWasm, lazy, muted } from './wasm-decoder.ts';

const openJpeg = lazy(() => instantiate(muted()));
/** Wavelet levels; an image too small for them is refused by the library. */
const MOST_LEVELS = 5;

/** Encodes without loss. */
export const encodeJpeg2000: CodeStreamEncoder = (samples, info) =>
  encodeWithWasm(
    openJpeg,
    ({ J2KEncoder }) => {
      const encoder = new J2KEncoder();
      encoder.setQuality(true, 0);
      encoder.setDecompositions(
        Math.min(MOST_LEVELS, Math.floor(Math.log2(Math.min(info.width, info.height)))),
      );
      return encoder;
    },
    info,
    samples,
  );
