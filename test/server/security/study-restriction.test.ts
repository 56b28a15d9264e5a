/** Who sees which studies, on every way to a study: searches at all levels, retrievals, analyses, events, deep links. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writePart10 } from '../../../dicom/write/part10-writer.ts';
import { recordArrival } from '../../../server/analysis/analysis-records.ts';
import { analysesRouter } from '../../../server/http/analyses.ts';
import { dicomWebRouter } from '../../../server/http/dicom-web-router.ts';
import { errorHandler } from '../../../server/http/errors.ts';
import { invokeImageDisplayRouter } from '../../../server/http/invoke-image-display.ts';
import { guardStudies, StudyRules } from '../../../server/http/study-access.ts';
import { studyEventsRouter } from '../../../server/http/study-events.ts';
import { runImagingTask } from '../../../server/imaging/run-imaging-task.ts';
import { createGate } from '../../../server/operations/gate.ts';
import { SILENT_LOG } from '../../../server/operations/log.ts';
import { authenticateBy } from '../../../server/security/authentication.ts';
import { ANONYMOUS, personOf } from '../../../server/security/principal.ts';
import { radiograph } from '../../support/reading-room-studies.ts';
import { createTestStorage, storeBytes, type TestStorage } from '../../support/storage.ts';
import { serveOnLoopback, type LoopbackServer } from '../../support/loopback.ts';

const [NORTH, SOUTH] = ['1.2.100', '1.2.200'];
const RULES = {
  restrictions: [
    { who: ['group:north', 'key:gateway'], studies: [{ AccessionNumber: 'N*' }] },
    { who: ['group:both'], studies: [{ AccessionNumber: 'N*' }, { PatientID: 'nobody' }] },
    { who: ['group:both'], studies: [{ AccessionNumber: 'S*' }] },
    { who: ['group:none'], studies: [] },
  ],
};

let storage: TestStorage;
let server: LoopbackServer;
let base: string;
let folder: string;
let tell: (studies: readonly string[]) => void = () => undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'osteon-rules-'));
  writeFileSync(join(folder, 'rules.json'), JSON.stringify(RULES));
  storage = await createTestStorage();
  for (const [study, accession] of [
    [NORTH, 'N-1'],
    [SOUTH, 'S-1'],
  ] as const) {
    const { metadata, pixels } = radiograph(study, 1, { AccessionNumber: accession });
    await storeBytes(storage.instances(), writePart10(metadata, { pixelData: pixels ?? new Uint8Array() }));
    await recordArrival(storage.pool, study, { inSeconds: 60 });
  }
  const rules = StudyRules.open(join(folder, 'rules.json'));
  const { index, objects, pool } = storage;
  const app = express();
  app.use(
    authenticateBy((request) => {
      const group = request.get('x-group');
      if (group === undefined) return ANONYMOUS;
      return rules.apply(personOf({ subject: 'one', roles: ['radiologist', 'pacs-admin'], groups: [group] }));
    }),
  );
  const dicomWeb = dicomWebRouter({
    index,
    objects,
    instances: storage.instances(),
    imaging: runImagingTask,
    decodingPlaces: createGate(1),
  });
  const analyses = analysesRouter({ database: pool, index, analysis: { models: [] } as never });
  for (const router of [dicomWeb, analyses]) router.param('study', guardStudies(index));
  const changes = {
    listen: (listener: typeof tell) => {
      tell = listener;
      return () => undefined;
    },
  };
  app.use('/dicom-web', dicomWeb);
  app.use('/api/analyses', analyses);
  app.use('/api/events', studyEventsRouter({ changes, index, stopping: new AbortController().signal }));
  app.use('/IHEInvokeImageDisplay', invokeImageDisplayRouter(index));
  app.use(errorHandler(SILENT_LOG));
  server = await serveOnLoopback(app);
  base = server.origin;
});
afterAll(async () => {
  await server.close();
  await storage.close();
  rmSync(folder, { recursive: true });
});

const ask = (
  path: string,
  group: string,
  { headers, ...init }: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
) => fetch(`${base}${path}`, { redirect: 'manual', ...init, headers: { 'x-group': group, ...headers } });
const SEEN = { north: [NORTH], both: [NORTH, SOUTH], none: [], elsewhere: [NORTH, SOUTH] } as const;

describe.each(Object.entries(SEEN))('the group %s', (group, seen) => {
  it.each([
    '/dicom-web/studies',
    '/dicom-web/series',
    '/dicom-web/instances',
    '/dicom-web/studies?limit=1&offset=0',
    '/dicom-web/instances?includefield=all',
  ])('finds its studies and no others at %s', async (path) => {
    const response = await ask(path, group);
    const text = await response.text();
    const found = [NORTH, SOUTH].filter((study) => text.includes(`"${study}"`));
    expect(found).toEqual(
      path.includes('limit=1') ? found.filter((study) => (seen as readonly string[]).includes(study)) : seen,
    );
    // Nor is the number of those it does not see told.
    if (seen.length < 2) expect(response.headers.get('warning')).toBeNull();
  });

  it('reaches its studies and no others, whatever the resource', async () => {
    for (const study of [NORTH, SOUTH]) {
      const isSeen = (seen as readonly string[]).includes(study);
      for (const path of ['', '/metadata', '/series', '/instances', '/rendered', '/thumbnail', '/bulkdata']) {
        const { status } = await ask(`/dicom-web/studies/${study}${path}`, group);
        // A search within a study that is not seen is empty or not found; neither tells that it is there.
        expect([study, path, status === 200]).toEqual([
          study,
          path,
          isSeen && path !== '/bulkdata' ? true : isSeen && status === 200,
        ]);
        if (!isSeen) expect([path, status]).toEqual([path, 404]);
      }
      expect((await ask(`/dicom-web/studies/${study}`, group, { method: 'DELETE' })).status).toBe(
        isSeen ? 403 : 404,
      );
      const activation = await ask(`/api/analyses/${study}/instances/${study}.1/activation`, group);
      if (!isSeen) expect(await activation.json()).toMatchObject({ message: 'No such study is stored' });
    }
  });

  it('is told of analyses of its studies alone', async () => {
    for (const path of ['/api/analyses', `/api/analyses?study=${NORTH},${SOUTH}`]) {
      const { analyses } = (await (await ask(path, group)).json()) as {
        analyses: { studyInstanceUid: string }[];
      };
      expect(analyses.map(({ studyInstanceUid }) => studyInstanceUid).toSorted()).toEqual(seen);
    }
    const body = JSON.stringify({ studyInstanceUid: SOUTH });
    const headers = { 'content-type': 'application/json' };
    const { status } = await ask('/api/analyses', group, { method: 'POST', body, headers });
    expect(status === 404).toBe(!(seen as readonly string[]).includes(SOUTH));
  });

  it('is led to its studies alone', async () => {
    for (const [accession, study] of [
      ['N-1', NORTH],
      ['S-1', SOUTH],
    ] as const) {
      const { status } = await ask(
        `/IHEInvokeImageDisplay?requestType=STUDY&accessionNumber=${accession}`,
        group,
      );
      expect(status).toBe((seen as readonly string[]).includes(study) ? 302 : 404);
    }
  });

  it('hears of its studies alone', async () => {
    const ending = new AbortController();
    const response = await ask('/api/events', group, { signal: ending.signal });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    tell([NORTH, SOUTH]);
    if (seen.length > 0) {
      const { value } = await reader.read();
      expect(new TextDecoder().decode(value)).toContain(`data: ${JSON.stringify(seen)}`);
    } else {
      tell([SOUTH]);
      const nothing = new Promise((resolve) => setTimeout(resolve, 200, 'nothing'));
      expect(await Promise.race([reader.read(), nothing])).toBe('nothing');
    }
    ending.abort();
  });
});

it.each([
  ['{', 'no JSON'],
  ['{"restrictions": [{"who": [], "studies": []}]}', 'who'],
  ['{"restrictions": [{"who": ["everybody"], "studies": []}]}', 'who'],
  [
    '{"restrictions": [{"who": ["role:qa"], "studies": [{"Modality": "DX"}]}]}',
    'Modality is not a matching key of a study search',
  ],
  ['{"restrictions": [{"who": ["role:qa"], "studies": [{"Nonsense": "1"}]}]}', 'Nonsense'],
])('refuses the rules %s and says what is wrong', (text, reason) => {
  writeFileSync(join(folder, 'wrong.json'), text);
  expect(() => StudyRules.open(join(folder, 'wrong.json'))).toThrow(reason);
});
