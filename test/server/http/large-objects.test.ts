/** Objects whose size is not that of pixels: a document and a waveform of 40 MB, through a store and back. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bulkDataAt } from '../../../dicom/read/bulk-data.ts';
import { readPart10 } from '../../../dicom/read/part10-reader.ts';
import { itemsOf, type DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';
import { bytesOf } from '../../support/answers.ts';
import { IDENTITY, part10, type RawElementInput } from '../../support/part10-bytes.ts';
import { servedStorage } from '../../support/served-storage.ts';
import { wrappedObject, wrappedStore } from '../../support/wrapped-store.ts';

const SIZE = 40_000_000;
const CHUNK = 1_000_000;
const INSTANCE = '/studies/2.25.1/series/2.25.2/instances/2.25.3';
const MARK = Buffer.from('here is the value');

/** Most bytes of a stored or staged object that were held at once. */
let most = 0;
const noted = async (bytes: Promise<Uint8Array>): Promise<Uint8Array> => {
  most = Math.max(most, (await bytes).length);
  return await bytes;
};
const { storage, server } = await servedStorage({
  services: (own) => {
    const objects = wrappedStore(own.objects, {
      stage: async (...given) => {
        const staged = await own.objects.stage(...given);
        return wrappedObject(staged, { read: (range) => noted(staged.read(range)) });
      },
      read: (...given) => noted(own.objects.read(...given)),
    });
    return { objects, instances: own.instances({ objects }) };
  },
});

/** The long value, a chunk at a time. */
function* value(): Generator<Uint8Array> {
  for (let at = 0; at < SIZE; at += CHUNK) yield new Uint8Array(CHUNK).fill(at / CHUNK);
}

/** A file, a chunk at a time, in which the value stands in the place of {@link MARK}. Its sequences are of undefined length. */
function* fileOf(
  elements: readonly RawElementInput[],
  syntax: string,
  isImplicit: boolean,
): Generator<Uint8Array> {
  const file = Buffer.from(
    part10([...IDENTITY, ...elements], syntax, { isImplicit, hasUndefinedLengths: true }),
  );
  const at = file.indexOf(MARK);
  file.writeUInt32LE(SIZE, at - 4);
  yield file.subarray(0, at);
  yield* value();
  yield file.subarray(at + MARK.length + (MARK.length % 2));
}

function sha256(chunks: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

async function sha256Of(response: Response): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of response.body ?? []) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

async function get(path: string, accept: string, headers: Record<string, string> = {}): Promise<Response> {
  const url = path.startsWith('http') ? path : `${server.base}${path}`;
  const response = await fetch(url, { headers: { Accept: accept, ...headers } });
  expect(response.ok).toBe(true);
  return response;
}

const DOCUMENT: readonly RawElementInput[] = [
  ['00420011', 'OB', MARK],
  ['00420012', 'LO', 'application/pdf'],
  ['FFFCFFFC', 'OB', new Uint8Array(100)],
];
const WAVEFORM: readonly RawElementInput[] = [
  ['54000100', 'SQ', [[['003A0005', 'US', Uint8Array.of(12, 0)], ['54001010', 'OW', MARK]], [['54001006', 'CS', 'SS']]]],
]; // prettier-ignore

describe('an object of 40 MB without pixels', () => {
  it.each([
    ['a document', DOCUMENT, '1.2.840.10008.5.1.4.1.1.104.1', 'bulkdata/00420011', false],
    ['a waveform', WAVEFORM, '1.2.840.10008.5.1.4.1.1.9.1.1', 'bulkdata/54000100.1.54001010', false],
    ['a waveform in implicit VR', WAVEFORM, '1.2.840.10008.5.1.4.1.1.9.1.1', 'bulkdata/54000100.1.54001010', true],
  ])('is stored and given back, and little of it is ever held: %s', async (_what, elements, sopClass, address, isImplicit) => {
    most = 0;
    const syntax = isImplicit ? TRANSFER_SYNTAX.implicitVrLittleEndian : TRANSFER_SYNTAX.explicitVrLittleEndian;
    const chunks = (): Iterable<Uint8Array> => fileOf([...elements, ['00080016', 'UI', sopClass]], syntax, isImplicit);
    const response = await fetch(`${server.base}/studies`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/dicom' },
      body: ReadableStream.from(chunks()),
      duplex: 'half',
    });
    expect(response.status, await response.text()).toBe(200);

    const [instance] = await storage.index.listInstances({ studyUid: '2.25.1' });
    expect(instance).toMatchObject({ sha256: sha256(chunks()), sopClassUid: sopClass });
    const [metadata = {}] = (await (await get(`${INSTANCE}/metadata`, 'application/dicom+json')).json()) as DataSet[];
    const [first = {}] = itemsOf(metadata, '54000100');
    const uri = (metadata['00420011'] ?? first['54001010'])?.BulkDataURI ?? '';
    expect(uri).toBe(`${server.base}${INSTANCE}/${address}`);
    expect(metadata['00420012']?.Value ?? itemsOf(metadata, '54000100')).toEqual(
      elements === DOCUMENT ? ['application/pdf'] : [expect.anything(), { '54001006': { vr: 'CS', Value: ['SS'] } }],
    );

    expect(await sha256Of(await get(uri, 'application/octet-stream'))).toBe(sha256(value()));
    const tail = await get(uri, 'application/octet-stream', { Range: 'bytes=-3' });
    expect(Buffer.from(await tail.arrayBuffer())).toEqual(Buffer.alloc(3, 39));
    if (elements === DOCUMENT) {
      expect(await sha256Of(await get(`${INSTANCE}/rendered`, 'application/pdf'))).toBe(sha256(value()));
    }
    const file = await get(INSTANCE, 'application/dicom; transfer-syntax=*');
    if (isImplicit) {
      const plain = await bytesOf(file);
      expect(readPart10(plain).dataSet).toEqual(instance?.metadata);
      expect(sha256([bulkDataAt(plain, address.replace('bulkdata/', ''))])).toBe(sha256(value()));
    } else expect(await sha256Of(file)).toBe(sha256(chunks()));
    expect(most).toBeLessThan(CHUNK);
  }); // prettier-ignore
});
