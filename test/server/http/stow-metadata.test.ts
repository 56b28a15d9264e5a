import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../../dicom/pixels/frame-decoder.ts';
import { readPart10 } from '../../../dicom/read/part10-reader.ts';
import type { DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { itemsOf, numberOf, textOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { readNativeModel } from '../../../dicom/web-model/native-model-reader.ts';
import { writeNativeModel } from '../../../dicom/web-model/native-model-writer.ts';
import { bulkPart, imageDataSet, jsonPart, postParts } from '../../support/bulk-request.ts';
import { servedStorage } from '../../support/served-storage.ts';

const { storage, server } = await servedStorage();

const PIXELS = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const ADDRESS = 'https://example.org/bulk/1';
/** Each row a run of its own, as a PackBits encoder writes it: one segment, literal runs. PS3.5 Annex G. */
const RLE = Buffer.concat([
  Buffer.from(Uint32Array.of(1, 64, ...Array<number>(14).fill(0)).buffer),
  Buffer.from([3, 1, 2, 3, 4, 3, 5, 6, 7, 8]),
]);

async function storedFile(): Promise<Uint8Array> {
  const [instance] = await storage.index.listInstances({ studyUid: '1.2.3' });
  expect(instance).toBeDefined();
  return await storage.objects.read(instance?.objectKey ?? '');
}

async function storedSamples(): Promise<number[]> {
  const file = await storedFile();
  return [...(await decodeFrame(file, readPart10(file).header, 0)).samples];
}

const reasonsOf = async (response: Response): Promise<unknown[]> =>
  itemsOf((await response.json()) as DataSet, TAG.FailedSOPSequence).map((item) =>
    numberOf(item, TAG.FailureReason),
  );

describe('STOW-RS of metadata with bulk data (PS3.18 10.5.1.4)', () => {
  it('makes a file of JSON and octets, with every attribute as it was sent', async () => {
    const dataSet = imageDataSet(ADDRESS, {
      '00090010': { vr: 'LO', Value: ['ACME'] },
      '00091001': { vr: 'UN', InlineBinary: 'AAECAw==' },
      '00280030': { vr: 'DS', Value: [0.1, '0.20'] },
    });
    const response = await postParts(`${server.base}/studies`, [
      jsonPart(dataSet),
      bulkPart(ADDRESS, PIXELS),
    ]);
    expect(response.status).toBe(200);
    const { header } = readPart10(await storedFile());
    expect(header.transferSyntaxUid).toBe('1.2.840.10008.1.2.1');
    const { '7FE00010': pixelData, ...attributes } = dataSet;
    expect(pixelData).toBeDefined();
    expect(header.attributes).toEqual({
      ...attributes,
      '00080005': { vr: 'CS', Value: ['ISO_IR 192'] },
      '00280030': { vr: 'DS', Value: [0.1, 0.2] },
    });
    expect(await storedSamples()).toEqual([...PIXELS]);
  });

  it('makes a file of XML, one part a document, and answers in XML', async () => {
    const other = imageDataSet('two', { '00080018': { vr: 'UI', Value: ['1.2.3.2'] } });
    const parts = [imageDataSet('one'), other].map((dataSet) => ({
      headers: { 'Content-Type': 'application/dicom+xml' },
      body: writeNativeModel(dataSet),
    }));
    const response = await postParts(
      `${server.base}/studies/1.2.3`,
      [...parts, bulkPart('one', PIXELS), bulkPart('two', PIXELS)],
      'application/dicom+xml',
      { Accept: 'application/dicom+xml' },
    );
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/dicom+xml; charset=utf-8');
    const answer = readNativeModel(await response.text());
    expect(
      itemsOf(answer, TAG.ReferencedSOPSequence).map((item) => textOf(item, TAG.ReferencedSOPInstanceUID)),
    ).toEqual(['1.2.3.1', '1.2.3.2']);
  });

  it('is the same file when it is sent again, hence a success that changes nothing', async () => {
    const parts = [jsonPart(imageDataSet(ADDRESS)), bulkPart(ADDRESS, PIXELS)];
    await postParts(`${server.base}/studies`, parts);
    const first = await storedFile();
    expect((await postParts(`${server.base}/studies`, parts.toReversed())).status).toBe(200);
    expect(await storedFile()).toEqual(first);
    const changed = [jsonPart(imageDataSet(ADDRESS)), bulkPart(ADDRESS, PIXELS.toReversed())];
    const response = await postParts(`${server.base}/studies`, changed);
    expect(response.status).toBe(409);
    expect(await reasonsOf(response)).toEqual([0x0111]);
  });

  it('puts compressed frames into fragments, in the transfer syntax of their media type (Table 8.7.3-5)', async () => {
    const parts = [jsonPart(imageDataSet(ADDRESS)), bulkPart(ADDRESS, RLE, 'image/dicom-rle')];
    expect((await postParts(`${server.base}/studies`, parts)).status).toBe(200);
    expect(readPart10(await storedFile()).header.transferSyntaxUid).toBe('1.2.840.10008.1.2.5');
    expect(await storedSamples()).toEqual([...PIXELS]);
  });

  it('reads what the metadata leave out of the Image Pixel attributes from the frame (10.5.1.4)', async () => {
    const kept = Object.entries(imageDataSet(ADDRESS)).filter(([tag]) => !tag.startsWith('0028'));
    const jpeg = await sharp(Buffer.alloc(16 * 8, 200), { raw: { width: 16, height: 8, channels: 1 } })
      .toColourspace('b-w')
      .jpeg()
      .toBuffer();
    const parts = [jsonPart(Object.fromEntries(kept)), bulkPart(ADDRESS, jpeg, 'image/jpeg')];
    expect((await postParts(`${server.base}/studies`, parts)).status).toBe(200);
    const { header } = readPart10(await storedFile());
    expect(header.transferSyntaxUid).toBe('1.2.840.10008.1.2.4.50');
    expect(numberOf(header.attributes, TAG.Rows)).toBe(8);
    expect(numberOf(header.attributes, TAG.Columns)).toBe(16);
    expect(textOf(header.attributes, TAG.PhotometricInterpretation)).toBe('MONOCHROME2');
    expect(new Set(await storedSamples())).toEqual(new Set([200]));
  });

  it.each([
    ['by the order of parts with one address', [ADDRESS, ADDRESS]],
    ['by the frame numbers at the end of addresses', [`${ADDRESS}/frames/2`, `${ADDRESS}/frames/1`]],
  ])('takes frames %s', async (how, addresses) => {
    const dataSet = imageDataSet(ADDRESS, { '00280008': { vr: 'IS', Value: [2] } });
    const reversed = Buffer.concat([RLE.subarray(0, 64), Buffer.from([3, 8, 7, 6, 5, 3, 4, 3, 2, 1])]);
    const frames = how.startsWith('by the order') ? [RLE, reversed] : [reversed, RLE];
    const parts = frames.map((frame, index) => bulkPart(addresses[index] ?? '', frame, 'image/dicom-rle'));
    expect((await postParts(`${server.base}/studies`, [jsonPart(dataSet), ...parts])).status).toBe(200);
    const file = await storedFile();
    const second = await decodeFrame(file, readPart10(file).header, 1);
    expect([...second.samples]).toEqual([...PIXELS].reverse());
  });

  it('reads values of sequences, of odd length, and behind other attributes', async () => {
    const dataSet = imageDataSet(ADDRESS, {
      '00283010': {
        vr: 'SQ',
        Value: [{ '00283002': { vr: 'US', Value: [2, 0, 8] }, '00283006': { vr: 'OW', BulkDataURI: 'lut' } }],
      },
      '00420011': { vr: 'OB', BulkDataURI: 'document' },
      '00420012': { vr: 'LO', Value: ['application/pdf'] },
    });
    const response = await postParts(`${server.base}/studies`, [
      bulkPart('lut', Uint8Array.of(1, 0, 2, 0)),
      bulkPart('document', Uint8Array.of(9, 8, 7)),
      jsonPart(dataSet),
      bulkPart(ADDRESS, PIXELS),
    ]);
    expect(response.status).toBe(200);
    const { attributes } = readPart10(await storedFile()).header;
    expect(itemsOf(attributes, '00283010')[0]?.['00283006']?.InlineBinary).toBe('AQACAA==');
    expect(attributes['00420011']?.InlineBinary).toBe('CQgHAA==');
    expect(textOf(attributes, '00420012')).toBe('application/pdf');
    expect(await storedSamples()).toEqual([...PIXELS]);
  });

  it('keeps what stands behind Pixel Data, and pixels inside sequences', async () => {
    const dataSet = imageDataSet(ADDRESS, {
      '00880200': { vr: 'SQ', Value: [{ '7FE00010': { vr: 'OB', InlineBinary: 'AQIDBA==' } }] },
      FFFCFFFC: { vr: 'OB', InlineBinary: 'AAA=' },
    });
    const parts = [jsonPart(dataSet), bulkPart(ADDRESS, PIXELS)];
    expect((await postParts(`${server.base}/studies`, parts)).status).toBe(200);
    const file = Buffer.from(await storedFile());
    expect(file.subarray(-14).toString('hex')).toBe('fcfffcff4f420000020000000000');
    expect(file.includes(Buffer.from('e07f10004f4200000400000001020304', 'hex'))).toBe(true);
  });

  it.each([
    ['bulk data that is not there', imageDataSet('elsewhere'), 'application/octet-stream', 0xa900],
    [
      'frames of another number',
      imageDataSet(ADDRESS, { '00280008': { vr: 'IS', Value: [3] } }),
      'image/jls',
      0xa900,
    ],
    ['a media type that is not taken', imageDataSet(ADDRESS), 'text/plain', 0x0110],
    [
      'a transfer syntax that is not taken',
      imageDataSet(ADDRESS),
      'application/octet-stream; transfer-syntax=1.2.840.10008.1.2.2',
      0xc122,
    ],
    [
      'no SOP Class UID',
      { ...imageDataSet(ADDRESS), '00080016': { vr: 'UI' } },
      'application/octet-stream',
      0xa900,
    ],
  ])('refuses an instance with %s by name and keeps nothing', async (_what, dataSet, type, reason) => {
    const parts = [jsonPart(dataSet), bulkPart(ADDRESS, PIXELS, type)];
    const response = await postParts(`${server.base}/studies`, parts);
    expect(response.status).toBe(type === 'text/plain' ? 415 : 409);
    expect(await reasonsOf(response)).toEqual([reason]);
    expect(await storage.files()).toEqual({ kept: [], staged: [] });
  });

  it.each([
    ['no JSON', 'application/dicom+json', '{'],
    ['no XML', 'application/dicom+xml', '<'],
    ['no UTF-8', 'application/dicom+json', Uint8Array.of(0xff, 0xfe)],
  ])('answers 400 to metadata that are %s', async (_what, type, body) => {
    const response = await postParts(
      `${server.base}/studies`,
      [{ headers: { 'Content-Type': type }, body }],
      type,
    );
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'malformed-dicom' });
    expect((await storage.files()).staged).toEqual([]);
  });

  it('takes metadata without bulk data, or one file, as the body itself', async () => {
    const { '7FE00010': pixelData, ...report } = imageDataSet(ADDRESS);
    expect(pixelData).toBeDefined();
    const post = async (type: string, body: string | Uint8Array): Promise<number> =>
      (
        await fetch(`${server.base}/studies`, {
          method: 'POST',
          headers: { 'Content-Type': type },
          body: new Uint8Array(Buffer.from(body)),
        })
      ).status;
    expect(await post('application/dicom+json', JSON.stringify([report]))).toBe(200);
    expect(await post('application/dicom', await storedFile())).toBe(200);
    expect(await post('application/dicom+xml', writeNativeModel(report))).toBe(200);
  });
});
