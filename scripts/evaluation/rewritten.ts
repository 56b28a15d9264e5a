/**
 * An imported picture with other pixels: taken out as the server would show them, put back as told.
 */
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { toGrey } from '../../dicom/pixels/render.ts';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { readPixelModule } from '../../dicom/read/pixel-module.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { GreyImage } from '../../dicom/vocabulary/image.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';

/** How an image is stored. */
export interface StoredAs {
  readonly image: GreyImage;
  /** Bits Stored, up to 16. */
  readonly bits: number;
  /** Stored value of a sample; absent: 0–1 over the whole range of the bits. */
  readonly store?: (sample: number) => number;
  /** Attributes that belong to it, a window among them if there shall be one. */
  readonly attributes: DataSet;
}

const REPLACED: readonly string[] = [TAG.WindowCenter, TAG.WindowWidth, TAG.PlanarConfiguration];

/** The same instance, UIDs and patient, with the pixels that `change` makes of its image. */
export async function rewritten(
  part10: Uint8Array,
  change: (image: GreyImage) => StoredAs,
): Promise<Uint8Array> {
  const header = readHeader(part10);
  const stored = change(toGrey(await decodeFrame(part10, header, 0), readPixelModule(header)));
  const kept = Object.fromEntries(
    Object.entries(header.attributes).filter(([tag]) => !REPLACED.includes(tag)),
  );
  const dataSet = { ...kept, ...layoutOf(stored), ...stored.attributes };
  return writePart10(dataSet, { pixelData: bytesOf(stored) });
}

function layoutOf({ image, bits }: StoredAs): DataSet {
  return dataSetOf({
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: image.rows,
    Columns: image.columns,
    BitsAllocated: 16,
    BitsStored: bits,
    HighBit: bits - 1,
    PixelRepresentation: 0,
  });
}

/** Unsigned 16-bit words, little endian. */
function bytesOf({ image, bits, store }: StoredAs): Uint8Array {
  const most = 2 ** bits - 1;
  const valueOf = store ?? ((sample: number) => Math.round(sample * most));
  const bytes = new Uint8Array(image.samples.length * 2);
  const view = new DataView(bytes.buffer);
  image.samples.forEach((sample, index) => {
    view.setUint16(index * 2, valueOf(sample), true);
  });
  return bytes;
}

/** A window that shows every value of these bits. PS3.3 C.11.2.1.2.1. */
export function wholeWindow(bits: number): DataSet {
  return window(2 ** (bits - 1), 2 ** bits);
}

export function window(center: number, width: number): DataSet {
  return dataSetOf({ WindowCenter: Math.round(center), WindowWidth: Math.round(width) });
}
