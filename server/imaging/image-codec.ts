/**
 * JPEG and PNG: encoding of rendered images, decoding of imported files. The only importer of sharp.
 *
 * Trap: sharp takes the depth of raw input from the typed array, so 16-bit samples must be a `Uint16Array`, and it
 * returns 16-bit grey only from `toColourspace('grey16')`.
 */
import sharp, { type Sharp } from 'sharp';
import { PacsError } from '../../dicom/vocabulary/failure.ts';

/** Samples to encode, 8 bits each, row by row from the top left; colour by pixel when `channels` is 3. */
export interface Raster {
  readonly columns: number;
  readonly rows: number;
  readonly channels: 1 | 3;
  readonly samples: Uint8Array;
}

/** A decoded file: grey samples of 8 or 16 bits, the orientation of its metadata applied. */
export interface DecodedImage {
  readonly columns: number;
  readonly rows: number;
  readonly grey: Uint8Array | Uint16Array;
  readonly bits: 8 | 16;
  /** True when the file was in colour; `grey` is then its luma. */
  readonly isColour: boolean;
  /** True when the file's own compression loses information (JPEG). */
  readonly isLossy: boolean;
}

/** Most pixels a file may declare: told from its header, before anything is allocated. */
const MAX_PIXELS = 268_000_000;

/** Encodes as baseline JPEG; `quality` 1–100. */
export async function encodeJpeg(raster: Raster, quality = 90): Promise<Uint8Array> {
  return await encoder(raster).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
}

/** Encodes as PNG, 8 bits a sample. */
export async function encodePng(raster: Raster): Promise<Uint8Array> {
  return await encoder(raster).png({ compressionLevel: 3 }).toBuffer();
}

/** Scales a raster to fit `columns` × `rows`, its aspect ratio kept. */
export async function fitWithin(raster: Raster, columns: number, rows: number): Promise<Raster> {
  const { data, info } = await encoder(raster)
    .resize(columns, rows, { fit: 'inside' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { columns: info.width, rows: info.height, channels: raster.channels, samples: data };
}

/** Decodes a JPEG or PNG file to grey. Throws `unsupported-media-type` for anything else, `malformed-dicom` never: a damaged file is `undecodable-pixels`. */
export async function decodeImageFile(bytes: Uint8Array): Promise<DecodedImage> {
  try {
    const metadata = await sharp(bytes).metadata();
    if (metadata.format !== 'jpeg' && metadata.format !== 'png') {
      throw new PacsError('unsupported-media-type', 'The file is neither JPEG nor PNG');
    }
    const isDeep = metadata.depth === 'ushort';
    const grey = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
      .rotate()
      .flatten({ background: 'black' })
      .toColourspace(isDeep ? 'grey16' : 'b-w');
    const { data, info } = await grey
      .raw({ depth: isDeep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return {
      columns: info.width,
      rows: info.height,
      grey: isDeep ? wordsOf(data) : new Uint8Array(data),
      bits: isDeep ? 16 : 8,
      isColour: metadata.channels >= 3,
      isLossy: metadata.format === 'jpeg',
    };
  } catch (error) {
    if (error instanceof PacsError) throw error;
    throw new PacsError('undecodable-pixels', 'The image file is damaged or declares too many pixels', {
      cause: error,
    });
  }
}

/** Decodes a JPEG or PNG file that {@link decodeImageFile} took, with its colours. Throws `undecodable-pixels`. */
export async function decodeColourImageFile(bytes: Uint8Array): Promise<Raster> {
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
      .rotate()
      .flatten({ background: 'black' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { columns: info.width, rows: info.height, channels: 3, samples: new Uint8Array(data) };
  } catch (error) {
    throw new PacsError('undecodable-pixels', 'The colours of the image file cannot be decoded', {
      cause: error,
    });
  }
}

function encoder({ samples, columns, rows, channels }: Raster): Sharp {
  const image = sharp(samples, { raw: { width: columns, height: rows, channels } });
  return channels === 1 ? image.toColourspace('b-w') : image;
}

/** 16-bit samples in a copy of their own, whatever the alignment of the buffer they came in. */
function wordsOf(data: Uint8Array): Uint16Array {
  const words = new Uint16Array(data.byteLength / 2);
  new Uint8Array(words.buffer).set(data);
  return words;
}
