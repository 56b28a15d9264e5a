/**
 * Names of patients appear nowhere but in DICOM: a whole server is used, and abused, with marker names in everything that can
 * hold one; then everything that it wrote for others is searched for them.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoStudies } from '../../dicom/phantom/index.ts';
import { textOf } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../dicom/vocabulary/dictionary.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import { createPool, query } from '../../server/storage/database.ts';
import { multipartOf } from '../support/http-server.ts';
import { runTool } from '../support/independent-readers.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';

/** In every case that a program could make of it. */
const MARKER = /zanzibar|4711815|nightingale/i;
const MARKED = {
  PatientName: 'ZANZIBAR^NIGHTINGALE',
  PatientID: '4711815',
  AccessionNumber: 'ZANZIBAR-1',
  StudyDescription: 'Nightingale hand',
  ReferringPhysicianName: 'NIGHTINGALE^FLORENCE',
  StudyID: 'ZANZIBAR',
} as const;

let folder: string;
let database: TestDatabase;
let server: RunningServer;
const bodies: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'osteon-markers-'));
  database = await createTestDatabase();
  server = await startServer(folder, {
    DATABASE_URL: database.databaseUrl,
    OSTEON_LOG_LEVEL: 'trace',
    OSTEON_STUDY_QUIET_SECONDS: '1',
    OSTEON_WORKERS: '1',
    OSTEON_ALLOW_DELETE: 'on',
    OSTEON_DIMSE_PORT: '0',
  });
});
afterAll(async () => {
  await server.stop();
  await database.close();
  await rm(folder, { recursive: true });
});

/** A request; what it answers is kept when it is an error. */
async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(server.address + path, { redirect: 'manual', ...init });
  if (response.status >= 400) bodies.push(await response.clone().text());
  return response;
}

function stow(...files: readonly Uint8Array[]): Promise<Response> {
  return ask('/dicom-web/studies', {
    method: 'POST',
    headers: { 'Content-Type': 'multipart/related; type="application/dicom"; boundary=boundary-of-test' },
    body: new Uint8Array(multipartOf(files)),
  });
}

it('writes no name of a patient into a log, a metric or an error', async () => {
  const [demo] = [...demoStudies()];
  const [first] = demo?.instances ?? [];
  if (!first) throw new Error('there is no demo');
  const marked = { ...first.dataSet, ...dataSetOf({ ...MARKED, Modality: 'CR' }) };
  const file = writePart10(marked, { pixelData: first.pixelData });
  const study = textOf(marked, TAG.StudyInstanceUID) ?? '';

  // Stored, searched, read and analysed.
  expect((await stow(file)).status).toBe(200);
  const found = await ask('/dicom-web/studies?PatientName=ZANZIBAR*&PatientID=4711815');
  expect(await found.text()).toMatch(MARKER); // the markers are where they belong
  const state = async (): Promise<unknown> => {
    const { analyses } = (await (await ask(`/api/analyses?study=${study}`)).json()) as {
      analyses: { state: string }[];
    };
    return analyses[0]?.state;
  };
  await expect.poll(state, { timeout: 170_000, interval: 1000 }).toMatch(/done|rejected|failed/);
  await (await ask(`/dicom-web/studies/${study}/metadata`)).text();
  await (await ask(`/dicom-web/studies/${study}/rendered`)).arrayBuffer();
  await ask('/IHEInvokeImageDisplay?requestType=PATIENT&patientID=4711815^^^ZANZIBAR');

  // Refused: other bytes under the same UID, damaged files, wrong values, addresses and queries with names in them.
  await stow(
    writePart10(
      { ...marked, ...dataSetOf({ PatientName: 'NIGHTINGALE^OTHER' }) },
      { pixelData: first.pixelData },
    ),
  );
  await stow(file.subarray(0, 900), new TextEncoder().encode('ZANZIBAR is no DICOM file'));
  const wrongUid = Buffer.from(file);
  wrongUid.write('NIGHTINGALE', wrongUid.lastIndexOf(textOf(marked, TAG.SOPInstanceUID) ?? ''), 'latin1');
  await stow(wrongUid);
  for (const path of [
    '/dicom-web/studies?ZANZIBAR=1',
    '/dicom-web/studies?StudyDate=NIGHTINGALE',
    '/dicom-web/studies?PatientName=ZANZIBAR&PatientName=NIGHTINGALE',
    '/dicom-web/studies?PatientName=ZANZIBAR%00',
    '/dicom-web/studies?limit=ZANZIBAR',
    '/dicom-web/studies/ZANZIBAR/metadata',
    '/dicom-web/NIGHTINGALE',
    '/ZANZIBAR/%zz?name=NIGHTINGALE',
    '/IHEInvokeImageDisplay?requestType=STUDY&accessionNumber=ZANZIBAR-2',
    '/IHEInvokeImageDisplay?requestType=NIGHTINGALE',
    '/api/analyses?study=ZANZIBAR',
    '/api/analyses/ZANZIBAR/instances/NIGHTINGALE/activation',
    '/api/audit-trail?principal=ZANZIBAR&limit=NIGHTINGALE',
    '/api/audit?from=NIGHTINGALE',
    '/api/audit/export?study=ZANZIBAR',
    '/api/reviews/NIGHTINGALE',
    '/api/audit/samples/ZANZIBAR/next',
    '/health/ZANZIBAR',
  ]) {
    await ask(path);
  }
  const json = { 'Content-Type': 'application/json' };
  await ask('/api/analyses', {
    method: 'POST',
    headers: json,
    body: '{"studyInstanceUid": "ZANZIBAR", "NIGHTINGALE": 1}',
  });
  await ask('/api/analyses', { method: 'POST', headers: json, body: '{"ZANZIBAR' });
  await ask(`/api/reviews/${study}`, {
    method: 'PUT',
    headers: json,
    body: '{"revision": 0, "steps": [{"id": "1", "kind": "NIGHTINGALE", "comment": "ZANZIBAR"}]}',
  });
  await ask('/api/audit/labels', {
    method: 'PUT',
    headers: { 'Content-Type': 'text/csv' },
    body: 'study_instance_uid,fracture\nZANZIBAR,NIGHTINGALE\n',
  });
  await ask('/api/audit/samples', { method: 'POST', headers: json, body: '{"size": "ZANZIBAR"}' });
  await ask('/api/routing/explanations', {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ studyInstanceUid: study, rules: 'version: 1\nrules:\n  - name: ZANZIBAR^\n' }),
  });
  await ask('/api/imports?title=ZANZIBAR&sex=NIGHTINGALE', {
    method: 'POST',
    headers: { 'Content-Type': 'image/png' },
    body: 'x',
  });
  await ask('/api/imports?title=ZANZIBAR', {
    method: 'POST',
    headers: { 'Content-Type': 'image/png' },
    body: 'NIGHTINGALE',
  });

  // The database refuses: what it says of the row that it refuses holds the name.
  const pool = createPool({ databaseUrl: database.databaseUrl, maxConnections: 1 });
  await query(pool, `ALTER TABLE study ADD CONSTRAINT no_other CHECK (patient_id <> '4711815-2')`);
  const refused = {
    ...marked,
    ...dataSetOf({
      PatientID: '4711815-2',
      StudyInstanceUID: `${study}.2`,
      SOPInstanceUID: `${study}.3`,
      SeriesInstanceUID: `${study}.4`,
    }),
  };
  expect((await stow(writePart10(refused, { pixelData: first.pixelData }))).status).toBeGreaterThanOrEqual(
    400,
  );
  await query(pool, 'ALTER TABLE study RENAME COLUMN patient_name_words TO away');
  await ask('/dicom-web/studies?PatientName=ZANZIBAR');
  await query(pool, 'ALTER TABLE study RENAME COLUMN away TO patient_name_words');
  await pool.end();

  // The same by DIMSE: kept, refused, searched for.
  const path = join(folder, 'marked.dcm');
  const another = { ...marked, ...dataSetOf({ SOPInstanceUID: `${study}.5` }) };
  await writeFile(path, writePart10(another, { pixelData: first.pixelData }));
  const peer = ['-aec', 'OSTEON', '127.0.0.1', String(server.dimsePort())];
  for (const [program, ...options] of [
    ['storescu', ...peer, path],
    ['findscu', '-S', ...peer, '-k', 'QueryRetrieveLevel=STUDY', '-k', 'PatientName=ZANZIBAR*'],
  ] as const) {
    expect(runTool(program, options, 60_000), program).toMatchObject({ status: 0 });
  }
  for (const [program, ...options] of [
    ['findscu', '-S', ...peer, '-k', 'QueryRetrieveLevel=NIGHTINGALE', '-k', 'PatientID=4711815'],
    ['findscu', '-S', ...peer, '-k', 'QueryRetrieveLevel=STUDY', '-k', 'StudyDate=ZANZIBAR'],
    [
      'movescu',
      '-S',
      '-aem',
      'NIGHTINGALE',
      ...peer,
      '-k',
      'QueryRetrieveLevel=STUDY',
      '-k',
      `StudyInstanceUID=${study}`,
    ],
  ] as const) {
    runTool(program, options, 60_000);
  }
  await (await ask('/api/audit/export')).arrayBuffer();

  await ask(`/dicom-web/studies/${study}`, { method: 'DELETE' });
  const metrics = await (await ask('/metrics')).text();
  const trail = await (await ask('/api/audit-trail?limit=500')).text();
  await server.stop();

  const linesWith = (text: string): string[] => text.split('\n').filter((line) => MARKER.test(line));
  expect(bodies.length).toBeGreaterThan(24);
  expect(server.output()).toContain('"route":"/dicom-web/studies"'); // it was logged, to the last word
  expect({
    errors: linesWith(bodies.join('\n')),
    logs: linesWith(server.output()),
    metrics: linesWith(metrics),
    trail: linesWith(trail),
  }).toEqual({ errors: [], logs: [], metrics: [], trail: [] });
});
