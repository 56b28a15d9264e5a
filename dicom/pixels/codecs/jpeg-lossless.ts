/**
 * JPEG lossless (.57, .70) by jpeg-lossless-decoder-js. ISO 10918-1 Annex H.
 *
 * Trap: the library reads colour of 8 bits only, and loses the last pixel when the end marker follows its code closely
 * (seen in the WG04 sample CT2); it is therefore given the code stream without that marker.
 */
import { Decoder } from 'jpeg-lossless-decoder-js';
import { PacsError } from '../../vocabulary/failure.ts';
import { readCodeStreamHeader, type CodeStreamDecoder } from './code-stream.ts';

/** Zero bytes behind the entropy-coded data, which the library may read ahead. */
const READ_AHEAD = 16;

/** Decodes a lossless JPEG code stream. Throws `unsupported-transfer-syntax` for colour of more than 8 bits. */
export const decodeJpegLossless: CodeStreamDecoder = (codeStream) => {
  const header = readCodeStreamHeader(codeStream);
  if (header.components !== 1 && header.bitsPerSample > 8) {
    throw new PacsError(
      'unsupported-transfer-syntax',
      `JPEG lossless colour with ${header.bitsPerSample} bits a sample cannot be decoded; 8 bits can`,
    );
  }
  const padded = withoutEndMarker(codeStream);
  const samples = new Decoder().decode(padded.buffer, padded.byteOffset, padded.byteLength);
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return Promise.resolve({ ...header, isPlanar: false, bytes });
};

/** A copy whose end marker (FFD9), and what follows it, is replaced by zeros. Without an end marker the code was cut short, and the library would make up the rest. */
function withoutEndMarker(codeStream: Uint8Array): Uint8Array {
  const end = Buffer.from(codeStream.buffer, codeStream.byteOffset, codeStream.byteLength).lastIndexOf(
    'ffd9',
    undefined,
    'hex',
  );
  if (end < 0) {
    throw new PacsError(
      'undecodable-pixels',
      'The lossless JPEG code stream ends without an end marker (FFD9)',
    );
  }
  const padded = new Uint8Array(end + READ_AHEAD);
  padded.set(codeStream.subarray(0, end));
  return padded;
}
