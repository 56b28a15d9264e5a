/**
 * JPEG baseline and extended (.50, .51) with 8 bits by libjpeg-turbo. ISO 10918-1.
 *
 * The codec turns YBR into RGB. Trap: without a JFIF or Adobe marker it takes any three components for YBR, also those
 * that DICOM declares as RGB; an Adobe marker that says "no transform" is put in for them.
 */
import instantiate from '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs';
import { PacsError } from '../../vocabulary/failure.ts';
import { readCodeStreamHeader, type CodeStreamDecoder } from './code-stream.ts';
import { decodeWithWasm, lazy, muted } from './wasm-decoder.ts';

const turboJpeg = lazy(() => instantiate(muted()));
const START_OF_IMAGE_LENGTH = 2;
/** APP14: length 14, "Adobe", version 100, flags 0, transform 0. ITU-T T.872 6.5.3. */
const ADOBE_WITHOUT_TRANSFORM = Uint8Array.from([
  0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0,
]);

/** Decodes an 8-bit JPEG code stream; colour comes back as RGB. Throws `unsupported-transfer-syntax` for 12 bits, which no available codec reads. */
export const decodeJpeg: CodeStreamDecoder = (codeStream, { photometricInterpretation }) => {
  const { bitsPerSample, components } = readCodeStreamHeader(codeStream);
  if (bitsPerSample !== 8) {
    throw new PacsError(
      'unsupported-transfer-syntax',
      `JPEG Extended (1.2.840.10008.1.2.4.51) with ${bitsPerSample} bits a sample cannot be decoded; 8 bits can`,
    );
  }
  const isPlainRgb = components === 3 && photometricInterpretation === 'RGB' && !namesItsColour(codeStream);
  const input = isPlainRgb ? withAdobeMarker(codeStream) : codeStream;
  return decodeWithWasm(turboJpeg, ({ JPEGDecoder }) => new JPEGDecoder(), input);
};

/** True when an application marker before the frame says which colours it holds. */
function namesItsColour(codeStream: Uint8Array): boolean {
  const head = Buffer.from(codeStream.buffer, codeStream.byteOffset, Math.min(codeStream.byteLength, 1024));
  return head.includes('JFIF', 0, 'latin1') || head.includes('Adobe', 0, 'latin1');
}

function withAdobeMarker(codeStream: Uint8Array): Uint8Array {
  const marked = new Uint8Array(codeStream.length + ADOBE_WITHOUT_TRANSFORM.length);
  marked.set(codeStream.subarray(0, START_OF_IMAGE_LENGTH));
  marked.set(ADOBE_WITHOUT_TRANSFORM, START_OF_IMAGE_LENGTH);
  marked.set(
    codeStream.subarray(START_OF_IMAGE_LENGTH),
    START_OF_IMAGE_LENGTH + ADOBE_WITHOUT_TRANSFORM.length,
  );
  return marked;
}
