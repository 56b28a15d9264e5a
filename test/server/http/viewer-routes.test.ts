/** What the reading room asks beside DICOMweb, over a real socket: events, imports of pictures, deep links. */
import express from 'express';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finishAnalysis, recordArrival } from '../../../server/analysis/analysis-records.ts';
import { watchStudies } from '../../../server/analysis/study-changes.ts';
import { errorHandler } from '../../../server/http/errors.ts';
import { importsRouter } from '../../../server/http/imports.ts';
import { invokeImageDisplayRouter } from '../../../server/http/invoke-image-display.ts';
import { studyEventsRouter } from '../../../server/http/study-events.ts';
import { SILENT_LOG } from '../../../server/operations/log.ts';
import { authenticate } from '../../../server/security/authentication.ts';
import { writePart10 } from '../../../dicom/write/part10-writer.ts';
import { radiograph } from '../../support/reading-room-studies.ts';
import { createTestStorage, storeBytes, type TestStorage } from '../../support/storage.ts';
import { serveOnLoopback, type LoopbackServer } from '../../support/loopback.ts';

let storage: TestStorage;
let server: LoopbackServer;
let address: string;
const stopping = new AbortController();
const faults: unknown[] = [];

beforeAll(async () => {
  storage = await createTestStorage();
  for (const [study, accession] of [
    ['1.2.7', 'ACC-1'],
    ['1.2.8', 'ACC-2'],
    ['1.2.9', 'ACC-2'],
  ] as const) {
    const { metadata, pixels } = radiograph(study, 1, { AccessionNumber: accession });
    const file = writePart10(metadata, { pixelData: pixels ?? new Uint8Array() });
    expect(await storeBytes(storage.instances(), file)).toMatchObject({ status: 'stored' });
  }
  const changes = watchStudies(storage.pool, (error) => faults.push(error), 20);
  const app = express();
  app.use(authenticate());
  app.use('/api/events', studyEventsRouter({ changes, index: storage.index, stopping: stopping.signal }));
  app.use('/api/imports', importsRouter({ instances: storage.instances(), maxObjectBytes: 100_000 }));
  app.use('/IHEInvokeImageDisplay', invokeImageDisplayRouter(storage.index));
  app.use(errorHandler(SILENT_LOG));
  server = await serveOnLoopback(app);
  address = server.origin;
});
afterAll(async () => {
  await server.close();
  await storage.close();
});

describe('the stream of events', () => {
  it('names each study whose analysis changes, and ends when the server stops', async () => {
    const response = await fetch(`${address}/api/events`);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('cache-control')).toContain('no-transform');
    const stream = response.body as unknown as AsyncIterable<Uint8Array>;
    const pieces = stream[Symbol.asyncIterator]();
    let text = '';
    const readUntil = async (wanted: string) => {
      while (!text.includes(wanted)) {
        const piece = await pieces.next();
        if (piece.done === true) throw new Error(`The stream ended before ${wanted}`);
        text += new TextDecoder().decode(piece.value);
      }
    };
    await readUntil(': open');
    // The first look only learns what is old; what comes after it is told.
    const arrivals = setInterval(() => void recordArrival(storage.pool, '1.2.7', { inSeconds: 60 }), 50);
    await readUntil('event: studies\ndata: ["1.2.7"]\n\n');
    clearInterval(arrivals);
    text = '';
    await finishAnalysis(storage.pool, '1.2.7', 1_000_000, { state: 'done', images: [] });
    await readUntil('data: ["1.2.7"]');
    stopping.abort();
    while ((await pieces.next()).done !== true);
    expect(faults).toEqual([]);
  });
});

describe('a picture', () => {
  const post = async (body: Uint8Array | string, type: string, query = '') => {
    const response = await fetch(`${address}/api/imports${query}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: Buffer.from(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const png = () =>
    sharp(Buffer.alloc(64 * 48, 90), { raw: { width: 64, height: 48, channels: 1 } })
      .png()
      .toBuffer();

  it('becomes an instance of a study of its own, once', async () => {
    const first = await post(await png(), 'image/png', '?title=hand.png');
    expect(first).toMatchObject({ status: 201, body: { status: 'stored' } });
    const again = await post(await png(), 'image/png', '?title=hand.png');
    expect(again).toMatchObject({ status: 200, body: { ...first.body, status: 'identical' } });
    const [instance] = await storage.index.listInstances({
      studyUid: String(first.body['studyInstanceUid']),
    });
    expect(instance?.origin).toBe('import');
  });

  it('is refused by name when it is none, too large, or described as nothing known', async () => {
    expect(await post('GIF89a', 'image/gif')).toMatchObject({ status: 415 });
    expect(await post('not a picture', 'image/png')).toMatchObject({
      status: 406,
      body: { error: 'undecodable-pixels' },
    });
    expect(await post(new Uint8Array(100_001), 'image/jpeg')).toMatchObject({ status: 413 });
    expect(await post(await png(), 'image/png', '?sex=Q&colour=red')).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/sex.*one key is not known here/s) as string },
    });
  });
});

describe('IHE Invoke Image Display (RAD-106)', () => {
  const ask = async (query: string) => {
    const response = await fetch(`${address}/IHEInvokeImageDisplay?${query}`, { redirect: 'manual' });
    return [response.status, response.headers.get('location')];
  };

  it('opens a study by its UID, or by an accession number that only it has', async () => {
    expect(await ask('requestType=STUDY&studyUID=1.2.7')).toEqual([302, '/#/studies/1.2.7']);
    expect(await ask('requestType=STUDY&accessionNumber=ACC-1&viewerType=IHE_BIR')).toEqual([
      302,
      '/#/studies/1.2.7',
    ]);
  });

  it('lists what is not one study', async () => {
    expect(await ask('requestType=STUDY&accessionNumber=ACC-2')).toEqual([302, '/#/?search=ACC-2']);
    expect(await ask(`requestType=PATIENT&patientID=${encodeURIComponent('OST-1^^^ISSUER')}`)).toEqual([
      302,
      '/#/?search=OST-1',
    ]);
  });

  it('refuses what names nothing, or nothing that is stored', async () => {
    expect(await ask('requestType=STUDY&studyUID=1.2.77')).toEqual([404, null]);
    expect(await ask('requestType=STUDY&studyUID=..%2Fetc')).toEqual([400, null]);
    expect(await ask('requestType=STUDY&accessionNumber=*')).toEqual([400, null]);
    expect(await ask('requestType=SERIES')).toEqual([400, null]);
    expect(await ask('requestType=STUDY')).toEqual([400, null]);
  });
});
