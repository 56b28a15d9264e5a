/**
 * Overlay planes (60xx) that are burnt into rendered images. PS3.3 C.9.2.
 *
 * Trap: the origin counts from 1\1, row first, and may lie outside the image. Overlays in the unused bits of Pixel Data
 * (retired) are not read.
 */
import { numberOf, numbersOf, type DataSet, type Tag } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { bulkDataAt } from './bulk-data.ts';

/** One plane of bits, the first pixel in the lowest bit. */
export interface OverlayPlane {
  readonly columns: number;
  readonly rows: number;
  /** Column and row of its top left pixel in the image, from 0. */
  readonly left: number;
  readonly top: number;
  readonly bits: Uint8Array;
}

/** True when a data set describes an overlay. */
export function hasOverlays(attributes: DataSet): boolean {
  return overlayGroups(attributes).length > 0;
}

/** The planes of a whole file; one whose bits are missing, or whose size is none, is left out. */
export function readOverlayPlanes(file: Uint8Array, attributes: DataSet): readonly OverlayPlane[] {
  return overlayGroups(attributes).flatMap((group) => {
    const inGroup = (tag: Tag): Tag => `${group}${tag.slice(4)}`;
    const rows = numberOf(attributes, inGroup(TAG.OverlayRows)) ?? 0;
    const columns = numberOf(attributes, inGroup(TAG.OverlayColumns)) ?? 0;
    const [top = 1, left = 1] = numbersOf(attributes, inGroup(TAG.OverlayOrigin));
    const bits = bitsAt(file, inGroup(TAG.OverlayData));
    const isSized = [rows, columns, top, left].every(Number.isInteger) && rows > 0 && columns > 0;
    return isSized && bits.length * 8 >= rows * columns
      ? [{ columns, rows, left: left - 1, top: top - 1, bits }]
      : [];
  });
}

function bitsAt(file: Uint8Array, tag: Tag): Uint8Array {
  try {
    return Uint8Array.from(bulkDataAt(file, tag));
  } catch (error) {
    if (error instanceof PacsError && error.kind === 'not-found') return new Uint8Array();
    throw error;
  }
}

function overlayGroups(attributes: DataSet): readonly string[] {
  return Object.keys(attributes)
    .filter((tag) => /^60[0-9A-F]{2}3000$/.test(tag))
    .map((tag) => tag.slice(0, 4));
}
