/**
 * JPEG and PNG: encoding of rendered images, decoding of imported files. The only importer of sharp.
 *
 * Trap: sharp takes the depth of raw input from the typed array, so 16-bit samples must be a `Uint16Array`, and it
 * returns 16-bit grey only from `toColourspace('grey16')`.
 */
import sharp, { type Sharp } from 'sharp';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { joinStrips, stripRows } from './strip-jpeg.ts';

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

/** Parts of a large image that are coded side by side. More would only take the threads that read files. */
const STRIPS = 2;
/** Smaller images are coded in less time than it takes to divide them. */
const LEAST_PIXELS_TO_DIVIDE = 1_000_000;

/** Encodes as baseline JPEG; `quality` 1–100. A large image has a restart interval for each of its parts. */
export async function encodeJpeg(raster: Raster, quality = 90): Promise<Uint8Array> {
  const { columns, rows, channels, samples } = raster;
  const rowsOfStrip = columns * rows < LEAST_PIXELS_TO_DIVIDE ? rows : stripRows(columns, rows, STRIPS);
  const strips = Array.from({ length: Math.ceil(rows / rowsOfStrip) }, (_, index) => {
    const part = samples.subarray(...[index, index + 1].map((end) => end * rowsOfStrip * columns * channels));
    const strip = { columns, rows: part.length / (columns * channels), channels, samples: part };
    return encoder(strip).jpeg({ quality, chromaSubsampling: '4:4:4', optimiseCoding: false }).toBuffer();
  });
  return joinStrips(await Promise.all(strips), { columns, rows, rowsOfStrip });
}

/** Encodes values of 0–255 as PNG of white whose opacity they are: grey with alpha, 8 bits each. */
export async function encodeOpacityPng(
  layer: Pick<Raster, 'columns' | 'rows' | 'samples'>,
): Promise<Uint8Array> {
  const { columns, rows, samples } = layer;
  const pairs = new Uint8Array(samples.length * 2).fill(255);
  for (const [index, value] of samples.entries()) pairs[index * 2 + 1] = value;
  const raw = { width: columns, height: rows, channels: 2 } as const;
  return await sharp(pairs, { raw }).toColourspace('b-w').png({ compressionLevel: 6 }).toBuffer();
}

/** Encodes as PNG, 8 bits a sample. */
export async function encodePng(raster: Raster): Promise<Uint8Array> {
  return await encoder(raster).png({ compressionLevel: PNG_LEVEL }).toBuffer();
}

/** Beyond it, radiographs become hardly smaller and take several times as long. */
const PNG_LEVEL = 1;

/** Encodes as GIF; several images of one size become an animation that shows each for `frameMs` milliseconds. */
export async function encodeGif(images: readonly Raster[], frameMs: number): Promise<Uint8Array> {
  const [first] = images;
  if (!first) throw new PacsError('internal', 'A GIF needs an image');
  const { columns, rows, channels } = first;
  const samples = images.length === 1 ? first.samples : Buffer.concat(images.map((image) => image.samples));
  const raw = { width: columns, height: rows * images.length, channels, pageHeight: rows };
  return await sharp(samples, { raw })
    .gif({ delay: images.map(() => frameMs), dither: 0 })
    .toBuffer();
}

/** What is done to the shape of an image, in this order: cut, turned clockwise, mirrored, scaled to fit. */
export interface Reshape {
  readonly area?: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  readonly rotation: 0 | 90 | 180 | 270;
  readonly isMirrored: boolean;
  readonly isUpsideDown: boolean;
  /** The image is scaled to fit this, its aspect ratio kept. */
  readonly viewport?: { readonly columns: number; readonly rows: number };
}

/** Changes the shape of an image; the image itself where nothing is to be done. */
export async function reshape(raster: Raster, shape: Reshape): Promise<Raster> {
  const { area, rotation, isMirrored, isUpsideDown, viewport } = shape;
  const cut = area ? await pixelsOf(raster, encoder(raster).extract(area)) : raster;
  const turned = rotation === 0 ? cut : await pixelsOf(cut, encoder(cut).rotate(rotation));
  if (!isMirrored && !isUpsideDown && !viewport) return turned;
  const image = encoder(turned).flop(isMirrored).flip(isUpsideDown);
  const scaled = viewport ? image.resize(viewport.columns, viewport.rows, { fit: 'inside' }) : image;
  return await pixelsOf(turned, scaled);
}

async function pixelsOf({ channels }: Raster, image: Sharp): Promise<Raster> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { columns: info.width, rows: info.height, channels, samples: data };
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
