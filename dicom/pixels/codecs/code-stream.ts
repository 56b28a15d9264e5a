/**
 * What a compressed frame says of itself before it is decoded, and what a codec gives back.
 *
 * Sources: JPEG SOF ISO 10918-1 B.2.2 (JPEG-LS SOF55 ISO 14495-1 C.2.2 has the same form), JPEG 2000 SIZ ISO 15444-1 A.5.1.
 * Trap: a codec allocates by these numbers, so they are compared with Rows and Columns first.
 */
import { PacsError } from '../../vocabulary/failure.ts';

/** A decoded code stream: samples little endian, one byte each up to 8 bits, else two. */
export interface DecodedSamples {
  readonly columns: number;
  readonly rows: number;
  readonly components: number;
  readonly bitsPerSample: number;
  /** True for colour by plane. */
  readonly isPlanar: boolean;
  readonly bytes: Uint8Array;
}

/** What the data set declares about the samples. */
export interface DeclaredColour {
  readonly photometricInterpretation: string;
}

/** Decodes one code stream. Rejects with whatever its library throws; the frame decoder wraps it. */
export type CodeStreamDecoder = (codeStream: Uint8Array, declared: DeclaredColour) => Promise<DecodedSamples>;

/** Size and depth as the code stream declares them. */
export interface CodeStreamHeader {
  readonly columns: number;
  readonly rows: number;
  readonly components: number;
  readonly bitsPerSample: number;
}

/** Reads the size from a JPEG, JPEG-LS or JPEG 2000 code stream (JPEG 2000 also inside JP2 boxes). Throws `undecodable-pixels` when there is none. */
export function readCodeStreamHeader(codeStream: Uint8Array): CodeStreamHeader {
  const view = new DataView(codeStream.buffer, codeStream.byteOffset, codeStream.byteLength);
  const header =
    view.byteLength >= 4 && view.getUint16(0) === 0xffd8
      ? readStartOfFrame(view)
      : readImageSize(view, codeStream);
  if (header === undefined) {
    throw new PacsError('undecodable-pixels', 'The code stream of the frame declares no image size');
  }
  return header;
}

/** Walks JPEG marker segments to the start of frame. */
function readStartOfFrame(view: DataView): CodeStreamHeader | undefined {
  for (let at = 2; at + 10 <= view.byteLength;) {
    const marker = view.getUint16(at);
    if (marker === 0xffff) {
      at += 1;
    } else if (isStartOfFrame(marker)) {
      return {
        bitsPerSample: view.getUint8(at + 4),
        rows: view.getUint16(at + 5),
        columns: view.getUint16(at + 7),
        components: view.getUint8(at + 9),
      };
    } else {
      at += 2 + Math.max(2, view.getUint16(at + 2));
    }
  }
  return undefined;
}

/** SOF0–SOF15 without DHT, JPG and DAC, and SOF55. */
function isStartOfFrame(marker: number): boolean {
  const isJpeg = marker >= 0xffc0 && marker <= 0xffcf;
  return (isJpeg && marker !== 0xffc4 && marker !== 0xffc8 && marker !== 0xffcc) || marker === 0xfff7;
}

/** Finds SOC followed by SIZ, at the start or behind JP2 boxes. */
function readImageSize(view: DataView, codeStream: Uint8Array): CodeStreamHeader | undefined {
  const start = Buffer.from(
    codeStream.buffer,
    codeStream.byteOffset,
    Math.min(codeStream.byteLength, 4096),
  ).indexOf('ff4fff51', 0, 'hex');
  if (start < 0 || start + 43 > view.byteLength) return undefined;
  return {
    columns: view.getUint32(start + 8) - view.getUint32(start + 16),
    rows: view.getUint32(start + 12) - view.getUint32(start + 20),
    components: view.getUint16(start + 40),
    bitsPerSample: (view.getUint8(start + 42) & 0x7f) + 1,
  };
}
