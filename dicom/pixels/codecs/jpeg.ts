/** JPEG baseline and extended (.50, .51) with 8 bits by libjpeg-turbo. ISO 10918-1; YBR is turned into RGB by the codec. */
import instantiate from '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs';
import { PacsError } from '../../vocabulary/failure.ts';
import { readCodeStreamHeader, type CodeStreamDecoder } from './code-stream.ts';
import { decodeWithWasm, lazy, MUTE } from './wasm-decoder.ts';

const turboJpeg = lazy(() => instantiate(MUTE));

/** Decodes an 8-bit JPEG code stream. Throws `unsupported-transfer-syntax` for 12 bits, which no available codec reads. */
export const decodeJpeg: CodeStreamDecoder = (codeStream) => {
  const { bitsPerSample } = readCodeStreamHeader(codeStream);
  if (bitsPerSample !== 8) {
    throw new PacsError(
      'unsupported-transfer-syntax',
      `JPEG Extended (1.2.840.10008.1.2.4.51) with ${bitsPerSample} bits a sample cannot be decoded; 8 bits can`,
    );
  }
  return decodeWithWasm(turboJpeg, ({ JPEGDecoder }) => new JPEGDecoder(), codeStream);
};
