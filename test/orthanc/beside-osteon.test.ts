/**
 * Orthanc with the script and the configuration of `deploy/orthanc`, beside a whole Osteon: a study goes in, its results come
 * back, and nothing goes round again.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { readReport } from '../../dicom/sr/report-reader.ts';
import { dicomWebClient, type DicomWebClient } from '../support/dicom-web-client.ts';
import { freePorts } from '../support/free-port.ts';
import { startOrthanc, type Orthanc } from '../support/orthanc.ts';
import { phantomImages, phantomStudy } from '../support/phantom-studies.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';

/** A whole server, and networks that may have to share the machine. */
vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });
const PATIENCE = { timeout: 180_000, interval: 200 };
const STABLE_SECONDS = 2;

const DEPLOY = join(import.meta.dirname, '..', '..', 'deploy', 'orthanc');
let folder: string;
let orthanc: Orthanc;
let inOrthanc: DicomWebClient;
let osteon: RunningServer | undefined;
let dimsePort: number;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  phantomImages('broken wrist');
  phantomImages('sound hand');
  folder = await mkdtemp(join(tmpdir(), 'osteon-beside-'));
  ends.push(() => rm(folder, { recursive: true }));
  const [port = 0, orthancDicomPort = 0] = await freePorts(2);
  dimsePort = port;
  const shipped = z.looseObject({ DicomModalities: z.object({ osteon: z.looseObject({}) }) }).parse(JSON.parse(await readFile(join(DEPLOY, 'orthanc.json'), 'utf8')));
  const { Plugins, StorageDirectory, IndexDirectory, HttpPort, DicomWeb, ...kept } = shipped;
  expect([Plugins, StorageDirectory, IndexDirectory, HttpPort, DicomWeb].every(Boolean)).toBe(true);
  orthanc = await startOrthanc({}, {
    ...kept,
    LuaScripts: [join(DEPLOY, 'osteon.lua')],
    DicomServerEnabled: true,
    DicomPort: orthancDicomPort,
    DicomModalities: { osteon: { ...shipped.DicomModalities.osteon, Port: dimsePort } },
    StableAge: STABLE_SECONDS,
  });
  ends.push(() => orthanc.stop());
  inOrthanc = dicomWebClient(orthanc.dicomWebRoot);
  const routing = await readFile(join(DEPLOY, 'routing.yaml'), 'utf8');
  await writeFile(join(folder, 'routing.yaml'), routing.replace('http://127.0.0.1:8042/dicom-web', orthanc.dicomWebRoot));
  ends.push(async () => osteon?.stop());
}); // prettier-ignore
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

async function startOsteon(): Promise<RunningServer> {
  return (osteon = await startServer(join(folder, 'data'), {
    OSTEON_ROUTING: join(folder, 'routing.yaml'),
    OSTEON_DIMSE_PORT: String(dimsePort),
  }));
}

async function inStudy(client: DicomWebClient, studyUid: string): Promise<readonly DataSet[]> {
  return await client.read(`/studies/${studyUid}/metadata`).catch(() => []);
}

const modalitiesOf = (objects: readonly DataSet[]) =>
  objects.map((one) => textOf(one, TAG.Modality)).toSorted();
const uidsOf = (objects: readonly DataSet[]) =>
  objects.map((one) => textOf(one, TAG.SOPInstanceUID)).toSorted();

/** How often Orthanc has found a study stable. */
async function timesStable(studyUid: string): Promise<number> {
  const [id] = await orthanc.studyIds(studyUid);
  const address = orthanc.dicomWebRoot.replace(/\/dicom-web$/, '');
  const changes = z.object({ Changes: z.array(z.object({ ChangeType: z.string(), ID: z.string() })) });
  const answer = changes.parse(await (await fetch(`${address}/changes?limit=1000`)).json());
  return answer.Changes.filter(({ ChangeType, ID }) => ChangeType === 'StableStudy' && ID === id).length;
}

it('brings the results of a study back into Orthanc, once, and nothing goes round', async () => {
  const { address } = await startOsteon();
  const inOsteon = dicomWebClient(`${address}/dicom-web`);
  const study = phantomStudy('beside', 'broken wrist');
  for (const file of study.files) await orthanc.add(file);
  const complete = ['DX', 'DX', 'PR', 'PR', 'SEG', 'SEG', 'SR'];
  await expect.poll(async () => modalitiesOf(await inStudy(inOrthanc, study.studyInstanceUid)), PATIENCE).toEqual(complete);
  const first = await inStudy(inOrthanc, study.studyInstanceUid);
  const report = first.find((one) => textOf(one, TAG.Modality) === 'SR');
  expect(readReport(report ?? {}).findings.some(({ kind }) => kind === 'fracture')).toBe(true);

  // The results make it stable again, and so does one more object of somebody else; then its quiet time passes twice.
  await expect.poll(() => timesStable(study.studyInstanceUid), PATIENCE).toBe(2);
  const [image = new Uint8Array()] = study.files;
  await orthanc.add(image);
  await expect.poll(() => timesStable(study.studyInstanceUid), PATIENCE).toBeGreaterThanOrEqual(2);
  const other = phantomStudy('after', 'sound hand');
  for (const file of other.files) await orthanc.add(file);
  // A study that came later is through: what was to go round would have gone round by now.
  await expect.poll(async () => modalitiesOf(await inStudy(inOrthanc, other.studyInstanceUid)), PATIENCE).toEqual(['DX', 'SR']);
  await expect.poll(() => timesStable(other.studyInstanceUid), PATIENCE).toBe(2);
  expect(uidsOf(await inStudy(inOrthanc, study.studyInstanceUid))).toEqual(uidsOf(first));
  expect(uidsOf(await inStudy(inOsteon, study.studyInstanceUid))).toEqual(uidsOf(first));
  const listed = z.object({ deliveries: z.array(z.object({ studyInstanceUid: z.string(), tries: z.number() })) });
  const { deliveries } = listed.parse(await (await fetch(`${address}/api/deliveries`)).json());
  expect(deliveries.filter(({ studyInstanceUid }) => studyInstanceUid === study.studyInstanceUid)).toHaveLength(1);
  await osteon?.stop();
  osteon = undefined;
}); // prettier-ignore

it('waits for an Osteon that is away', async () => {
  const study = phantomStudy('while away', 'sound hand');
  for (const file of study.files) await orthanc.add(file);
  await expect.poll(() => timesStable(study.studyInstanceUid), PATIENCE).toBe(1);
  expect(modalitiesOf(await inStudy(inOrthanc, study.studyInstanceUid))).toEqual(['DX']);
  await startOsteon();
  await expect.poll(async () => modalitiesOf(await inStudy(inOrthanc, study.studyInstanceUid)), PATIENCE).toEqual(['DX', 'SR']);
}); // prettier-ignore
