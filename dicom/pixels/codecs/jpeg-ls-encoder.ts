/** JPEG-LS lossless (.80) by CharLS. ISO 14495-1. The package keeps encoders in a module of their own. */
import instantiate from '@cornerstonejs/codec-charls/wasmjs';
import type { CodeStreamEncoder } from '../frame-encoder.ts';
import { encodeWithWasm, lazy, muted } from './wasm-decoder.ts';

const charLs = lazy(() => instantiate(muted()));
/** Components interleaved by sample; a single component is by plane. ISO 14495-1 C.2.3. */
const BY_SAMPLE = 2;
const BY_PLANE = 0;

/** Encodes without loss. */
export const encodeJpegLs: CodeStreamEncoder = (samples, info) =>
  encodeWithWasm(
    charLs,
    ({ JpegLSEncoder }) => {
      const encoder = new JpegLSEncoder();
      encoder.setNearLossless(0);
      encoder.setInterleaveMode(info.componentCount === 3 ? BY_SAMPLE : BY_PLANE);
      return encoder;
    },
    info,
    samples,
  );
