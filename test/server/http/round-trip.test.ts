import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { InstanceDeletion } from '../../../server/ingest/delete-instances.ts';
import { parseMediaType } from '../../../server/http/media-type.ts';
import { readMultipart } from '../../../server/http/multipart.ts';
import { oneChunk } from '../../../server/ingest/one-chunk.ts';
import { bulkPart, imageDataSet, jsonPart, postParts } from '../../support/bulk-request.ts';
import type { RequestPart } from '../../support/bulk-request.ts';
import { collect } from '../../support/bytes.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { stow } from '../../support/http-server.ts';
import { servedStorage } from '../../support/served-storage.ts';

const { server } = await servedStorage({
  services: ({ pool, objects }) => ({ deletion: new InstanceDeletion({ pool, objects, isAllowed: true }) }),
});

const STUDY = '/studies/1.2.3';
const XML = 'application/dicom+xml';
const OCTETS = 'multipart/related; type="application/octet-stream"';

async function get(path: string, accept: string): Promise<Response> {
  const response = await fetch(`${server.base}${path}`, { headers: { Accept: accept } });
  expect(response.status).toBe(200);
  return response;
}

async function partsOf(response: Response): Promise<RequestPart[]> {
  const boundary = parseMediaType(response.headers.get('content-type') ?? '')?.parameters.get('boundary');
  const parts: RequestPart[] = [];
  const body = oneChunk(new Uint8Array(await response.arrayBuffer()));
  for await (const part of readMultipart(body, boundary ?? '')) {
    parts.push({ headers: Object.fromEntries(part.headers), body: await collect(part.body) });
  }
  return parts;
}

const metadata = async (): Promise<unknown> =>
  await (await get(`${STUDY}/metadata`, 'application/dicom+json')).json();
const frames = async (): Promise<unknown> =>
  (await partsOf(await get(`${STUDY}/series/1.2.3.0/instances/1.2.3.1/frames/1`, OCTETS))).map(
    ({ body }) => body,
  );

/** Attributes with values of every kind: names, private ones, numbers, sequences, values too long for a header. */
const FILE = dicomFile({
  SpecificCharacterSet: 'ISO_IR 192',
  PatientName: 'Yamada^Tarou=山田^太郎',
  PixelSpacing: '0.1\\0.20',
  RequestAttributesSequence: [{ ScheduledProcedureStepID: 'S <1> & "2"' }],
  OverlayData: new Uint8Array(2000).fill(7),
  AccessionNumber: '',
});
const RLE = Buffer.concat([
  Buffer.from(Uint32Array.of(1, 64, ...Array<number>(14).fill(0)).buffer),
  Buffer.from([3, 1, 2, 3, 4, 3, 5, 6, 7, 8]),
]);

describe('a study retrieved as metadata and bulk data', () => {
  it.each([
    ['JSON', 'native pixels'],
    ['XML', 'native pixels'],
    ['JSON', 'compressed frames'],
    ['XML', 'compressed frames'],
  ])('in %s with %s is the same study when it is stored again', async (form, pixels) => {
    if (pixels === 'native pixels') await stow(`${server.base}/studies`, [FILE]);
    else {
      const dataSet = imageDataSet('p', { '00280008': { vr: 'IS', Value: [2] } });
      const sent = [jsonPart(dataSet), ...[RLE, RLE].map((frame) => bulkPart('p', frame, 'image/dicom-rle'))];
      expect((await postParts(`${server.base}/studies`, sent)).status).toBe(200);
    }
    const before = { metadata: await metadata(), frames: await frames() };
    const told: RequestPart[] =
      form === 'JSON'
        ? [jsonPart(...(before.metadata as DataSet[]))]
        : await partsOf(await get(`${STUDY}/metadata`, `multipart/related; type="${XML}"`));
    const bulk = await partsOf(await get(`${STUDY}/bulkdata`, `${OCTETS}; transfer-syntax=*`));
    expect((await fetch(`${server.base}${STUDY}`, { method: 'DELETE' })).status).toBe(204);
    const response = await postParts(
      `${server.base}${STUDY}`,
      [...told, ...bulk],
      told[0]?.headers['content-type'] === undefined ? 'application/dicom+json' : XML,
    );
    expect(response.status, await response.text()).toBe(200);
    expect({ metadata: await metadata(), frames: await frames() }).toEqual(before);
  });
});
