/**
 * The Image Pixel attributes of compressed frames, read from the first of them where the metadata leave them out.
 * PS3.18 10.5.1.4, PS3.3 C.7.6.3.1.
 *
 * Trap: a code stream does not always say what its colours are; then the metadata must.
 */
import { readCodeStreamHeader } from '../pixels/codecs/code-stream.ts';
import type { DataSet } from '../vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { TRANSFER_SYNTAX } from '../vocabulary/uids.ts';

/** What three components are in the code streams that leave no choice. PS3.5 8.2.1, 8.2.3. */
const COLOUR: Readonly<Record<string, string>> = {
  [TRANSFER_SYNTAX.jpegBaseline]: 'YBR_FULL_422',
  [TRANSFER_SYNTAX.jpegExtended]: 'YBR_FULL_422',
  [TRANSFER_SYNTAX.jpegLossless]: 'RGB',
  [TRANSFER_SYNTAX.jpegLosslessFirstOrder]: 'RGB',
  [TRANSFER_SYNTAX.jpegLsLossless]: 'RGB',
  [TRANSFER_SYNTAX.jpegLsNearLossless]: 'RGB',
};

/**
 * The attributes that `dataSet` lacks; none where it has Rows. `frame` is the first frame, or its first bytes. Throws
 * `missing-attribute` where the code stream does not tell, `undecodable-pixels` where it is none.
 */
export function describeFrames(dataSet: DataSet, transferSyntaxUid: string, frame: Uint8Array): DataSet {
  if (dataSet[TAG.Rows]) return {};
  if (transferSyntaxUid === TRANSFER_SYNTAX.rleLossless) {
    throw new PacsError('missing-attribute', 'Rows (0028,0010) is absent, and RLE frames do not tell it');
  }
  const { rows, columns, components, bitsPerSample } = readCodeStreamHeader(frame);
  const photometric = components === 1 ? 'MONOCHROME2' : COLOUR[transferSyntaxUid];
  if (photometric === undefined || (components !== 1 && components !== 3)) {
    throw new PacsError(
      'missing-attribute',
      'PhotometricInterpretation (0028,0004) is absent, and the code stream does not tell it',
    );
  }
  return dataSetOf({
    SamplesPerPixel: components,
    PhotometricInterpretation: photometric,
    PlanarConfiguration: components === 3 ? 0 : undefined,
    Rows: rows,
    Columns: columns,
    BitsAllocated: bitsPerSample > 8 ? 16 : 8,
    BitsStored: bitsPerSample,
    HighBit: bitsPerSample - 1,
    PixelRepresentation: 0,
  });
}
