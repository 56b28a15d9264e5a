/**
 * A JPEG or PNG radiograph as a Secondary Capture Image: grey, unless it really is in colour. PS3.3 A.8.1, C.8.6; lossy compression C.7.6.1.1.5.
 *
 * Same file, name and options give the same bytes: UIDs are made from the SHA-256 of the file and from what is said of it,
 * and no date is written, since none is known. The manufacturer tells the analysis that this secondary image is a
 * radiograph all the same. Trap: names of files often are names of patients. The name goes into Study Description, where
 * such things belong, and nowhere else: no log, no error.
 */
import { createHash } from 'node:crypto';

import { nameBasedUid } from '../../dicom/results/identifiers.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { MANUFACTURER, SOP_CLASS } from '../../dicom/vocabulary/uids.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import { colourRefusalOf } from '../../models/usable-image.ts';
import {
  decodeColourImageFile,
  decodeImageFile,
  type DecodedImage,
  type Raster,
} from '../imaging/image-codec.ts';

/** What the person who imports says of an image, since the file itself says nothing. */
export interface ImageDescription {
  /** Modality (0008,0060), e.g. `DX`. */
  readonly modality: string;
  /** Patient's Sex (0010,0040); absent: not known. */
  readonly sex?: 'M' | 'F';
  /** Patient's Age (0010,1010) in whole years; absent: not known. */
  readonly ageYears?: number;
  /** Body Part Examined (0018,0015), a defined term of PS3.16 Annex L; absent: not known. */
  readonly bodyPart?: string;
  /** Study Description (0008,1030), e.g. the name of the file; absent: none. */
  readonly title?: string;
}

/** Largest number Rows and Columns (VR US) can say. */
const MAX_SIDE = 65_535;

/**
 * Turns the bytes of a JPEG or PNG file into a Part 10 file. Throws `unsupported-media-type`, `undecodable-pixels` or
 * `too-large`.
 */
export async function importImage(file: Uint8Array, description: ImageDescription): Promise<Uint8Array> {
  const image = await decodeImageFile(file);
  if (image.columns > MAX_SIDE || image.rows > MAX_SIDE) {
    throw new PacsError(
      'too-large',
      `The image is ${image.columns} × ${image.rows}; Columns and Rows hold up to ${MAX_SIDE}`,
    );
  }
  const colour = image.isColour ? await coloursOf(file) : undefined;
  const dataSet: DataSet = {
    ...identity(file, description),
    ...secondaryCapture(image, file.byteLength, colour !== undefined),
    ...(colour ? colourAttributes(colour) : greyAttributes(image)),
  };
  return writePart10(dataSet, { pixelData: littleEndianBytes(colour?.samples ?? image.grey) });
}

/** The colours of a picture that is more than grey. They are kept, so that the analysis can refuse it by name. */
async function coloursOf(file: Uint8Array): Promise<Raster | undefined> {
  const raster = await decodeColourImageFile(file);
  const frame = { ...raster, samplesPerPixel: 3, photometricInterpretation: 'RGB' } as const;
  return colourRefusalOf(frame) ? raster : undefined;
}

/** Patient, Study, Series and SOP Common. What must be there and is not known is empty (type 2). */
function identity(file: Uint8Array, description: ImageDescription): DataSet {
  const { modality, sex, ageYears, bodyPart } = description;
  const title = description.title === undefined ? undefined : longString(description.title);
  const fileHash = createHash('sha256').update(file).digest('hex');
  const said = JSON.stringify([modality, sex, ageYears, bodyPart]);
  return dataSetOf({
    SOPClassUID: SOP_CLASS.secondaryCapture,
    // An object with another description has other bytes, so it is another instance, in the same study.
    SOPInstanceUID: nameBasedUid('import instance', fileHash, title ?? '', said),
    StudyInstanceUID: nameBasedUid('import study', fileHash, title ?? ''),
    SeriesInstanceUID: nameBasedUid('import series', fileHash, title ?? '', said),
    PatientName: [],
    PatientID: [],
    PatientBirthDate: [],
    PatientSex: sex ?? [],
    PatientAge: ageYears === undefined ? undefined : `${String(ageYears).padStart(3, '0')}Y`,
    StudyDate: [],
    StudyTime: [],
    ReferringPhysicianName: [],
    StudyID: [],
    StudyDescription: title,
    AccessionNumber: [],
    Modality: modality,
    BodyPartExamined: bodyPart,
    SeriesNumber: 1,
    InstanceNumber: 1,
    Laterality: [],
    PatientOrientation: [],
  });
}

/** A text as VR LO holds it: 64 characters, no backslash, no control characters. PS3.5 6.2. */
function longString(text: string): string {
  return text
    .replaceAll(/[\\\p{Cc}]/gu, ' ')
    .slice(0, 64)
    .trim();
}

/** SC Equipment and General Image. */
function secondaryCapture(image: DecodedImage, fileBytes: number, isInColour: boolean): DataSet {
  return dataSetOf({
    ImageType: ['DERIVED', 'SECONDARY'],
    ConversionType: 'WSD',
    SecondaryCaptureDeviceManufacturer: MANUFACTURER,
    SeriesDescription: image.isLossy ? 'Imported JPEG' : 'Imported PNG',
    DerivationDescription: image.isColour && !isInColour ? 'Luma of a colour image' : undefined,
    LossyImageCompression: image.isLossy ? '01' : '00',
    LossyImageCompressionRatio: image.isLossy ? compressionRatio(image, fileBytes) : undefined,
    LossyImageCompressionMethod: image.isLossy ? 'ISO_10918_1' : undefined,
  });
}

function compressionRatio(image: DecodedImage, fileBytes: number): number {
  const uncompressed = image.grey.byteLength * (image.isColour ? 3 : 1);
  return Math.round((uncompressed / fileBytes) * 100) / 100;
}

function greyAttributes({ rows, columns, bits }: DecodedImage): DataSet {
  return dataSetOf({
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: rows,
    Columns: columns,
    BitsAllocated: bits,
    BitsStored: bits,
    HighBit: bits - 1,
    PixelRepresentation: 0,
    // The whole range, so that every viewer shows it alike: LINEAR maps 0 to black and the largest value to white (C.11.2.1.2.1).
    WindowCenter: 2 ** (bits - 1),
    WindowWidth: 2 ** bits,
  });
}

/** Colour by pixel, 8 bits a sample. PS3.3 C.7.6.3.1.2, C.7.6.3.1.3. */
function colourAttributes({ rows, columns }: Raster): DataSet {
  return dataSetOf({
    SamplesPerPixel: 3,
    PhotometricInterpretation: 'RGB',
    PlanarConfiguration: 0,
    Rows: rows,
    Columns: columns,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
  });
}

/** Pixel Data: little endian whatever this machine is, padded to an even length. PS3.5 8.1.1. */
function littleEndianBytes(samples: Uint8Array | Uint16Array): Uint8Array {
  const bytes = new Uint8Array(samples.byteLength + (samples.byteLength % 2));
  if (samples instanceof Uint8Array) {
    bytes.set(samples);
    return bytes;
  }
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, index) => {
    view.setUint16(index * 2, sample, true);
  });
  return bytes;
}
