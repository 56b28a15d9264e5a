/** JPEG 2000 (.90, .91) by OpenJPEG. ISO 15444-1; the colour transform (RCT, ICT) is undone by the codec. */
import instantiate from '@cornerstonejs/codec-openjpeg/decodewasmjs';
import type { CodeStreamDecoder } from './code-stream.ts';
import { decodeWithWasm, lazy, muted } from './wasm-decoder.ts';

const openJpeg = lazy(() => instantiate(muted()));

/** Decodes a JPEG 2000 code stream. */
export const decodeJpeg2000: CodeStreamDecoder = (codeStream) =>
  decodeWithWasm(openJpeg, ({ J2KDecoder }) => new J2KDecoder(), codeStream);
