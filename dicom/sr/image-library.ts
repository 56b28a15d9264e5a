/**
 * The images that a report looked at, writer beside reader: TID 1600 to 1602 (PS3.16).
 *
 * Trap: TID 1602 demands the modality of an entry that says anything of its image, and CID 29 knows no "other": what is
 * analysed is a radiograph, so that is what an unlisted one is called. A size that nobody said is left out.
 */
import type { Code } from '../vocabulary/codes.ts';
import { DCM, UCUM } from '../vocabulary/codes.ts';
import type { Laterality, SourceImage } from '../vocabulary/finding.ts';
import { code, container, image, num, type ContentItem, type ImageReference } from './content-items.ts';
import type { ContentNode } from './content-tree.ts';
import { LATERALITY_CODES } from './finding-group.ts';

/** What a header says of its image beside the size. */
export interface ImageDescriptors {
  /** Modality (0008,0060). */
  readonly modality?: string;
  /** The body part that the header names. CID 4031. */
  readonly targetRegion?: Code;
  readonly laterality?: Laterality;
}

/** An image of the library, to be written. */
export interface LibraryImage {
  readonly source: SourceImage;
  readonly reference: ImageReference;
  readonly descriptors: ImageDescriptors;
}

/** An image of the library as it was read. */
export interface LibraryEntry extends ImageDescriptors {
  readonly sopInstanceUid: string;
  readonly rows?: number;
  readonly columns?: number;
}

/** Radiographic modalities of CID 29. */
const MODALITY_CODES = {
  CR: { value: 'CR', scheme: 'DCM', meaning: 'Computed Radiography' },
  DX: { value: 'DX', scheme: 'DCM', meaning: 'Digital Radiography' },
  IO: { value: 'IO', scheme: 'DCM', meaning: 'Intra-oral Radiography' },
  MG: { value: 'MG', scheme: 'DCM', meaning: 'Mammography' },
  PX: { value: 'PX', scheme: 'DCM', meaning: 'Panoramic X-Ray' },
  RF: { value: 'RF', scheme: 'DCM', meaning: 'Radiofluoroscopy' },
  XA: { value: 'XA', scheme: 'DCM', meaning: 'X-Ray Angiography' },
  RG: { value: 'RG', scheme: 'DCM', meaning: 'Radiographic imaging' },
  XC: { value: 'XC', scheme: 'DCM', meaning: 'External-camera Photography' },
} as const satisfies Record<string, Code>;
const MODALITIES = Object.keys(MODALITY_CODES) as readonly (keyof typeof MODALITY_CODES)[];

/** TID 1600: every image that was looked at, with the size that its coordinates refer to. */
export function imageLibrary(images: readonly LibraryImage[]): ContentItem {
  const entries = images.map(({ source, reference, descriptors }) =>
    image('CONTAINS', undefined, reference, [
      ...descriptorItems(descriptors),
      ...pixels(DCM.pixelDataRows, source.rows),
      ...pixels(DCM.pixelDataColumns, source.columns),
    ]),
  );
  return container('CONTAINS', DCM.imageLibrary, [container('CONTAINS', DCM.imageLibraryGroup, entries)]);
}

function descriptorItems({ modality, targetRegion, laterality }: ImageDescriptors): readonly ContentItem[] {
  const known = MODALITIES.find((one) => one === modality) ?? 'RG';
  return [
    code('HAS ACQ CONTEXT', DCM.modality, MODALITY_CODES[known]),
    ...(targetRegion ? [code('HAS ACQ CONTEXT', DCM.targetRegion, targetRegion)] : []),
    ...(laterality ? [code('HAS ACQ CONTEXT', DCM.imageLaterality, LATERALITY_CODES[laterality])] : []),
  ];
}

function pixels(concept: Code, count: number): readonly ContentItem[] {
  return count > 0 ? [num('HAS ACQ CONTEXT', concept, count, UCUM.pixels)] : [];
}

/** The entries of the library; what they say beyond that stays unknown. */
export function readLibrary(root: ContentNode): readonly LibraryEntry[] {
  return root
    .childrenOf(DCM.imageLibrary)
    .flatMap((library) => [library, ...library.childrenOf(DCM.imageLibraryGroup)])
    .flatMap(({ children }) => children.filter(({ valueType }) => valueType === 'IMAGE'))
    .flatMap(readEntry);
}

function readEntry(entry: ContentNode): readonly LibraryEntry[] {
  const sopInstanceUid = entry.reference?.sopInstanceUid;
  if (sopInstanceUid === undefined) return [];
  entry.isUsed = true;
  const modality = entry.wordIn(DCM.modality, MODALITY_CODES);
  const targetRegion = entry.codeOf(DCM.targetRegion);
  const laterality = entry.wordIn(DCM.imageLaterality, LATERALITY_CODES);
  const rows = entry.numberOf(DCM.pixelDataRows, UCUM.pixels);
  const columns = entry.numberOf(DCM.pixelDataColumns, UCUM.pixels);
  return [
    {
      sopInstanceUid,
      ...(modality !== undefined && { modality }),
      ...(targetRegion && { targetRegion }),
      ...(laterality && { laterality }),
      ...(isSize(rows) && { rows }),
      ...(isSize(columns) && { columns }),
    },
  ];
}

function isSize(value: number | undefined): value is number {
  return Number.isInteger(value) && value !== undefined && value > 0;
}
