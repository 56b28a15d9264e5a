/**
 * Priors by a routing rule, from a real Orthanc into a whole server: the right ones come, nothing is made of them, and
 * nothing starts over. PS3.4 C.4.1, C.4.2.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { analysisEnd } from '../support/analyses.ts';
import { dicomWebClient, type DicomWebClient } from '../support/dicom-web-client.ts';
import { freePort } from '../support/free-port.ts';
import { startOrthanc, type Orthanc } from '../support/orthanc.ts';
import { phantomStudy } from '../support/phantom-studies.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';

/** A whole server and networks that may have to share the machine. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const study = (key: string, kind: 'sound hand' | 'broken wrist', attributes: Record<string, string>) =>
  phantomStudy(`priors ${key}`, kind, { PatientID: 'P-PRIOR', PatientName: 'Roe^Jane', ...attributes });
const CURRENT = study('current', 'sound hand', { StudyDate: '20260115', BodyPartExamined: 'HAND' });
const NEWEST = study('newest', 'sound hand', { StudyDate: '20250601', BodyPartExamined: 'HAND' });
const OLDER = study('older', 'sound hand', { StudyDate: '20240601', BodyPartExamined: 'HAND' });
const NEVER = [
  study('third', 'sound hand', { StudyDate: '20230601', BodyPartExamined: 'HAND' }),
  study('wrist', 'broken wrist', { StudyDate: '20250801', BodyPartExamined: 'WRIST' }),
  study('other patient', 'sound hand', { StudyDate: '20250801', BodyPartExamined: 'HAND', PatientID: 'P-PRIOR-2' }),
  study('long ago', 'sound hand', { StudyDate: '20100101', BodyPartExamined: 'HAND' }),
  study('same day', 'sound hand', { StudyDate: '20260115', BodyPartExamined: 'HAND' }),
]; // prettier-ignore

let orthanc: Orthanc;
let server: RunningServer;
let client: DicomWebClient;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const [orthancPort, ourPort] = [await freePort(), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), 'osteon-priors-'));
  ends.push(() => rm(folder, { recursive: true }));
  orthanc = await startOrthanc(
    {},
    {
      DicomServerEnabled: true,
      DicomAet: 'ORTHANC',
      DicomPort: orthancPort,
      DicomAlwaysAllowFind: true,
      DicomAlwaysAllowMove: true,
      DicomModalities: { osteon: { AET: 'OSTEON', Host: '127.0.0.1', Port: ourPort } },
    },
  );
  ends.push(() => orthanc.stop());
  for (const { files } of [NEWEST, OLDER, ...NEVER]) for (const file of files) await orthanc.add(file);
  const rules = `version: 1
destinations:
  pacs: { dicom: { host: 127.0.0.1, port: ${orthancPort}, aeTitle: ORTHANC } }
rules:
  - name: Everything
    priors: { from: pacs, most: 2, years: 5 }
`;
  await writeFile(join(folder, 'routing.yaml'), rules);
  server = await startServer(join(folder, 'data'), {
    OSTEON_ROUTING: join(folder, 'routing.yaml'),
    OSTEON_STUDY_QUIET_SECONDS: '0',
    OSTEON_DIMSE_PORT: String(ourPort),
    OSTEON_LOG_LEVEL: 'info',
  });
  ends.push(() => server.stop());
  client = dicomWebClient(`${server.address}/dicom-web`);
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

async function studiesHere(): Promise<readonly string[]> {
  const studies = await client.read('/studies');
  return studies.map((one) => textOf(one, TAG.StudyInstanceUID) ?? '').toSorted();
}
const said = (text: string): number => server.output().split(text).length - 1;

it('come when the study has settled, are not analysed, and start nothing', async () => {
  const expected = [CURRENT, NEWEST, OLDER].map(({ studyInstanceUid }) => studyInstanceUid).toSorted();
  await client.store(CURRENT.files);
  await expect.poll(studiesHere, { timeout: 120_000 }).toEqual(expected);
  expect(await analysisEnd(server.address, CURRENT.studyInstanceUid)).toMatchObject({ state: 'done' });
  await expect.poll(() => said('asked for priors')).toBe(1);
  const response = await fetch(`${server.address}/api/analyses`);
  const { analyses } = (await response.json()) as { analyses: readonly { studyInstanceUid: string }[] };
  expect(analyses.map(({ studyInstanceUid }) => studyInstanceUid)).toEqual([CURRENT.studyInstanceUid]);
  // The images as Orthanc has them, and nothing of ours beside them.
  const [kept = Buffer.of(), ...others] = await client.retrieve(`/studies/${OLDER.studyInstanceUid}`, '*');
  expect(others).toEqual([]);
  expect(Buffer.from(kept).subarray(-50_000)).toEqual(Buffer.from(OLDER.files[0] ?? []).subarray(-50_000));
});

it('are fetched once, and one that a person asks for is analysed', async () => {
  await client.store(CURRENT.files);
  const { studyInstanceUid } = NEWEST;
  await fetch(`${server.address}/api/analyses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ studyInstanceUid }),
  });
  expect(await analysisEnd(server.address, studyInstanceUid)).toMatchObject({ state: 'done' });
  expect(said('asked for priors')).toBe(1);
});
