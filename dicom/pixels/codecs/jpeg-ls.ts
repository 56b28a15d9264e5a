/** JPEG-LS (.80, .81) by CharLS. ISO 14495-1. Trap: colour comes by plane when the code stream is not interleaved. */
import instantiate from '@cornerstonejs/codec-charls/decodewasmjs';
import type { CodeStreamDecoder } from './code-stream.ts';
import { decodeWithWasm, lazy, muted } from './wasm-decoder.ts';

const charLs = lazy(() => instantiate(muted()));

/** Decodes a JPEG-LS code stream. */
export const decodeJpegLs: CodeStreamDecoder = (codeStream) =>
  decodeWithWasm(
    charLs,
    ({ JpegLSDecoder }) => new JpegLSDecoder(),
    codeStream,
    (decoder) => decoder.getInterleaveMode() === 0,
  );
