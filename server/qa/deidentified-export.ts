/**
 * A choice of studies as files that no longer say whom they are of: radiographs and measurement reports by the Basic Profile
 * (`dicom/deidentify`), and the rows of the audit about them.
 *
 * Each file is put together anew in Explicit VR Little Endian from its decoded pixels, so that no comment within a compressed
 * stream, no preamble and nothing behind the pixels comes along. UIDs and pseudonyms follow from a secret that is drawn for
 * each export and forgotten: two exports cannot be put side by side.
 */
import { createHmac } from 'node:crypto';
import { deidentified, type Disguise } from '../../dicom/deidentify/deidentify.ts';
import { PIXEL_REFUSALS, pixelRefusalOf } from '../../dicom/deidentify/pixel-refusal.ts';
import { nativeBits, storedSamples } from '../../dicom/pixels/stored-samples.ts';
import { readImagePixel, type ImagePixel } from '../../dicom/read/image-pixel.ts';
import { readPart10 } from '../../dicom/read/part10-reader.ts';
import { readReport } from '../../dicom/sr/report-reader.ts';
import { DCM, isSameCode } from '../../dicom/vocabulary/codes.ts';
import { numberOf, textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { SOP_CLASS, TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import type { DicomWebServices } from '../http/dicom-web-services.ts';
import { isOfThePixels, openInstance } from '../http/instance-bytes.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';
import { csvOf, deidentifiedCsv, type LabelledStudy } from './statistics/csv.ts';
import type { ArchivedFile } from './zip-archive.ts';

/** What an export needs of the server. */
export type ExportServices = Pick<DicomWebServices, 'objects' | 'imaging' | 'decodingPlaces'> & {
  readonly index: StudyIndex;
};

export interface ExportOptions {
  /** At least 32 random bytes, used for this export alone. */
  readonly secret: Uint8Array;
  /** Texts that say nothing of a patient: notices, names and versions of models. */
  readonly plainTexts: ReadonlySet<string>;
}

/** Why an instance is not among the files, beside what its pixels forbid. */
const REASONS = {
  ...PIXEL_REFUSALS,
  'other-object': 'Neither a radiograph nor a measurement report',
  unreadable: 'It cannot be read, or not be decoded',
} as const;
type Reason = keyof typeof REASONS;

interface LeftOut {
  readonly studyUid: string;
  readonly sopInstanceUid: string;
  readonly reason: Reason;
}

/** A part of a study that may be exported, read. */
interface Candidate {
  readonly instance: StoredInstance;
  readonly dataSet: DataSet;
  readonly pixelData?: Uint8Array;
}

const REPORTS: ReadonlySet<string> = new Set([SOP_CLASS.comprehensiveSr, SOP_CLASS.comprehensive3dSr]);

/** The files, in the order of the studies; last `studies.csv` and `left-out.csv`. Throws `storage-unavailable`. */
export async function* deidentifiedFiles(
  services: ExportServices,
  studies: readonly LabelledStudy[],
  { secret, plainTexts }: ExportOptions,
): AsyncGenerator<ArchivedFile> {
  const uidOf = (uid: string): string => uidFrom(secret, uid);
  const rows: LabelledStudy[] = [];
  const leftOut: LeftOut[] = [];
  for (const study of studies) {
    const studyUid = uidOf(study.studyInstanceUid);
    const refuse = ({ sopInstanceUid }: StoredInstance, reason: Reason): void => {
      leftOut.push({ studyUid, sopInstanceUid: uidOf(sopInstanceUid), reason });
    };
    const instances = await services.index.listInstances({ studyUid: study.studyInstanceUid });
    const exported = new Set<string>();
    const disguise: Disguise = {
      ...{ uidOf, plainTexts },
      pseudonym: pseudonymOf(secret, instances[0]),
      isExported: (uid) => exported.has(uid),
    };
    const reports: Candidate[] = [];
    for (const instance of instances) {
      const candidate = await read(services, instance, refuse);
      if (!candidate) continue;
      if (REPORTS.has(instance.sopClassUid)) reports.push(candidate);
      else {
        const file = write(candidate, disguise);
        if (!file) refuse(instance, 'unreadable');
        else {
          exported.add(instance.sopInstanceUid);
          yield file;
        }
      }
    }
    // A report without an image says nothing that could be checked.
    if (exported.size === 0) {
      for (const { instance } of reports) refuse(instance, 'other-object');
      continue;
    }
    for (const { instance } of reports) exported.add(instance.sopInstanceUid);
    for (const candidate of reports) {
      const file = write(candidate, disguise);
      if (!file) throw new PacsError('internal', 'A report that was read cannot be written');
      yield file;
    }
    const models = study.models.map((model) => (isPlainModel(model, plainTexts) ? model : 'other'));
    rows.push({ ...study, studyInstanceUid: studyUid, models });
  }
  yield { name: 'studies.csv', bytes: Buffer.from(deidentifiedCsv(rows)) };
  yield { name: 'left-out.csv', bytes: Buffer.from(leftOutCsv(leftOut)) };
}

/** Reads what may be exported; refuses the rest. */
async function read(
  services: ExportServices,
  instance: StoredInstance,
  refuse: (instance: StoredInstance, reason: Reason) => void,
): Promise<Candidate | undefined> {
  const isReport = REPORTS.has(instance.sopClassUid);
  const refusal = isReport
    ? undefined
    : instance.pixelData
      ? pixelRefusalOf(instance.metadata)
      : 'other-object';
  if (refusal) {
    refuse(instance, refusal === 'not-a-radiograph' ? 'other-object' : refusal);
    return undefined;
  }
  try {
    const { read: bytesOf } = await openInstance(services, instance, TRANSFER_SYNTAX.explicitVrLittleEndian);
    const pieces: Uint8Array[] = [];
    for await (const piece of bytesOf()) pieces.push(Uint8Array.from(piece));
    const bytes = Buffer.concat(pieces);
    const { header, dataSet } = readPart10(bytes);
    if (isReport) {
      const { title } = readReport(dataSet);
      if (title && isSameCode(title, DCM.imagingMeasurementReport)) return { instance, dataSet };
      refuse(instance, 'other-object');
      return undefined;
    }
    const { offset = 0, length = 0 } = header.pixelData ?? {};
    const expected = pixelBytes(dataSet);
    if (length >= expected) {
      const pixel = readImagePixel(header);
      const pixelData = valuesAlone(bytes.subarray(offset, offset + expected), pixel);
      const highBit = dataSetOf({ HighBit: pixel.bitsStored - 1 });
      return { instance, dataSet: { ...dataSet, ...highBit }, pixelData };
    }
  } catch (error) {
    if (!isOfThePixels(error)) throw error;
  }
  refuse(instance, 'unreadable');
  return undefined;
}

/** The stored values without what stands in the bits around them: older equipment keeps overlays there, with names in them. */
function valuesAlone(pixels: Uint8Array, pixel: ImagePixel): Uint8Array {
  if (pixel.bitsAllocated === 1) return pixels;
  const count = pixels.length / (pixel.bitsAllocated / 8);
  const { buffer, byteOffset, byteLength } = storedSamples(pixels, count, nativeBits(pixel));
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The file under its new UIDs; `undefined` where what is left cannot be written. */
function write({ dataSet, pixelData }: Candidate, disguise: Disguise): ArchivedFile | undefined {
  try {
    const clean = deidentified(dataSet, disguise);
    const bytes = writePart10(clean, pixelData ? { pixelData } : {});
    const [study = '', instance = ''] = [TAG.StudyInstanceUID, TAG.SOPInstanceUID].map((tag) =>
      textOf(clean, tag),
    );
    return { name: `dicom/${study}/${instance}.dcm`, bytes };
  } catch (error) {
    if (error instanceof PacsError) return undefined;
    throw error;
  }
}

/** Bytes of native pixels; what follows them in the element is no pixel. PS3.5 8.1.1. */
function pixelBytes(dataSet: DataSet): number {
  const value = (tag: string, otherwise: number): number => numberOf(dataSet, tag) ?? otherwise;
  const samples = value(TAG.Rows, 0) * value(TAG.Columns, 0) * value(TAG.SamplesPerPixel, 1);
  const isSubsampled = textOf(dataSet, TAG.PhotometricInterpretation) === 'YBR_FULL_422';
  const bits = samples * value(TAG.BitsAllocated, 16) * value(TAG.NumberOfFrames, 1);
  return Math.ceil((isSubsampled ? (bits * 2) / 3 : bits) / 8);
}

/** `2.25.` and a UUID of version 8 from the secret and the UID. PS3.5 B.2. */
function uidFrom(secret: Uint8Array, uid: string): string {
  const hash = createHmac('sha256', secret).update(`uid ${uid}`).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return `2.25.${BigInt(`0x${hash.toString('hex', 0, 16)}`).toString()}`;
}

function pseudonymOf(secret: Uint8Array, instance: StoredInstance | undefined): string {
  const { metadata = {}, studyInstanceUid = '' } = instance ?? {};
  const id = textOf(metadata, TAG.PatientID) ?? '';
  const issuer = textOf(metadata, TAG.IssuerOfPatientID) ?? '';
  // Without an ID nobody knows which studies are of one patient.
  const who = JSON.stringify(id === '' ? ['study', studyInstanceUid] : ['patient', id, issuer]);
  return `P${createHmac('sha256', secret).update(who).digest('hex').slice(0, 12).toUpperCase()}`;
}

/** Models are told by `name version`. */
function isPlainModel(model: string, plainTexts: ReadonlySet<string>): boolean {
  const end = model.lastIndexOf(' ');
  return plainTexts.has(model.slice(0, end)) && plainTexts.has(model.slice(end + 1));
}

function leftOutCsv(leftOut: readonly LeftOut[]): string {
  return csvOf(leftOut, [
    ['study_instance_uid', ({ studyUid }) => studyUid],
    ['sop_instance_uid', ({ sopInstanceUid }) => sopInstanceUid],
    ['reason', ({ reason }) => reason],
    ['meaning', ({ reason }) => REASONS[reason]],
  ]);
}
