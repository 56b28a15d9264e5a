/**
 * What an image that is derived from another says of lossy compression. PS3.3 C.7.6.1.1.5.
 *
 * Trap: once an image has lost information, everything derived from it has, whatever its own encoding is.
 */
import { numbersOf, textOf, textsOf, type DataSet } from '../vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../vocabulary/dictionary.ts';

/** Lossy Image Compression of the source, with ratio and method as far as it tells them; `00` where it says nothing. */
export function inheritedCompression(metadata: DataSet): DataSet {
  if (textOf(metadata, TAG.LossyImageCompression) !== '01') return dataSetOf({ LossyImageCompression: '00' });
  const ratios = numbersOf(metadata, TAG.LossyImageCompressionRatio);
  const methods = textsOf(metadata, TAG.LossyImageCompressionMethod);
  return dataSetOf({
    LossyImageCompression: '01',
    LossyImageCompressionRatio: ratios.length > 0 ? ratios : undefined,
    LossyImageCompressionMethod: methods.length > 0 ? methods : undefined,
  });
}
