/** High-throughput JPEG 2000 (.201, .202, .203) by OpenJPH. ISO 15444-15. */
import instantiate from '@cornerstonejs/codec-openjph/wasmjs';
import type { CodeStreamDecoder } from './code-stream.ts';
import { decodeWithWasm, lazy, muted } from './wasm-decoder.ts';

const openJph = lazy(() => instantiate(muted()));

/** Decodes an HTJ2K code stream. */
export const decodeHighThroughputJpeg2000: CodeStreamDecoder = (codeStream) =>
  decodeWithWasm(openJph, ({ HTJ2KDecoder }) => new HTJ2KDecoder(), codeStream);
