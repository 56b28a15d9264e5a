/**
 * De-identified copies, taken over a socket from studies that are full of markers, and read by others: no marker anywhere in
 * them, every reference resolves, validators find nothing new. PS3.15 E.1.1, E.3.5.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHeader, readPart10 } from '../../../dicom/read/part10-reader.ts';
import { readReport } from '../../../dicom/sr/report-reader.ts';
import { numberOf, textOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { SOP_CLASS } from '../../../dicom/vocabulary/uids.ts';
import { errorHandler } from '../../../server/http/errors.ts';
import { SILENT_LOG } from '../../../server/operations/log.ts';
import { authenticateBy } from '../../../server/security/authentication.ts';
import { permissionsOf } from '../../../server/security/role.ts';
import { query } from '../../../server/storage/database.ts';
import {
  dciodvfyErrors,
  dcentvfyErrors,
  pixelmedFindingsOfAll,
  runTool,
  withFiles,
} from '../../support/independent-readers.ts';
import { serveOnLoopback, type LoopbackServer } from '../../support/loopback.ts';
import { qualityRouter } from '../../support/quality-router.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';
import { markedFiles, MARKER } from './marked-studies.ts';

const REPORTS: readonly string[] = [SOP_CLASS.comprehensiveSr, SOP_CLASS.comprehensive3dSr];

const storage = await ownStorage({ keepsAll: true });
let server: LoopbackServer;
let folder: string;
const input = new Map<string, Buffer>();

async function store(...files: readonly Uint8Array[]): Promise<void> {
  for (const file of files) {
    const outcome = await storeBytes(storage.instances(), file);
    if (outcome.status === 'refused') throw outcome.failure;
    input.set(readHeader(file).sopInstanceUid, Buffer.from(file));
  }
}

/** The image of the second study with an overlay in the bits above its 12, as older equipment keeps names there. PS3.3 C.9.2 (retired). */
function withBitsAbove(file: Uint8Array): Uint8Array {
  const { pixelData, studyInstanceUid } = readHeader(file);
  if (!pixelData || studyInstanceUid !== '1.2.71') return file;
  const samples = Buffer.from(file).subarray(pixelData.offset, pixelData.offset + pixelData.length);
  for (let at = 1; at < samples.length; at += 2) samples.writeUInt8(samples.readUInt8(at) | 0x90, at);
  return new Uint8Array(samples.buffer, samples.byteOffset - pixelData.offset, file.length);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'osteon-export-'));
  for (const files of await markedFiles()) await store(...files.map(withBitsAbove));
  const app = express();
  app.use(
    authenticateBy((request) => {
      const role = request.get('x-role') === 'radiologist' ? 'radiologist' : 'qa';
      return { id: `person ${role}`, kind: 'person', permissions: permissionsOf([role]) };
    }),
  );
  app.use('/api/audit', qualityRouter(storage));
  app.use(errorHandler(SILENT_LOG));
  server = await serveOnLoopback(app);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const ask = (parameters = '', role = 'qa') =>
  fetch(`${server.origin}/api/audit/export${parameters}`, { headers: { 'x-role': role } });

/** Takes an export and unpacks it with Python's zipfile; the paths below the folder. */
async function take(
  name: string,
  parameters = '',
): Promise<{ readonly at: string; readonly paths: readonly string[] }> {
  const response = await ask(parameters);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/zip']);
  const archive = join(folder, `${name}.zip`);
  await writeFile(archive, Buffer.from(await response.arrayBuffer()));
  const at = join(folder, name);
  expect(runTool('/usr/bin/python3', ['-m', 'zipfile', '-t', archive]).output).toContain('Done testing');
  expect(runTool('/usr/bin/python3', ['-m', 'zipfile', '-e', archive, at]).status).toBe(0);
  const paths = await readdir(at, { recursive: true });
  return { at, paths: paths.filter((path) => /\.(dcm|csv)$/.test(path)).toSorted() };
}

describe('an export', () => {
  let at: string;
  let files: readonly string[];
  beforeAll(async () => {
    const taken = await take('all');
    at = taken.at;
    files = taken.paths.filter((path) => path.endsWith('.dcm')).map((path) => join(at, path));
  });
  const tableOf = (name: string) =>
    readFileSync(join(at, name), 'utf8')
      .trim()
      .split('\r\n')
      .map((line) => line.split(','));

  it('holds radiographs and reports of the studies whose pixels may be shown, and says what is left out and why', () => {
    // Two images and two reports of the first study, one of each of the second; nothing of the third.
    expect(files).toHaveLength(6);
    expect(tableOf('studies.csv').slice(1)).toHaveLength(2);
    const reasons = tableOf('left-out.csv')
      .slice(1)
      .map(([, , reason]) => reason);
    expect(reasons.toSorted()).toEqual(['burned-in', 'burned-in-unknown', 'other-object', 'other-object']);
  });

  it('holds no marker in any byte of any file, nor an old UID or date', () => {
    for (const file of [...files, ...['studies.csv', 'left-out.csv'].map((name) => join(at, name))]) {
      expect([file, readFileSync(file, 'latin1').match(MARKER)]).toEqual([file, null]);
    }
  });

  it('is read by pydicom: no marker in any element, every reference resolves, one patient, and it says what it is', () => {
    const program = join(import.meta.dirname, 'look_into_copies.py');
    const { status, output } = runTool('/usr/bin/python3', [program, ...files]);
    expect([status, output]).toEqual([0, expect.any(String)]);
    const found = JSON.parse(output.split('\n')[0] ?? '') as {
      readonly texts: readonly string[];
      readonly instances: readonly string[];
      readonly references: readonly string[];
      readonly patients: readonly string[];
      readonly removed: readonly string[];
      readonly codes: readonly string[];
    };
    expect(found.texts.length).toBeGreaterThan(200);
    expect(found.texts.filter((text) => MARKER.test(text))).toEqual([]);
    expect(found.references.length).toBeGreaterThan(4);
    expect(found.references.filter((uid) => !found.instances.includes(uid))).toEqual([]);
    expect(new Set(found.patients).size).toBe(1); // both studies are of one patient
    expect(found.patients[0]).toMatch(/^P[0-9A-F]{12}$/);
    expect(new Set(found.removed)).toEqual(new Set(['YES']));
    expect(new Set(found.codes)).toEqual(new Set(['113100+113104']));
  });

  it('passes the validators as far as the input did', { timeout: 240_000 }, () => {
    const kindOf = (bytes: Uint8Array) => textOf(readPart10(bytes).dataSet, TAG.SOPClassUID) ?? '';
    const known = new Map<string, Set<string>>();
    withFiles([...input.values()], (paths) => {
      [...input.values()].forEach((bytes, index) => {
        const errors = known.get(kindOf(bytes)) ?? new Set();
        for (const line of dciodvfyErrors(paths[index] ?? '')) errors.add(line);
        known.set(kindOf(bytes), errors);
      });
    });
    for (const file of files) {
      const before = known.get(kindOf(readFileSync(file)));
      expect([file, dciodvfyErrors(file).filter((line) => before?.has(line) !== true)]).toEqual([file, []]);
    }
    expect(dcentvfyErrors(files)).toEqual([]);
    const reportsIn = (paths: readonly string[]) =>
      paths.filter((path) => REPORTS.includes(kindOf(readFileSync(path))));
    withFiles([...input.values()], (paths) => {
      // Positions of items change with what is taken out.
      const said = (reports: readonly string[]) =>
        pixelmedFindingsOfAll(reports).map((line) => line.replace(/\b\d+(\.\d+)+: /, ''));
      const before = new Set(said(reportsIn(paths)));
      expect(said(reportsIn(files)).filter((line) => !before.has(line))).toEqual([]);
    });
  });

  it('shows the same pixels and the same findings', () => {
    const pixelsOf = (bytes: Buffer) => {
      const { pixelData } = readHeader(bytes);
      return (
        pixelData && bytes.subarray(pixelData.offset, pixelData.offset + pixelData.length).toString('base64')
      );
    };
    const exported = files.map((file) => readFileSync(file));
    const original = input.get('1.2.70.1.1');
    expect(exported.map(pixelsOf)).toContain(original && pixelsOf(original));
    const boxesIn = (bytes: Buffer) => {
      const { dataSet, header } = readPart10(bytes);
      if (!REPORTS.includes(header.sopClassUid)) return [];
      const { isVerified, findings } = readReport(dataSet);
      return findings.flatMap((one) =>
        one.kind === 'fracture'
          ? [{ isVerified, box: one.box, decision: one.review?.decision, model: one.model.name }]
          : [],
      );
    };
    const before = [...input.values()].flatMap(boxesIn);
    expect(before.length).toBeGreaterThanOrEqual(4);
    expect(exported.flatMap(boxesIn)).toEqual(expect.arrayContaining(before));
  });

  it('holds stored values alone: no overlay in the bits around them', () => {
    const samplesOf = (bytes: Buffer) => {
      const { offset = 0, length = 0 } = readHeader(bytes).pixelData ?? {};
      return Array.from({ length: length / 2 }, (_, index) => bytes.readUInt16LE(offset + 2 * index));
    };
    const planted = [...input.values()].find((bytes) => {
      const { pixelData, studyInstanceUid } = readHeader(bytes);
      return pixelData && studyInstanceUid === '1.2.71';
    });
    const before = samplesOf(planted ?? Buffer.alloc(0));
    expect(before.every((sample) => sample >= 0x9000)).toBe(true);
    const isOfWords = (bytes: Buffer) => numberOf(readHeader(bytes).attributes, TAG.BitsAllocated) === 16;
    const exported = files.map((file) => readFileSync(file)).filter(isOfWords);
    expect(exported.map(samplesOf)).toContainEqual(before.map((sample) => sample & 0xfff));
    expect(exported.flatMap(samplesOf).every((sample) => sample < 0x1000)).toBe(true);
  });

  it('holds the rows of the audit without people and times, under the new UIDs', () => {
    const [head = [], ...rows] = tableOf('studies.csv');
    expect(head).toEqual(
      expect.arrayContaining(['models', 'score', 'model_fracture', 'turnaround_hours', 'label_fracture']),
    );
    expect(head.filter((name) => /date|_at$|^reader$/.test(name))).toEqual([]);
    const studies = new Set(files.map((file) => readHeader(readFileSync(file)).studyInstanceUid));
    expect(new Set(rows.map(([uid]) => uid))).toEqual(studies);
    expect(rows.flat().filter((text) => text.includes('Fracture locator 0.1.0'))).toHaveLength(2);
  });

  it('is on record before it leaves: who, which studies', async () => {
    const [event] = await query(
      storage.pool,
      "SELECT principal_id, outcome, study_uids, detail FROM audit_event WHERE action = 'export-studies' ORDER BY id LIMIT 1",
    );
    expect(event).toEqual({
      principal_id: 'person qa',
      outcome: 'success',
      study_uids: ['1.2.72', '1.2.71', '1.2.70'],
      detail: 'de-identified',
    });
  });

  it('has other UIDs than another export of the same studies, so that they cannot be put side by side', async () => {
    const [one, other] = [await take('first', '?study=1.2.71'), await take('second', '?study=1.2.71')];
    expect(one.paths).toHaveLength(4);
    expect(other.paths.filter((path) => path.endsWith('.dcm') && one.paths.includes(path))).toEqual([]);
  });

  it('takes the filter of the audit, and is refused for no study, for no UID and without the permission', async () => {
    expect((await take('filtered', '?from=20260105&to=20260105')).paths).toHaveLength(6);
    expect((await ask('?from=20300101')).status).toBe(409);
    expect((await ask('?study=x')).status).toBe(400);
    expect((await ask('', 'radiologist')).status).toBe(403);
  });
});
