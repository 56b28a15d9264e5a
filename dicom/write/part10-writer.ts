/**
 * A data set as a Part 10 file, Explicit VR Little Endian unless the caller says otherwise. PS3.10 7.1, PS3.5 7.
 *
 * The one importer of dcmjs, of which only the serialiser is used. Trap: it copies binary values through buffers of
 * 4 KiB, so pixel bytes go round it: they are the last element of the file and are appended as they are.
 */
import dcmjs, { type DcmjsDataSet, type DcmjsElement } from 'dcmjs';
import type { DataElement, DataSet, Tag } from '../vocabulary/data-set.ts';
import { isItem, numberOf, textOf } from '../vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../vocabulary/dictionary.ts';
import { PacsError, asPacsError } from '../vocabulary/failure.ts';
import {
  IMPLEMENTATION_CLASS_UID,
  IMPLEMENTATION_VERSION_NAME,
  parseUid,
  TRANSFER_SYNTAX,
} from '../vocabulary/uids.ts';
import { formattedValues, isBinaryVr } from './element-values.ts';

export interface WriteOptions {
  /** Only Explicit VR Little Endian is written today; another UID is refused. */
  readonly transferSyntaxUid?: string;
  /** Native pixel bytes, little endian; OB where Bits Allocated is 8 or less, else OW. PS3.5 A.2. */
  readonly pixelData?: Uint8Array;
}

/**
 * Writes a data set with our file meta information (PS3.10 7.1), Specific Character Set ISO_IR 192, sorted tags and
 * even lengths. Group 0002, Pixel Data and what would follow it are not taken from the data set.
 * Throws `missing-attribute` without the SOP UIDs, `invalid-uid`, `invalid-value` for a value its VR cannot hold or a
 * binary element whose bytes are not at hand, and `unsupported-transfer-syntax`.
 */
export function writePart10(dataSet: DataSet, options: WriteOptions = {}): Uint8Array {
  const transferSyntaxUid = options.transferSyntaxUid ?? TRANSFER_SYNTAX.explicitVrLittleEndian;
  if (transferSyntaxUid !== TRANSFER_SYNTAX.explicitVrLittleEndian) {
    throw new PacsError('unsupported-transfer-syntax', `cannot write transfer syntax ${transferSyntaxUid}`);
  }
  const head = serialise(fileMeta(dataSet, transferSyntaxUid), {
    ...dataSet,
    ...dataSetOf({ SpecificCharacterSet: 'ISO_IR 192' }),
  });
  return options.pixelData ? withPixelData(head, options.pixelData, pixelVr(dataSet)) : head;
}

/** The preamble and the file meta information for a data set that is written piece by piece. Throws like {@link writePart10}. PS3.10 7.1. */
export function writeFileMeta(dataSet: DataSet, transferSyntaxUid: string): Uint8Array {
  return serialise(fileMeta(dataSet, transferSyntaxUid), {});
}

/** Elements of a data set with all that is in them, encoded in the order of their tags. Throws `invalid-value`. */
export function writeElementsOf(dataSet: DataSet): Uint8Array {
  const characterSet = dataSetOf({ SpecificCharacterSet: 'ISO_IR 192' });
  const whole = serialise({}, { ...dataSet, ...characterSet }, isNoGroupLength);
  const isOwn = dataSet[TAG.SpecificCharacterSet] !== undefined;
  // The serialiser must be told the character set even where the elements lie behind it.
  return whole.subarray(serialise({}, isOwn ? {} : characterSet).length);
}

function fileMeta(dataSet: DataSet, transferSyntaxUid: string): DcmjsDataSet {
  const sopClassUid = requiredUid(dataSet, 'SOPClassUID');
  const sopInstanceUid = requiredUid(dataSet, 'SOPInstanceUID');
  return {
    [TAG.FileMetaInformationVersion]: { vr: 'OB', Value: [Uint8Array.of(0, 1).buffer] },
    [TAG.MediaStorageSOPClassUID]: { vr: 'UI', Value: [sopClassUid] },
    [TAG.MediaStorageSOPInstanceUID]: { vr: 'UI', Value: [sopInstanceUid] },
    [TAG.TransferSyntaxUID]: { vr: 'UI', Value: [transferSyntaxUid] },
    [TAG.ImplementationClassUID]: { vr: 'UI', Value: [IMPLEMENTATION_CLASS_UID] },
    [TAG.ImplementationVersionName]: { vr: 'SH', Value: [IMPLEMENTATION_VERSION_NAME] },
  };
}

function requiredUid(dataSet: DataSet, keyword: 'SOPClassUID' | 'SOPInstanceUID'): string {
  const uid = textOf(dataSet, TAG[keyword]);
  if (uid === undefined) throw new PacsError('missing-attribute', `${keyword} is absent`);
  return parseUid(uid, keyword);
}

function serialise(
  meta: DcmjsDataSet,
  dataSet: DataSet,
  isWritten: (tag: Tag) => boolean = precedesPixelData,
): Uint8Array {
  const dict = new dcmjs.data.DicomDict(meta);
  dict.dict = prepared(dataSet, isWritten);
  try {
    return new Uint8Array(dict.write({ allowInvalidVRLength: true }));
  } catch (error) {
    throw asPacsError(error, 'invalid-value');
  }
}

/** Group lengths are retired. PS3.5 7.2. */
function isNoGroupLength(tag: Tag): boolean {
  return !tag.endsWith('0000');
}

function precedesPixelData(tag: Tag): boolean {
  return tag < TAG.PixelData;
}

function prepared(dataSet: DataSet, isWritten: (tag: Tag) => boolean): DcmjsDataSet {
  const result: DcmjsDataSet = {};
  for (const tag of Object.keys(dataSet).sort()) {
    const element = dataSet[tag];
    if (element === undefined || tag < '00080000' || !isWritten(tag)) continue;
    result[tag] = preparedElement(tag, element, isWritten);
  }
  return result;
}

function preparedElement(tag: Tag, element: DataElement, isWritten: (tag: Tag) => boolean): DcmjsElement {
  if (element.vr === 'SQ') {
    return { vr: 'SQ', Value: items(tag, element).map((item) => prepared(item, isWritten)) };
  }
  if (isBinaryVr(element.vr)) return { vr: element.vr, Value: [binaryValue(tag, element)] };
  return { vr: element.vr, Value: formattedValues(tag, element) };
}

function items(tag: Tag, element: DataElement): readonly DataSet[] {
  return (element.Value ?? []).map((item) => {
    if (isItem(item)) return item;
    throw new PacsError('invalid-value', `element ${tag}: an item of a sequence must be a data set`);
  });
}

function binaryValue(tag: Tag, element: DataElement): ArrayBuffer {
  if (element.BulkDataURI !== undefined) {
    throw new PacsError('invalid-value', `element ${tag}: the bytes behind a BulkDataURI are not at hand`);
  }
  const bytes = Uint8Array.from(Buffer.from(element.InlineBinary ?? '', 'base64'));
  return bytes.buffer;
}

function pixelVr(dataSet: DataSet): 'OB' | 'OW' {
  const bitsAllocated = numberOf(dataSet, TAG.BitsAllocated);
  if (bitsAllocated === undefined) throw new PacsError('missing-attribute', 'BitsAllocated is absent');
  return bitsAllocated > 8 ? 'OW' : 'OB';
}

/** Appends Pixel Data (7FE0,0010) with its 12-byte explicit VR header and a zero to make its length even. PS3.5 7.1.2. */
function withPixelData(head: Uint8Array, pixels: Uint8Array, vr: 'OB' | 'OW'): Uint8Array {
  const length = pixels.length + (pixels.length % 2);
  const file = new Uint8Array(head.length + 12 + length);
  const view = new DataView(file.buffer);
  file.set(head);
  view.setUint16(head.length, 0x7fe0, true);
  view.setUint16(head.length + 2, 0x0010, true);
  file.set([vr.charCodeAt(0), vr.charCodeAt(1), 0, 0], head.length + 4);
  view.setUint32(head.length + 8, length, true);
  file.set(pixels, head.length + 12);
  return file;
}
