/**
 * Whether pixels may show who the patient is. PS3.15 E.3.1: without the Clean Pixel Data Option such images are not
 * de-identified; here they are refused. PS3.3 C.7.6.1.1.7 (Burned In Annotation).
 */
import { textOf, textsOf, type DataSet } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import { SOP_CLASS } from '../vocabulary/uids.ts';

/** Why an image is refused. One row a reason. */
export const PIXEL_REFUSALS = {
  'burned-in': 'Burned In Annotation is YES',
  recognizable: 'Recognizable Visual Features is YES',
  'burned-in-unknown':
    'A kind of image that often has text burned in, and Burned In Annotation does not say NO',
  'not-a-radiograph': 'Neither a CR nor a DX image',
} as const;
export type PixelRefusal = keyof typeof PIXEL_REFUSALS;

/** Classes whose images come from a detector. */
const RADIOGRAPHS: ReadonlySet<string> = new Set([
  SOP_CLASS.computedRadiography,
  SOP_CLASS.digitalXRayForPresentation,
  SOP_CLASS.digitalXRayForProcessing,
]);
const SECONDARY_CAPTURES = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.|$)/;

/** The reason why an image is not exported; `undefined` for one that is. */
export function pixelRefusalOf(dataSet: DataSet): PixelRefusal | undefined {
  const burnedIn = textOf(dataSet, TAG.BurnedInAnnotation);
  if (burnedIn === 'YES') return 'burned-in';
  if (textOf(dataSet, TAG.RecognizableVisualFeatures) === 'YES') return 'recognizable';
  const sopClassUid = textOf(dataSet, TAG.SOPClassUID) ?? '';
  const isRadiograph = RADIOGRAPHS.has(sopClassUid);
  const isSecondary = SECONDARY_CAPTURES.test(sopClassUid);
  if (!isRadiograph && !isSecondary && textOf(dataSet, TAG.Modality) !== 'US') return 'not-a-radiograph';
  const isOpen =
    !isRadiograph ||
    dataSet[TAG.ConversionType] !== undefined ||
    !/^(CR|DX)$/.test(textOf(dataSet, TAG.Modality) ?? '') ||
    textsOf(dataSet, TAG.ImageType)[1] === 'SECONDARY';
  if (isOpen && burnedIn !== 'NO') return 'burned-in-unknown';
  return isRadiograph || isSecondary ? undefined : 'not-a-radiograph';
}
