/**
 * What a report's image library says of an image, from its header. PS3.16 TID 1602.
 */
import type { ImageDescriptors } from '../sr/image-library.ts';
import type { DataSet } from '../vocabulary/data-set.ts';
import { textOf } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import { bodyPartOf } from './finding-sites.ts';

/** Modality, body part and side, each as far as the header says it in a standard term. */
export function descriptorsOf(metadata: DataSet): ImageDescriptors {
  const modality = textOf(metadata, TAG.Modality);
  const part = bodyPartOf(metadata);
  const side = textOf(metadata, TAG.ImageLaterality) ?? textOf(metadata, TAG.Laterality);
  return {
    ...(modality !== undefined && { modality }),
    ...(part && { targetRegion: part.code }),
    ...((side === 'L' || side === 'R' || side === 'B' || side === 'U') && { laterality: side }),
  };
}
