/** JPEG lossless (.57, .70) by jpeg-lossless-decoder-js. ISO 10918-1 Annex H. Trap: it reads colour of 8 bits only. */
import { Decoder } from 'jpeg-lossless-decoder-js';
import { PacsError } from '../../vocabulary/failure.ts';
import { readCodeStreamHeader, type CodeStreamDecoder } from './code-stream.ts';

/** Decodes a lossless JPEG code stream. Throws `unsupported-transfer-syntax` for colour of more than 8 bits. */
export const decodeJpegLossless: CodeStreamDecoder = (codeStream) => {
  const header = readCodeStreamHeader(codeStream);
  if (header.components !== 1 && header.bitsPerSample > 8) {
    throw new PacsError(
      'unsupported-transfer-syntax',
      `JPEG lossless colour with ${header.bitsPerSample} bits a sample cannot be decoded; 8 bits can`,
    );
  }
  const samples = new Decoder().decode(codeStream.buffer, codeStream.byteOffset, codeStream.byteLength);
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return Promise.resolve({ ...header, isPlanar: false, bytes });
};
