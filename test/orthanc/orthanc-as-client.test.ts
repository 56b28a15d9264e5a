/**
 * Orthanc as a client of a running Osteon: it sends studies, searches, takes them back, and deletes.
 *
 * Orthanc keeps what it receives byte for byte, so its copy after the journey shows what Osteon sent.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { startOrthanc, type Orthanc } from '../support/orthanc.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';
import { sharedData } from '../support/shared-data.ts';
import { areSame, inOrder, MADE_STUDIES, REAL_STUDIES, type ExchangedStudy } from './exchanged-studies.ts';

let folder: string;
let osteon: RunningServer;
let orthanc: Orthanc;
/** What to undo at the end, also when something could not be started. */
const ends: (() => Promise<unknown>)[] = [];
/** Studies that a test stored. */
let studies: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'osteon-peer-'));
  ends.push(() => rm(folder, { recursive: true }));
  // Nothing is analysed: results would join the studies.
  osteon = await startServer(folder, { OSTEON_STUDY_QUIET_SECONDS: '3600', OSTEON_ALLOW_DELETE: 'on' });
  ends.push(() => osteon.stop());
  const url = `${osteon.address}/dicom-web/`;
  orthanc = await startOrthanc({
    osteon: { Url: url, HasDelete: true },
    'osteon-unchunked': { Url: url, ChunkedTransfers: false },
  });
  ends.push(orthanc.stop);
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});
afterEach(async () => {
  for (const study of studies) {
    await orthanc.forget(study);
    await fetch(`${osteon.address}/dicom-web/studies/${study}`, { method: 'DELETE' });
  }
  studies = [];
});

/** Puts files into Orthanc; their study, and how Orthanc names it. */
async function give(files: readonly Uint8Array[]): Promise<{ studyUid: string; id: string }> {
  for (const file of files) await orthanc.add(file);
  const { studyInstanceUid: studyUid } = readHeader(files[0] ?? new Uint8Array());
  studies.push(studyUid);
  const [id = ''] = await orthanc.studyIds(studyUid);
  return { studyUid, id };
}

async function asked(what: string, body: unknown, server = 'osteon'): Promise<unknown> {
  const response = await orthanc.ask(server, what, body);
  expect(response.status, await response.clone().text()).toBe(200);
  return await response.json();
}

/** Every object on Osteon's disk, in the order of bytes. */
async function keptFiles(): Promise<Buffer[]> {
  const entries = await readdir(join(folder, 'objects'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return inOrder(await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name)))));
}

/** PS3.18 8.7.3.5.2: these two leave as Explicit VR Little Endian. */
const NOT_FOR_THE_WEB: readonly string[] = [
  TRANSFER_SYNTAX.implicitVrLittleEndian,
  TRANSFER_SYNTAX.explicitVrBigEndian,
];

async function journey({ files: make }: ExchangedStudy): Promise<void> {
  const files = inOrder(await make());
  const { studyUid, id } = await give(files);

  expect(await asked('stow', { Resources: [id], Synchronous: true })).toMatchObject({
    InstancesCount: String(files.length),
  });
  expect(areSame(await keptFiles(), files)).toBe(true);

  const { attributes, transferSyntaxUid, pixelData } = readHeader(files[0] ?? new Uint8Array());
  const [match, ...others] = await search('/studies', { StudyInstanceUID: studyUid });
  expect(others).toEqual([]);
  for (const tag of [TAG.PatientID, TAG.StudyDate, TAG.AccessionNumber, TAG.PatientName] as const) {
    expect(match?.[tag]?.Value ?? []).toEqual(attributes[tag]?.Value ?? []);
  }
  expect(await search(`/studies/${studyUid}/instances`)).toHaveLength(files.length);

  await orthanc.forget(studyUid);
  expect(await orthanc.filesOf(studyUid)).toEqual([]);
  expect(await asked('retrieve', { Resources: [{ Study: studyUid }], Synchronous: true })).toMatchObject({
    ReceivedInstancesCount: String(files.length),
  });
  const received = await orthanc.filesOf(studyUid);
  if (!NOT_FOR_THE_WEB.includes(transferSyntaxUid)) {
    expect(areSame(received, files)).toBe(true);
    return;
  }
  const [plain = new Uint8Array()] = received;
  const header = readHeader(plain);
  expect(header.transferSyntaxUid).toBe(TRANSFER_SYNTAX.explicitVrLittleEndian);
  expect(header.attributes).toEqual(attributes);
  expect(pixelData).toBeDefined();
  const [original = new Uint8Array()] = files;
  const { samples } = await decodeFrame(original, readHeader(original), 0);
  expect((await decodeFrame(plain, header, 0)).samples).toEqual(samples);
}

/** A search by Orthanc, the answer as it came. */
async function search(uri: string, parameters: Readonly<Record<string, string>> = {}): Promise<DataSet[]> {
  return (await asked('get', { Uri: uri, Arguments: parameters })) as DataSet[];
}

describe('a study that Orthanc sends, finds, loses and takes back', () => {
  it.each(MADE_STUDIES)('$name', { timeout: 180_000 }, journey);
});

describe.skipIf(!sharedData())('the same with real files (needs ../shared/data)', () => {
  it.each(REAL_STUDIES)('$name', { timeout: 180_000 }, journey);
});

describe('Orthanc', () => {
  const [radiographs] = MADE_STUDIES;

  it('may send without chunks, and the same twice', async () => {
    const { id } = await give((await radiographs?.files()) ?? []);
    for (let time = 0; time < 2; time += 1) {
      const answer = await asked('stow', { Resources: [id], Synchronous: true }, 'osteon-unchunked');
      expect(answer).toMatchObject({ InstancesCount: '2' });
    }
  });

  it('is told that an instance with other bytes was refused, and the first stays', async () => {
    const [file = new Uint8Array()] = (await MADE_STUDIES.at(-1)?.files()) ?? [];
    const { studyUid, id } = await give([file]);
    await asked('stow', { Resources: [id], Synchronous: true });
    await orthanc.forget(studyUid);
    const other = Buffer.from(file);
    other.write('Doe^', other.indexOf('Roe^'), 'latin1');
    await give([other]);
    const refused = await orthanc.ask('osteon', 'stow', { Resources: [id], Synchronous: true });
    expect(refused.ok).toBe(false);
    expect(areSame(await keptFiles(), [file])).toBe(true);
  });

  it('takes one series, or one instance, of a study', async () => {
    const files = (await radiographs?.files()) ?? [];
    const { studyUid, id } = await give(files);
    await asked('stow', { Resources: [id], Synchronous: true });
    const { seriesInstanceUid: Series, sopInstanceUid: Instance } = readHeader(files[1] ?? new Uint8Array());
    for (const [resource, count] of [
      [{ Study: studyUid, Series, Instance }, 1],
      [{ Study: studyUid, Series }, 2],
    ] as const) {
      await orthanc.forget(studyUid);
      await asked('retrieve', { Resources: [resource], Synchronous: true });
      expect(await orthanc.filesOf(studyUid)).toHaveLength(count);
    }
  });

  it('finds by name in its own decoded form of the answer', async () => {
    const { id } = await give((await MADE_STUDIES[2]?.files()) ?? []);
    await asked('stow', { Resources: [id], Synchronous: true });
    const [match] = (await asked('qido', {
      Uri: '/studies',
      Arguments: { PatientName: 'yamada*' },
    })) as Record<string, { Name: string; Value: unknown }>[];
    expect(match?.[TAG.PatientID]).toMatchObject({ Name: 'PatientID', Value: 'P-7' });
    const [series] = await search('/series', { Modality: 'OT' });
    expect(series && textOf(series, TAG.SeriesInstanceUID)).toBe('2.25.702');
  });

  it('deletes a study', async () => {
    const { studyUid, id } = await give((await radiographs?.files()) ?? []);
    await asked('stow', { Resources: [id], Synchronous: true });
    await asked('delete', { Level: 'Study', StudyInstanceUID: studyUid });
    expect(await keptFiles()).toEqual([]);
    const refused = await orthanc.ask('osteon', 'retrieve', {
      Resources: [{ Study: studyUid }],
      Synchronous: true,
    });
    expect(refused.ok).toBe(false);
  });
});
