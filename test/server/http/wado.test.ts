import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textOf } from '../../../dicom/vocabulary/data-set.ts';
import type { DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';
import { decodeImageFile } from '../../../server/imaging/image-codec.ts';
import { bytesOf, partsOf } from '../../support/answers.ts';
import { dicomFile, NO_IMAGE } from '../../support/dicom-file.ts';
import type { FileOverrides } from '../../support/dicom-file.ts';
import { stow } from '../../support/http-server.ts';
import { servedStorage } from '../../support/served-storage.ts';
import { sharedData } from '../../support/shared-data.ts';
import { storeBytes } from '../../support/storage.ts';

const { storage, server } = await servedStorage();

const STUDY = '/studies/1.2.3';
const SERIES = `${STUDY}/series/1.2.3.0`;
const INSTANCE = `${SERIES}/instances/1.2.3.1`;
const FRAMES = 'multipart/related; type=application/octet-stream';

async function keep(attributes: FileOverrides = {}, transferSyntaxUid?: string): Promise<Buffer> {
  const bytes = dicomFile(attributes, transferSyntaxUid);
  expect((await storeBytes(storage.instances(), bytes)).status).toBe('stored');
  return bytes;
}

async function get(path: string, accept = '*/*'): Promise<Response> {
  return await fetch(`${server.base}${path}`, { headers: { Accept: accept } });
}

const words = (...values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);

describe('retrieving DICOM files (PS3.18 10.4.1.1.1)', () => {
  it('returns study, series and instance byte for byte, each part saying its syntax and address', async () => {
    const files = [await keep(), await keep({ SOPInstanceUID: '1.2.3.2' })];
    for (const path of [STUDY, SERIES]) {
      const parts = await partsOf(await get(path, 'multipart/related; type="application/dicom"'));
      expect(parts.map((part) => part.body)).toEqual(files);
      expect(parts[0]?.type).toBe('application/dicom; transfer-syntax=1.2.840.10008.1.2.1');
      expect(parts[0]?.location).toBe(`${server.base}${INSTANCE}`);
    }
    const [part] = await partsOf(await get(INSTANCE));
    expect(part?.body).toEqual(files[0]);
  });

  it('returns one instance as a single part where that is asked for', async () => {
    const file = await keep();
    const response = await get(INSTANCE, 'application/dicom');
    expect(response.headers.get('content-length')).toBe(String(file.length));
    expect(await bytesOf(response)).toEqual(file);
    expect((await get(STUDY, 'application/dicom')).status).toBe(406);
  });

  it('never sends another transfer syntax than the one named', async () => {
    await keep({}, TRANSFER_SYNTAX.jpegBaseline);
    const ask = (syntax: string): Promise<Response> =>
      get(INSTANCE, `application/dicom; transfer-syntax=${syntax}`);
    expect((await ask('*')).status).toBe(200);
    expect((await ask(TRANSFER_SYNTAX.jpegBaseline)).status).toBe(200);
    const refused = await ask(TRANSFER_SYNTAX.explicitVrLittleEndian);
    expect(refused.status).toBe(406);
    expect(await refused.json()).toMatchObject({ error: 'not-acceptable' });
  });

  it('answers 404 to what is not stored, also below another study, and 400 to what is no UID', async () => {
    await keep();
    expect((await get('/studies/1.2.4')).status).toBe(404);
    expect((await get('/studies/1.2.4/series/1.2.3.0/instances/1.2.3.1')).status).toBe(404);
    expect((await get('/studies/..%2f..%2fetc/metadata')).status).toBe(400);
    expect((await get('/studies/%E0%A4%A')).status).toBe(400);
  });
});

describe('retrieving metadata (PS3.18 10.4.1.1.2)', () => {
  it('is one JSON array with a Bulk Data URI in the place of Pixel Data that leads to the pixels', async () => {
    await keep({ PatientName: 'Doe^Jane' });
    const response = await get(`${STUDY}/metadata`, 'application/dicom+json');
    expect(response.headers.get('content-type')).toBe('application/dicom+json; charset=utf-8');
    const [metadata] = (await response.json()) as DataSet[];
    expect(metadata?.[TAG.PatientName]).toEqual({ vr: 'PN', Value: [{ Alphabetic: 'Doe^Jane' }] });
    expect(metadata?.[TAG.TransferSyntaxUID]).toBeUndefined(); // no group 0002
    const url = metadata?.[TAG.PixelData]?.BulkDataURI ?? '';
    expect(url).toBe(`${server.base}${INSTANCE}/bulkdata/7FE00010`);
    const [part] = await partsOf(await fetch(url, { headers: { Accept: FRAMES } }));
    expect(part?.body).toEqual(Buffer.from(words(0, 1, 2, 3, 4, 5, 6, 7)));
  });

  it('has no Pixel Data where the instance has none', async () => {
    await keep(NO_IMAGE);
    const [metadata] = (await (await get(`${INSTANCE}/metadata`)).json()) as DataSet[];
    expect(metadata?.[TAG.PixelData]).toBeUndefined();
    expect((await get(`${INSTANCE}/bulkdata/7FE00010`)).status).toBe(406);
  });
});

describe('retrieving frames (PS3.18 10.4.1.1.6)', () => {
  const multiFrame = { NumberOfFrames: '3', Rows: 1, Columns: 2, PixelData: words(10, 11, 20, 21, 30, 31) };

  it('returns the frames asked for in that order, counted from 1', async () => {
    await keep(multiFrame);
    const parts = await partsOf(await get(`${INSTANCE}/frames/3,1`, `${FRAMES}; transfer-syntax=*`));
    expect(parts.map((part) => part.body)).toEqual([Buffer.from(words(30, 31)), Buffer.from(words(10, 11))]);
    expect(parts[0]?.type).toBe('application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1');
    expect(parts[0]?.location).toBe(`${server.base}${INSTANCE}/frames/3`);
  });

  it('returns one frame as a single part', async () => {
    await keep(multiFrame);
    const response = await get(`${INSTANCE}/frames/2`, 'application/octet-stream');
    expect(await bytesOf(response)).toEqual(Buffer.from(words(20, 21)));
    expect((await get(`${INSTANCE}/frames/1,2`, 'application/octet-stream')).status).toBe(406);
  });

  it('answers 404 beyond the last frame, 400 to what is no frame list, 406 to a syntax it cannot make', async () => {
    await keep(multiFrame);
    expect((await get(`${INSTANCE}/frames/4`)).status).toBe(404);
    for (const list of ['0', '-1', 'x', '1,,2', '1;2']) {
      expect((await get(`${INSTANCE}/frames/${list}`)).status).toBe(400);
    }
    const jpeg = `${FRAMES}; transfer-syntax=${TRANSFER_SYNTAX.jpegBaseline}`;
    expect((await get(`${INSTANCE}/frames/1`, jpeg)).status).toBe(406);
  });

  it('says so when Pixel Data ends before the frame does, and when there is none', async () => {
    await keep({ PixelData: words(1, 2) });
    const response = await get(`${INSTANCE}/frames/1`);
    expect(await response.json()).toMatchObject({ error: 'malformed-dicom' });
    await storage.clear();
    await keep(NO_IMAGE);
    expect(await (await get(`${INSTANCE}/frames/1`)).json()).toMatchObject({ error: 'no-pixel-data' });
  });
});

describe('rendering (PS3.18 8.3.5, 10.4.1.1.3)', () => {
  const ramp = { BitsStored: 16, HighBit: 15, PixelData: words(0, 100, 200, 300, 400, 500, 600, 700) };

  it.each([
    ['MONOCHROME2', '', [0, 36, 73, 109, 146, 182, 219, 255]],
    ['MONOCHROME1', '', [255, 219, 182, 146, 109, 73, 36, 0]],
    ['MONOCHROME2', '?window=300,200,linear-exact', [0, 0, 0, 128, 255, 255, 255, 255]],
  ])('%s as PNG%s', async (photometric, query, expected) => {
    await keep({ ...ramp, PhotometricInterpretation: photometric });
    const response = await get(`${INSTANCE}/rendered${query}`, 'image/png');
    expect(response.headers.get('content-type')).toBe('image/png');
    const image = await decodeImageFile(await bytesOf(response));
    expect([image.columns, image.rows, image.isColour]).toEqual([4, 2, false]);
    [...image.grey].forEach((value, index) => {
      expect(Math.abs(value - (expected[index] ?? NaN))).toBeLessThanOrEqual(1);
    });
  });

  it('is JPEG by default, at instance and at frame', async () => {
    await keep(ramp);
    for (const path of [`${INSTANCE}/rendered`, `${INSTANCE}/frames/1/rendered?quality=50`]) {
      const response = await get(path);
      expect(response.headers.get('content-type')).toBe('image/jpeg');
      expect((await decodeImageFile(await bytesOf(response))).columns).toBe(4);
    }
  });

  it.each([
    'window=1,2',
    'window=1,0,linear',
    'window=a,2,linear',
    'window=1,2,cubic',
    'quality=0',
    'viewport=0,5',
    'viewport=9',
  ])('refuses %s by name', async (query) => {
    await keep(ramp);
    const response = await get(`${INSTANCE}/rendered?${query}`);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { message: string }).message).toContain(query.split('=')[0]);
  });

  it('makes thumbnails of study, series, instance and frame, whatever Accept says beside ?accept=', async () => {
    await keep({ ...ramp, Rows: 512, Columns: 1024, PixelData: new Uint8Array(1024 * 512 * 2) });
    for (const path of [STUDY, SERIES, INSTANCE, `${INSTANCE}/frames/1`]) {
      const response = await get(`${path}/thumbnail?accept=image/jpeg`, FRAMES);
      expect(response.status).toBe(200);
      const image = await decodeImageFile(await bytesOf(response));
      expect([image.columns, image.rows]).toEqual([256, 128]);
    }
  });

  it('answers 406 to what has no pixels', async () => {
    await keep(NO_IMAGE);
    expect((await get(`${STUDY}/thumbnail`)).status).toBe(406);
  });
});

describe.skipIf(sharedData() === undefined)('real radiographs (needs ../shared/data)', () => {
  const folder = join(sharedData() ?? '', 'dicom', 'wg04');
  const radiographs = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /RG[23]_\w+\.dcm$/.test(name),
    );

  it('come back byte for byte, and their frames decoded as the lossless original has them', async () => {
    const digests = new Map<string, Set<string>>();
    for (const name of radiographs()) {
      await storage.clear();
      const file = readFileSync(join(folder, name));
      const answer = (await (await stow(`${server.base}/studies`, [file])).json()) as DataSet;
      expect(answer[TAG.FailedSOPSequence]).toBeUndefined();
      const [instance] = (await (await get('/instances')).json()) as DataSet[];
      const url = textOf(instance ?? {}, TAG.RetrieveURL) ?? '';
      const stored = await fetch(url, { headers: { Accept: 'application/dicom; transfer-syntax=*' } });
      expect(await bytesOf(stored)).toEqual(file);
      const frame = await fetch(`${url}/frames/1`, { headers: { Accept: 'application/octet-stream' } });
      // JPLY is 12-bit JPEG Extended, for which there is no decoder: refused by name.
      expect(frame.status).toBe(name.includes('JPLY') ? 406 : 200);
      if (frame.status !== 200) continue;
      const digest = createHash('sha256')
        .update(await bytesOf(frame))
        .digest('hex');
      const image = /RG[23]/.exec(name)?.[0] ?? '';
      const isLossless = /JPLL|JLSL|RLE|UNC|J2KR/.test(name);
      if (isLossless) digests.set(image, (digests.get(image) ?? new Set()).add(digest));
      expect((await fetch(`${url}/rendered`, { headers: { Accept: 'image/jpeg' } })).status).toBe(200);
    }
    expect([...digests.values()].map((set) => set.size)).toEqual([1, 1]);
  });
});
