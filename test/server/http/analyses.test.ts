/** `/api/analyses` over a real socket: what it lists, what it takes, what it refuses. */
import express from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { INTENDED_USE_NOTICE } from '../../../dicom/vocabulary/finding.ts';
import { recordArrival } from '../../../server/analysis/analysis-records.ts';
import type { Analysis } from '../../../server/analysis/index.ts';
import { analysesRouter } from '../../../server/http/analyses.ts';
import { errorHandler } from '../../../server/http/errors.ts';
import { SILENT_LOG } from '../../../server/operations/log.ts';
import { authenticate } from '../../../server/security/authentication.ts';
import type { StudyIndex } from '../../../server/storage/study-index.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { FRACTURE_MODEL } from '../../support/result-inputs.ts';
import { serveOnLoopback, type LoopbackServer } from '../../support/loopback.ts';

let database: TestDatabase;
let server: LoopbackServer;
let address: string;
let requested: unknown[];

beforeAll(async () => {
  database = await createTestDatabase();
  const analysis = {
    models: [FRACTURE_MODEL],
    activation: ({ sopInstanceUid }: { sopInstanceUid: string }) =>
      sopInstanceUid === '1.2.5.2'
        ? Promise.reject(new PacsError('not-applicable', 'The modality is not one that is analysed'))
        : Promise.resolve({ columns: 3, rows: 2, samples: Uint8Array.of(0, 1, 2, 253, 254, 255) }),
    request: async (...given: unknown[]) => {
      requested.push(given);
      await recordArrival(database.pool, String(given[0]), { inSeconds: 0 });
    },
  } as unknown as Analysis;
  const index = {
    listInstances: ({ studyUid }: { studyUid: string }) => Promise.resolve(studyUid === '1.2.9' ? [] : [{}]),
    findInstance: (sopInstanceUid: string) =>
      Promise.resolve(
        sopInstanceUid.startsWith('1.2.5.') ? { sopInstanceUid, studyInstanceUid: '1.2.5' } : undefined,
      ),
  } as unknown as StudyIndex;
  const app = express();
  app.use(authenticate());
  app.use('/api/analyses', analysesRouter({ database: database.pool, index, analysis }));
  app.use(errorHandler(SILENT_LOG));
  server = await serveOnLoopback(app);
  address = `${server.origin}/api/analyses`;
});
afterAll(async () => {
  await server.close();
  await database.close();
});
beforeEach(() => {
  requested = [];
});

async function post(body: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
  });
  return { status: response.status, body: await response.json() };
}

describe('the state of analyses', () => {
  it('is listed by study, with the intended use and the models that speak', async () => {
    await recordArrival(database.pool, '1.2.3', { inSeconds: 60 });
    await recordArrival(database.pool, '1.2.4', { inSeconds: 60 });
    const response = await fetch(`${address}?study=1.2.3`);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      intendedUse: INTENDED_USE_NOTICE,
      models: [
        {
          id: FRACTURE_MODEL.id,
          version: FRACTURE_MODEL.version,
          researchOnly: FRACTURE_MODEL.isResearchOnly,
        },
      ],
      analyses: [
        { studyInstanceUid: '1.2.3', state: 'waiting', queuedAt: expect.any(String) as string, images: [] },
      ],
    });
  });

  it('is empty for a study that nobody sent, and refused for what is no UID', async () => {
    expect(await (await fetch(`${address}?study=1.2.77`)).json()).toMatchObject({ analyses: [] });
    const refused = await fetch(`${address}?study=../etc`);
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: 'invalid-uid' }]);
  });
});

describe('a request for an analysis', () => {
  it('is accepted for a stored study, with or without a bone age', async () => {
    expect(await post('{"studyInstanceUid":"1.2.5","boneAge":true}')).toMatchObject({
      status: 202,
      body: { analyses: [{ state: 'waiting' }] },
    });
    expect(await post('{"studyInstanceUid":"1.2.5"}')).toMatchObject({ status: 202 });
    expect(requested).toEqual([
      ['1.2.5', { boneAge: true }],
      ['1.2.5', { boneAge: false }],
    ]);
  });

  it.each([
    ['a study that is not stored', '{"studyInstanceUid":"1.2.9"}', 404, 'not-found'],
    ['a body with another key', '{"studyInstanceUid":"1.2.5","bone":true}', 400, 'bad-request'],
    ['a body that is no JSON', '{"studyInstanceUid"', 400, 'bad-request'],
    ['no body', '', 400, 'bad-request'],
  ])('is refused for %s', async (_name, body, status, error) => {
    expect(await post(body)).toMatchObject({ status, body: { error } });
    expect(requested).toEqual([]);
  });
});

describe('the heat map of an image', () => {
  const get = (path: string) => fetch(`${address}/${path}/activation`);

  it('is a picture whose opacity is the map, and is kept by nobody', async () => {
    const response = await get('1.2.5/instances/1.2.5.1');
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { data, info } = await sharp(Buffer.from(await response.arrayBuffer()))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([3, 2]);
    const opacity = [...data].filter((_, index) => index % info.channels === info.channels - 1);
    expect(opacity).toEqual([0, 1, 2, 253, 254, 255]);
  });

  it.each([
    ['an instance that is not stored', '1.2.5/instances/1.2.6.1', 404, 'not-found'],
    ['an instance of another study', '1.2.4/instances/1.2.5.1', 404, 'not-found'],
    ['an image that is not analysed', '1.2.5/instances/1.2.5.2', 409, 'not-applicable'],
    ['what is no UID', '1.2.5/instances/x', 400, 'invalid-uid'],
  ])('is refused for %s', async (_name, path, status, error) => {
    const response = await get(path);
    expect([response.status, await response.json()]).toMatchObject([status, { error }]);
  });
});
