/**
 * Our readers and writers as a client of Orthanc's DICOMweb: what they store there is what Orthanc keeps, and what they
 * read back is what our own reader makes of the file.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { itemsOf, textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { InstanceHeader } from '../../dicom/vocabulary/instance.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { dicomWebClient, type DicomWebClient } from '../support/dicom-web-client.ts';
import { startOrthanc, type Orthanc } from '../support/orthanc.ts';
import { sharedData } from '../support/shared-data.ts';
import { areSame, inOrder, MADE_STUDIES, REAL_STUDIES, type ExchangedStudy } from './exchanged-studies.ts';

let orthanc: Orthanc;
let client: DicomWebClient;
let studies: string[] = [];

beforeAll(async () => {
  orthanc = await startOrthanc();
  client = dicomWebClient(orthanc.dicomWebRoot);
});
afterAll(async () => {
  await orthanc.stop();
});
afterEach(async () => {
  for (const study of studies) await orthanc.forget(study);
  studies = [];
});

async function journey({ files: make }: ExchangedStudy): Promise<void> {
  const files = inOrder(await make());
  const sources = files.map((file) => readHeader(file));
  const [{ studyInstanceUid, transferSyntaxUid, attributes }] = sources as [InstanceHeader];
  studies.push(studyInstanceUid);

  const answer = await client.store(files);
  expect(itemsOf(answer, TAG.FailedSOPSequence)).toEqual([]);
  expect(referencedIn(answer)).toEqual(sources.map(({ sopInstanceUid }) => sopInstanceUid).toSorted());
  expect(areSame(await orthanc.filesOf(studyInstanceUid), files)).toBe(true);

  const [match, ...others] = await client.read(`/studies?StudyInstanceUID=${studyInstanceUid}`);
  expect(others).toEqual([]);
  for (const tag of FOUND) expect(match?.[tag] ?? {}).toEqual(attributes[tag] ?? {});

  for (const source of sources) {
    const path = pathOf(source);
    const [metadata = {}] = await client.read(`${path}/metadata`);
    expect(comparable(metadata)).toEqual(comparable(source.attributes));
    const [inXml = {}] = await client.readXml(`${path}/metadata`);
    expect(asInXml(comparable(inXml))).toEqual(asInXml(comparable(source.attributes)));
  }

  expect(areSame(await client.retrieve(`/studies/${studyInstanceUid}`, '*'), files)).toBe(true);
  if (!DECODED_BY_ORTHANC.includes(transferSyntaxUid)) return;
  for (const [at, source] of sources.entries()) {
    if (!source.pixelData) continue;
    const { samples } = await decodeFrame(files[at] ?? new Uint8Array(), source, 0);
    const [plain = Buffer.alloc(0)] = await client.retrieve(pathOf(source), EXPLICIT);
    const header = readHeader(plain);
    expect(header.transferSyntaxUid).toBe(EXPLICIT);
    expect((await decodeFrame(plain, header, 0)).samples).toEqual(samples);
    const [frame] = await client.octets(`${pathOf(source)}/frames/1`);
    expect(frame?.body.equals(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength))).toBe(
      true,
    );
  }
}

const EXPLICIT = TRANSFER_SYNTAX.explicitVrLittleEndian;

/** Attributes of a study that Orthanc returns as they are. Its search loses letters of names that are not Latin. */
const FOUND = [
  TAG.StudyDate,
  TAG.StudyTime,
  TAG.AccessionNumber,
  TAG.PatientID,
  TAG.PatientBirthDate,
  TAG.PatientSex,
  TAG.StudyID,
];

/** What Orthanc makes plain without a further plugin; it uses dcmtk, we do not. JPEG 2000 is not among them. */
const DECODED_BY_ORTHANC: readonly string[] = [
  EXPLICIT,
  TRANSFER_SYNTAX.implicitVrLittleEndian,
  TRANSFER_SYNTAX.explicitVrBigEndian,
  TRANSFER_SYNTAX.rleLossless,
  TRANSFER_SYNTAX.jpegBaseline,
  TRANSFER_SYNTAX.jpegLossless,
  TRANSFER_SYNTAX.jpegLosslessFirstOrder,
  TRANSFER_SYNTAX.jpegLsLossless,
  TRANSFER_SYNTAX.jpegLsNearLossless,
];

/**
 * A data set without what the two tell in different ways by right: Pixel Data and what follows it, private values (bulk
 * data there), and the first, empty value of Specific Character Set, which Orthanc leaves out.
 */
function comparable(dataSet: DataSet): DataSet {
  const entries = Object.entries(dataSet).filter(
    ([tag]) =>
      tag !== TAG.SpecificCharacterSet &&
      tag < TAG.PixelData &&
      Number.parseInt(tag.slice(0, 4), 16) % 2 === 0,
  );
  return Object.fromEntries(entries);
}

/** As Orthanc writes it in XML: numbers in the precision of 32 bits, a line end that XML does not keep. */
function asInXml(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, inner: unknown) => {
    if (typeof inner === 'number') return Math.fround(inner);
    return typeof inner === 'string' ? inner.replaceAll('\r\n', '\n') : inner;
  });
}

function pathOf({ studyInstanceUid, seriesInstanceUid, sopInstanceUid }: InstanceHeader): string {
  return `/studies/${studyInstanceUid}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`;
}

function referencedIn(answer: DataSet): (string | undefined)[] {
  return itemsOf(answer, TAG.ReferencedSOPSequence)
    .map((item) => textOf(item, TAG.ReferencedSOPInstanceUID))
    .toSorted();
}

describe('a study stored in Orthanc and read back', () => {
  it.each(MADE_STUDIES)('$name', journey);
});
describe.skipIf(!sharedData())('the same with real files (needs ../shared/data)', () => {
  it.each(REAL_STUDIES)('$name', journey);
});
