/** Retrieval in other transfer syntaxes than the stored one, and of bulk data. PS3.18 8.7.3, 10.4. */
import { afterEach, describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../dicom/pixels/frame-decoder.ts';
import { encodeFrame } from '../../../dicom/pixels/frame-encoder.ts';
import { readPart10 } from '../../../dicom/read/part10-reader.ts';
import { numberOf, textOf, type DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { TRANSFER_SYNTAX } from '../../../dicom/vocabulary/uids.ts';
import type { ByteRange } from '../../../server/storage/object-store.ts';
import { bytesOf, partsOf } from '../../support/answers.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import {
  ENCAPSULATED,
  fragments,
  IDENTITY,
  imageElements,
  part10,
  u16,
  type RawElementInput,
} from '../../support/part10-bytes.ts';
import { servedStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';
import { wrappedStore } from '../../support/wrapped-store.ts';

/** Ranges read since the start; `undefined` for whole files. */
let reads: (ByteRange | undefined)[] = [];
const { storage, server } = await servedStorage({
  services: ({ objects }) => ({
    objects: wrappedStore(objects, {
      read: (key, range) => {
        reads.push(range);
        return objects.read(key, range);
      },
    }),
  }),
});
afterEach(() => {
  reads = [];
});

const EXPLICIT = TRANSFER_SYNTAX.explicitVrLittleEndian;
const MADE = [
  TRANSFER_SYNTAX.jpegLsLossless,
  TRANSFER_SYNTAX.jpeg2000Lossless,
  TRANSFER_SYNTAX.htj2kLossless,
];
const INSTANCE = '/studies/2.25.1/series/2.25.2/instances/2.25.3';
const SAMPLES = Array.from({ length: 64 }, (_, index) => (index * 997) % 65_536);

async function keep(file: Uint8Array): Promise<void> {
  expect((await storeBytes(storage.instances(), file)).status).toBe('stored');
}

async function get(path: string, accept: string): Promise<Response> {
  return await fetch(`${server.base}${path}`, { headers: { Accept: accept } });
}

const file = (transferSyntax?: string): string =>
  `application/dicom${transferSyntax === undefined ? '' : `; transfer-syntax=${transferSyntax}`}`;

async function framesOf(bytes: Uint8Array, count: number): Promise<number[][]> {
  const { header } = readPart10(bytes);
  const frames = [];
  for (let frame = 0; frame < count; frame++)
    frames.push([...(await decodeFrame(bytes, header, frame)).samples]);
  return frames;
}

/** Two frames of 8 × 4 samples, compressed, with no offset table. */
async function compressed(syntax: string): Promise<Uint8Array> {
  const layout = { rows: 4, columns: 8, frames: 2, samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2', isPlanar: false, bitsAllocated: 16, bitsStored: 16, highBit: 15, isSigned: false } as const; // prettier-ignore
  const streams = [];
  for (const half of [SAMPLES.slice(0, 32), SAMPLES.slice(32)]) {
    const frame = { ...layout, samples: Uint16Array.from(half) };
    const stream = await encodeFrame(frame, layout, syntax);
    streams.push(stream.length % 2 === 0 ? stream : Buffer.concat([stream, new Uint8Array(1)]));
  }
  const elements: RawElementInput[] = [
    ...imageElements(8, 4, new Uint8Array(), 16, [['00280008', 'IS', '2']]),
    ['7FE00010', 'OB', fragments([], ...streams), ENCAPSULATED],
  ];
  return part10(elements, syntax);
}

describe('an instance in another transfer syntax (PS3.18 8.7.3.5)', () => {
  it.each([TRANSFER_SYNTAX.implicitVrLittleEndian, TRANSFER_SYNTAX.explicitVrBigEndian])(
    'stored in %s goes out as Explicit VR Little Endian, whatever is asked for but itself',
    async (syntax) => {
      const isBigEndian = syntax === TRANSFER_SYNTAX.explicitVrBigEndian;
      const pixels = isBigEndian ? Uint8Array.from(Buffer.from(u16(1, 2, 3, 4)).swap16()) : u16(1, 2, 3, 4);
      const turn = ([tag, vr, value]: RawElementInput): RawElementInput =>
        isBigEndian && vr === 'US' && value instanceof Uint8Array
          ? [tag, vr, value.toReversed()]
          : [tag, vr, value];
      const elements = imageElements(2, 2, u16(1, 2, 3, 4), 16).map(turn);
      const encoding = isBigEndian ? { isBigEndian } : { isImplicit: true };
      await keep(part10([...elements, ['7FE00010', 'OW', pixels]], syntax, encoding));
      for (const accept of [file(), file('*'), file(EXPLICIT), '*/*']) {
        const response = await get(INSTANCE, accept);
        const bytes = accept === '*/*' ? (await partsOf(response))[0]?.body : await bytesOf(response);
        expect(readPart10(bytes ?? Buffer.alloc(0)).header.transferSyntaxUid).toBe(EXPLICIT);
        expect(await framesOf(bytes ?? Buffer.alloc(0), 1)).toEqual([[1, 2, 3, 4]]);
      }
      expect((await get(INSTANCE, file(syntax))).status).toBe(406);
    },
  );

  it.each(MADE)('is compressed in %s without loss, and decoded again', async (syntax) => {
    const pixels = new Uint8Array(Uint16Array.from(SAMPLES).buffer);
    await keep(part10([...imageElements(8, 4, pixels, 16), ['00280008', 'IS', '2']]));
    const response = await get(INSTANCE, file(syntax));
    expect(response.headers.get('content-type')).toBe(file(syntax));
    const bytes = await bytesOf(response);
    expect(readPart10(bytes).header.transferSyntaxUid).toBe(syntax);
    expect(await framesOf(bytes, 2)).toEqual([SAMPLES.slice(0, 32), SAMPLES.slice(32)]);

    await storage.clear();
    await keep(bytes);
    const again = await bytesOf(await get(INSTANCE, file()));
    expect(await framesOf(again, 2)).toEqual([SAMPLES.slice(0, 32), SAMPLES.slice(32)]);
    expect((await bytesOf(await get(INSTANCE, file('*')))).equals(bytes)).toBe(true);
  });

  it('goes out as stored when it cannot be decoded and nothing else is named; named, it is refused', async () => {
    const broken: RawElementInput[] = [
      ...imageElements(2, 2, new Uint8Array(), 16),
      ['7FE00010', 'OB', fragments([], Uint8Array.of(1, 2, 3, 4)), ENCAPSULATED],
    ];
    const stored = part10(broken, TRANSFER_SYNTAX.jpeg2000);
    await keep(stored);
    const response = await get(INSTANCE, file());
    expect(response.headers.get('content-type')).toBe(file(TRANSFER_SYNTAX.jpeg2000));
    expect(await bytesOf(response)).toEqual(Buffer.from(stored));
    expect((await get(INSTANCE, file(EXPLICIT))).status).toBe(406);
    expect((await get(`${INSTANCE}/rendered`, 'image/jpeg')).status).toBe(406);
  });

  it('has decoded colour described as RGB by pixel', async () => {
    const ybr = Uint8Array.of(128, 128, 128, 128, 0, 0, 255, 255, 128, 128, 128, 128);
    await keep(
      dicomFile({ SOPInstanceUID: '2.25.3', StudyInstanceUID: '2.25.1', SeriesInstanceUID: '2.25.2', SamplesPerPixel: 3, PhotometricInterpretation: 'YBR_FULL', PlanarConfiguration: 0, Rows: 2, Columns: 2, BitsAllocated: 8, BitsStored: 8, HighBit: 7, PixelData: ybr }), // prettier-ignore
    );
    const { dataSet } = readPart10(await bytesOf(await get(INSTANCE, file(TRANSFER_SYNTAX.jpegLsLossless))));
    expect(textOf(dataSet, TAG.PhotometricInterpretation)).toBe('RGB');
    expect(numberOf(dataSet, TAG.PlanarConfiguration)).toBe(0);
  });
});

describe('frames (PS3.18 8.7.3, 10.4.1.1.6)', () => {
  it.each(MADE)('of %s are one ranged read each, never the file', async (syntax) => {
    await keep(await compressed(syntax));
    reads = [];
    const accept = 'multipart/related; type="application/octet-stream"; transfer-syntax=*';
    const parts = await partsOf(await get(`${INSTANCE}/frames/2,1`, accept));
    expect(parts.map(({ type }) => type)).toEqual(
      [2, 1].map(() => `application/octet-stream; transfer-syntax=${syntax}`),
    );
    expect(reads).toHaveLength(2);
    expect(reads.every((range) => range !== undefined)).toBe(true);
    const [native] = await partsOf(await get(`${INSTANCE}/frames/2`, '*/*'));
    expect([...new Uint16Array(Uint8Array.from(native?.body ?? []).buffer)]).toEqual(SAMPLES.slice(32));
  });

  it.each([
    ['image/jls', TRANSFER_SYNTAX.jpegLsLossless],
    ['image/jp2', TRANSFER_SYNTAX.jpeg2000Lossless],
    ['image/jphc', TRANSFER_SYNTAX.htj2kLossless],
  ])('come as %s, stored so or not', async (type, syntax) => {
    for (const stored of [await compressed(syntax), await compressed(MADE.find((uid) => uid !== syntax) ?? '')]) {
      await storage.clear();
      await keep(stored);
      const [part] = await partsOf(await get(`${INSTANCE}/frames/1`, `multipart/related; type="${type}"`));
      expect(part?.type).toBe(`${type}; transfer-syntax=${syntax}`);
    }
    expect((await get(`${INSTANCE}/frames/1`, 'multipart/related; type="image/dicom-rle"')).status).toBe(406);
  }); // prettier-ignore

  it('take the first range that can be made, by weight', async () => {
    await keep(await compressed(TRANSFER_SYNTAX.jpegLsLossless));
    const octets = 'multipart/related; type="application/octet-stream"';
    const accept = `${octets}; transfer-syntax=${TRANSFER_SYNTAX.jpegBaseline}, ${octets}; transfer-syntax=${EXPLICIT}; q=0.5`;
    const [part] = await partsOf(await get(`${INSTANCE}/frames/1`, accept));
    expect(part?.type).toContain(EXPLICIT);
  });
});

describe('bulk data (PS3.18 10.4.1.1.5)', () => {
  const document = Uint8Array.from({ length: 2000 }, (_, index) => index & 0xff);

  it('of any attribute is named by the metadata, in JSON and XML, and found there', async () => {
    await keep(part10([...IDENTITY, ['00420011', 'OB', document]]));
    const [metadata] = (await (await get(`${INSTANCE}/metadata`, 'application/dicom+json')).json()) as DataSet[];
    const url = metadata?.[TAG.EncapsulatedDocument]?.BulkDataURI ?? '';
    expect(url).toBe(`${server.base}${INSTANCE}/bulkdata/00420011`);
    const response = await fetch(url, { headers: { Accept: 'application/octet-stream', Range: 'bytes=10-19' } });
    expect(response.status).toBe(206);
    expect(await bytesOf(response)).toEqual(Buffer.from(document.subarray(10, 20)));
    const [xml] = await partsOf(await get(`${INSTANCE}/metadata`, 'multipart/related; type="application/dicom+xml"'));
    expect(xml?.body.toString()).toContain(`<BulkData uri="${url}"/>`);
    expect((await fetch(url.replace('00420011', '00420012'))).status).toBe(404);
  }); // prettier-ignore

  it('of a study comes in one body, Pixel Data alone where that is asked for', async () => {
    await keep(part10([...imageElements(2, 2, u16(1, 2, 3, 4), 16), ['60003000', 'OW', document]]));
    const octets = 'multipart/related; type="application/octet-stream"';
    const all = await partsOf(await get('/studies/2.25.1/bulkdata', octets));
    expect(all.map(({ location }) => location.split('/').at(-1))).toEqual(['60003000', '7FE00010']);
    const pixels = await partsOf(await get(`${INSTANCE}/pixeldata`, octets));
    expect(pixels.map(({ body }) => body)).toEqual([Buffer.from(u16(1, 2, 3, 4))]);
  });
});
