/**
 * The grey-scale transformations of a source image, as a presentation state must repeat them. PS3.3 C.11.1, C.11.8,
 * C.11.6; PS3.4 N.2.1.
 *
 * Trap: a presentation state overrides Photometric Interpretation (PS3.4 N.2.1.4), so a MONOCHROME1 image needs
 * Presentation LUT Shape INVERSE to look as it did: IDENTITY would turn it into its negative.
 */
import type { DataSet } from '../vocabulary/data-set.ts';
import { itemsOf, numberOf, numbersOf, textOf, textsOf } from '../vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../vocabulary/dictionary.ts';

/**
 * Modality LUT, Softcopy VOI LUT and Presentation LUT as the image has them: its first VOI LUT, else its first window, as the models see it.
 * `undefined` where that cannot be said: a colour image, or a lookup table whose bytes are not in `metadata`.
 */
export function grayscalePipeline(metadata: DataSet): DataSet | undefined {
  const photometric = textOf(metadata, TAG.PhotometricInterpretation);
  if (photometric !== 'MONOCHROME1' && photometric !== 'MONOCHROME2') return undefined;
  const modalityLut = carriedModalityLut(metadata);
  const voiLut = carriedVoiLut(metadata);
  if (!modalityLut || !voiLut) return undefined;
  const shape = photometric === 'MONOCHROME1' ? 'INVERSE' : 'IDENTITY';
  return { ...modalityLut, ...voiLut, ...dataSetOf({ PresentationLUTShape: shape }) };
}

function carriedModalityLut(metadata: DataSet): DataSet | undefined {
  const [lut] = itemsOf(metadata, TAG.ModalityLUTSequence);
  if (lut) return isWhole(lut) ? dataSetOf({ ModalityLUTSequence: [lut] }) : undefined;
  const slope = numberOf(metadata, TAG.RescaleSlope);
  const intercept = numberOf(metadata, TAG.RescaleIntercept);
  if (slope === undefined || intercept === undefined) return {};
  return dataSetOf({
    RescaleIntercept: intercept,
    RescaleSlope: slope,
    RescaleType: textOf(metadata, TAG.RescaleType) ?? 'US',
  });
}

function carriedVoiLut(metadata: DataSet): DataSet | undefined {
  const [lut] = itemsOf(metadata, TAG.VOILUTSequence);
  if (lut) {
    return isWhole(lut)
      ? dataSetOf({ SoftcopyVOILUTSequence: [dataSetOf({ VOILUTSequence: [lut] })] })
      : undefined;
  }
  const [center] = numbersOf(metadata, TAG.WindowCenter);
  const [width] = numbersOf(metadata, TAG.WindowWidth);
  if (center === undefined || width === undefined) return {};
  const window = dataSetOf({
    WindowCenter: center,
    WindowWidth: width,
    WindowCenterWidthExplanation: textsOf(metadata, TAG.WindowCenterWidthExplanation)[0],
    VOILUTFunction: textOf(metadata, TAG.VOILUTFunction),
  });
  return dataSetOf({ SoftcopyVOILUTSequence: [window] });
}

/** True for a lookup table with descriptor and data, the data not behind a BulkDataURI. */
function isWhole(lut: DataSet): boolean {
  const data = lut[TAG.LUTData];
  return lut[TAG.LUTDescriptor] !== undefined && (data?.InlineBinary ?? data?.Value) !== undefined;
}
