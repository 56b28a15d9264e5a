/** High-throughput JPEG 2000 (.201, .202, .203) by OpenJPH. ISO 15444-15. */
import instantiate from '@cornerstonejs/codec-openjph/wasmjs';
import type { CodeStreamDecoder } from './code-stream.ts';
import type { CodeStreamEncoder } from '../frame-encoder.ts';
import { decodeWithWasm, encodeWithWasm, lazy, muted } from './wasm-decoder.ts';

const openJph = lazy(() => instantiate(muted()));

/** Decodes an HTJ2K code stream. */
export const decodeHighThroughputJpeg2000: CodeStreamDecoder = (codeStream) =>
  decodeWithWasm(openJph, ({ HTJ2KDecoder }) => new HTJ2KDecoder(), codeStream);

/** Encodes without loss. */
export const encodeHighThroughputJpeg2000: CodeStreamEncoder = (samples, info) =>
  encodeWithWasm(openJph, ({ HTJ2KEncoder }) => lossless(new HTJ2KEncoder()), info, samples);

function lossless(encoder: Jpeg2000WasmEncoder): Jpeg2000WasmEncoder {
  encoder.setQuality(true, 0);
  return encoder;
}
