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

/**
 * The data set once its own pixels are compressed with loss: ratio and method of the new step follow those of earlier ones.
 * `ratio` is native bytes for each compressed one. PS3.3 C.7.6.1.1.5.1, C.7.6.1.1.5.2.
 */
export function compressedWithLoss(dataSet: DataSet, ratio: number, method: string): DataSet {
  const ratios = numbersOf(dataSet, TAG.LossyImageCompressionRatio);
  const methods = textsOf(dataSet, TAG.LossyImageCompressionMethod);
  const areTold = ratios.length === methods.length;
  return {
    ...dataSet,
    ...dataSetOf({
      LossyImageCompression: '01',
      LossyImageCompressionRatio: [...(areTold ? ratios : []), Math.round(ratio * 100) / 100],
      LossyImageCompressionMethod: [...(areTold ? methods : []), method],
    }),
  };
}
