/**
 * `/api` of a running server: the door for programs that know no DICOM, and administration. Every answer is held against the
 * schema that the OpenAPI document shows for it.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { numberOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { SCHEMAS, type SchemaName } from '../../../server/http/open-api/schemas.ts';
import { analysisEnd } from '../../support/analyses.ts';
import { dicomWebClient } from '../../support/dicom-web-client.ts';
import { phantomImages, phantomStudy, type PhantomKind } from '../../support/phantom-studies.ts';
import { startReceivingPacs, type ReceivingPacs } from '../../support/receiving-pacs.ts';
import { startServer, type RunningServer } from '../../support/running-server.ts';

/** A whole server, and networks that may have to share the machine. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
let pacs: ReceivingPacs;
let server: RunningServer;
const ends: (() => Promise<unknown>)[] = [];

const RULES = (address: string): string => `version: 1
destinations:
  pacs: { dicomweb: "${address}" }
  archive: { folder: "${join(folder, 'archive')}", objects: [sr] }
rules:
  - name: Hands
    when: { bodyPart: HAND }
    priority: high
  - name: Everything
    send: [pacs]
`;

beforeAll(async () => {
  // Drawn before there are connections, which would lie idle meanwhile, and be closed.
  for (const kind of ['broken wrist', 'sound hand'] as const) phantomImages(kind);
  folder = await mkdtemp(join(tmpdir(), 'osteon-api-'));
  ends.push(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'archive'));
  pacs = await startReceivingPacs();
  ends.push(() => pacs.close());
  await writeFile(join(folder, 'routing.yaml'), RULES(pacs.root));
  server = await startServer(join(folder, 'data'), {
    OSTEON_ROUTING: join(folder, 'routing.yaml'),
    // Nothing is analysed by itself: who asks need not wait for quiet.
    OSTEON_STUDY_QUIET_SECONDS: '3600',
  });
  ends.push(() => server.stop());
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

async function ask(path: string, request: RequestInit = {}): Promise<Response> {
  return await fetch(`${server.address}/api${path}`, request);
}

/** A success, and its body as the schema has it. */
async function answered<Name extends SchemaName>(
  name: Name,
  response: Response,
): Promise<z.infer<(typeof SCHEMAS)[Name]>> {
  const body: unknown = await response.json();
  expect(response.status, JSON.stringify(body)).toBeLessThan(300);
  return SCHEMAS[name].parse(body) as z.infer<(typeof SCHEMAS)[Name]>;
}

async function refused(response: Response, status: number): Promise<string> {
  expect(response.status).toBe(status);
  return SCHEMAS.Failure.parse(await response.json()).message;
}

const post = (path: string, body: unknown) =>
  ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

async function upload(bytes: Uint8Array, type = 'application/octet-stream'): Promise<string> {
  const body = new Uint8Array(bytes);
  const response = await ask('/upload', { method: 'POST', headers: { 'Content-Type': type }, body });
  return (await answered('Uploaded', response)).filename;
}

/** A phantom of the demonstration as an 8-bit picture. */
function picture(kind: PhantomKind): Sharp {
  const [instance] = phantomImages(kind);
  if (!instance) throw new Error('no such phantom');
  const { dataSet, pixelData } = instance;
  const [rows, columns] = [numberOf(dataSet, TAG.Rows) ?? 0, numberOf(dataSet, TAG.Columns) ?? 0];
  const samples = new Uint16Array(pixelData.buffer, pixelData.byteOffset, rows * columns);
  const most = samples.reduce((one, other) => Math.max(one, other), 1);
  const grey = Uint8Array.from(samples, (sample) => (sample / most) * 255);
  return sharp(grey, { raw: { width: columns, height: rows, channels: 1 } }).toColourspace('b-w');
} // prettier-ignore

describe('the door for programs that know no DICOM', () => {
  it('takes a PNG, says where the fracture is, and leads to study, report and viewer', async () => {
    const png = await picture('broken wrist').png().toBuffer();
    const filename = await upload(png, 'image/png');
    expect(await upload(png, 'image/png')).toBe(filename);
    const prediction = await answered('Prediction', await post('/predict', { filename }));
    expect(prediction).toMatchObject({ filename, bone_type: 'hand', result: 'fractured' });
    expect(prediction.probability).toBeGreaterThan(0.5);
    const [box] = prediction.boxes;
    const { width, height } = await sharp(png).metadata();
    expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 0) <= width).toBe(true);
    expect((box?.y ?? -1) >= 0 && (box?.y ?? 0) + (box?.height ?? 0) <= height).toBe(true);
    const report = await fetch(prediction.report ?? '', { headers: { Accept: 'text/plain' } });
    expect(await report.text()).toContain('Fracture');
    expect((await fetch(`${prediction.study.url}/metadata`)).status).toBe(200);
    expect(new URL(prediction.viewer).hash).toBe(`#/studies/${prediction.study.studyInstanceUid}`);
    // Asked again, it is the same.
    expect(await answered('Prediction', await post('/predict', { filename }))).toEqual(prediction);
  });

  it('takes a form, as curl sends it, and a JPEG without a word about its type', async () => {
    const jpeg = await picture('sound hand').jpeg({ quality: 95 }).toBuffer();
    const path = join(folder, 'Kim^Minsu.jpg');
    await writeFile(path, jpeg);
    const output = execFileSync('curl', ['-s', '-F', 'note=first', '-F', `file=@"${path}"`, `${server.address}/api/upload`]);
    const { filename } = SCHEMAS.Uploaded.parse(JSON.parse(output.toString()));
    expect(filename).toMatch(/^2\.25\.\d+\.dcm$/);
    expect(await upload(jpeg)).toBe(filename);
    const prediction = await answered('Prediction', await post('/predict', { filename }));
    expect(prediction).toMatchObject({ bone_type: 'hand', result: 'normal', boxes: [] });
  }); // prettier-ignore

  it('takes a DICOM file as it is, and speaks of that image alone', async () => {
    const study = phantomStudy('door', 'broken wrist');
    const [first = new Uint8Array(), second = new Uint8Array()] = study.files;
    const [one, other] = [await upload(first, 'application/dicom'), await upload(second)];
    expect([one, other]).toEqual(study.sopInstanceUids.map((uid) => `${uid}.dcm`));
    const predictions = [
      await answered('Prediction', await post('/predict', { filename: one })),
      await answered('Prediction', await post('/predict', { filename: other })),
    ];
    expect(predictions.map(({ result }) => result)).toEqual(['fractured', 'fractured']);
    expect(predictions[0]?.boxes).not.toEqual(predictions[1]?.boxes);
    expect(predictions[0]?.study.studyInstanceUid).toBe(study.studyInstanceUid);
  });

  it('says why a picture is of no use', async () => {
    const colours = { create: { width: 300, height: 400, channels: 3, background: '#c02040' } } as const;
    const filename = await upload(await sharp(colours).png().toBuffer());
    const prediction = await answered('Prediction', await post('/predict', { filename }));
    expect(prediction).toMatchObject({ bone_type: null, result: 'unusable', probability: null, boxes: [] });
    const { refusals } = await answered('ImageRules', await ask('/rules'));
    expect(prediction.reason).toBeTruthy();
    expect(Object.values(refusals)).toContain('The image is in colour; a radiograph is grey');
  });

  it('refuses what is no picture, an empty form, and names it has not given', async () => {
    const text = { method: 'POST', body: 'not a picture' };
    expect(await refused(await ask('/upload', text), 415)).toBeTruthy();
    const form = new FormData();
    form.set('note', 'without a file');
    expect(await refused(await ask('/upload', { method: 'POST', body: form }), 400)).toContain('no file');
    expect(await refused(await post('/predict', { filename: '1.2.3.dcm' }), 404)).toBeTruthy();
    for (const filename of ['../../../etc/passwd', 'x.png', '']) await refused(await post('/predict', { filename }), 400);
  }); // prettier-ignore

  it('shows what a usable image is', async () => {
    const { rules, picture: address } = await answered('ImageRules', await ask('/rules'));
    expect(rules.length).toBeGreaterThan(3);
    const response = await fetch(`${server.address}${address}`);
    const { format, channels } = await sharp(await response.arrayBuffer()).metadata();
    expect([response.status, format, channels]).toEqual([200, 'png', 1]);
  });
});

describe('administration', () => {
  it('says what others are told so that they can send here', async () => {
    const node = await answered('Node', await ask('/node'));
    expect(node.dicomWebRoot).toBe(`${server.address}/dicom-web`);
    expect((await fetch(`${node.dicomWebRoot}/studies?limit=1`)).ok).toBe(true);
  });

  it('shows the rules, and the faults of a wrong file line by line until it is right again', async () => {
    const before = await answered('Routing', await ask('/routing'));
    expect(before).toMatchObject({ faults: [], rules: [{ name: 'Hands', line: 6 }, { name: 'Everything', line: 9 }] });
    await writeFile(join(folder, 'routing.yaml'), RULES(pacs.root).replace('[pacs]', '[nowhere]').replace('high', 'highest'));
    const wrong = await answered('Routing', await ask('/routing/reload', { method: 'POST' }));
    expect(wrong.rules).toEqual(before.rules);
    expect(wrong.faults.map(({ line }) => line)).toContain(8);
    await writeFile(join(folder, 'routing.yaml'), RULES(pacs.root));
    expect((await answered('Routing', await ask('/routing/reload', { method: 'POST' }))).faults).toEqual([]);
  }); // prettier-ignore

  it('explains a stored study by the rules that hold, by a draft, and on the command line', async () => {
    const study = phantomStudy('explained', 'sound hand');
    await dicomWebClient(`${server.address}/dicom-web`).store(study.files);
    const { studyInstanceUid } = study;
    const held = await answered('Explanation', await post('/routing/explanations', { studyInstanceUid }));
    expect(held.images).toBe(1);
    expect(held.explanation).toContain('✓ Hands (line 6): ✓ bodyPart');
    expect(held.explanation).toMatch(/priority +high {2}\[Hands, line 6\]/);
    const draft = RULES(pacs.root).replace('HAND', 'FOOT');
    const drafted = await post('/routing/explanations', { studyInstanceUid, rules: draft });
    expect((await answered('Explanation', drafted)).explanation).toContain('✗ Hands (line 6): ✗ bodyPart');
    const broken = await post('/routing/explanations', { studyInstanceUid, rules: 'version: 2' });
    expect(await refused(broken, 400)).toMatch(/^rules:1: version/);
    const unknown = await post('/routing/explanations', { studyInstanceUid: '1.2.3' });
    expect(await refused(unknown, 404)).toBeTruthy();

    await writeFile(join(folder, 'draft.yaml'), draft);
    const run = (...args: string[]) =>
      execFileSync(process.execPath, ['scripts/routing.ts', '--explain', studyInstanceUid, ...args], {
        cwd: join(import.meta.dirname, '..', '..', '..'),
        env: { ...process.env, OSTEON_PORT: new URL(server.address).port },
      }).toString();
    expect(run().trim()).toBe(held.explanation);
    expect(run('--file', join(folder, 'draft.yaml'))).toContain('✗ Hands');
  });

  it('follows a delivery from a destination that is down to a dead letter, and to another try', async () => {
    pacs.mood = { failureReason: 0xa900 };
    const study = phantomStudy('delivered', 'sound hand', { BodyPartExamined: 'WRIST' });
    await dicomWebClient(`${server.address}/dicom-web`).store(study.files);
    await post('/analyses', { studyInstanceUid: study.studyInstanceUid });
    await analysisEnd(server.address, study.studyInstanceUid);
    const list = async (state: string) => (await answered('Deliveries', await ask(`/deliveries?state=${state}`))).deliveries;
    const countsOf = async (name: string) => {
      const { destinations } = await answered('Destinations', await ask('/destinations'));
      return destinations.find((one) => one.name === name);
    };
    await expect.poll(() => list('dead')).not.toEqual([]);
    const [dead] = (await list('dead')).filter((one) => one.studyInstanceUid === study.studyInstanceUid);
    expect(dead).toMatchObject({ destination: 'pacs', tries: 1, accepted: 0 });
    expect(dead?.reason).toContain('Failure Reason A900');
    expect((await countsOf('pacs'))?.counts.dead).toBeGreaterThan(0);
    expect(await countsOf('archive')).toMatchObject({ kind: 'folder', objects: ['sr'], counts: { waiting: 0 } });
    pacs.mood = 'up';
    expect(await answered('Revived', await ask(`/deliveries/${dead?.id ?? ''}/retry`, { method: 'POST' }))).toEqual({ revived: 1 });
    await answered('Revived', await ask('/destinations/pacs/retry', { method: 'POST' }));
    await expect.poll(() => list('dead')).toEqual([]);
    await expect.poll(async () => (await countsOf('pacs'))?.counts.waiting).toBe(0);
    await refused(await ask(`/deliveries/${dead?.id ?? ''}/retry`, { method: 'POST' }), 404);
    await refused(await ask('/deliveries?state=lost'), 400);
    const { hours } = await answered('Throughput', await ask('/throughput'));
    expect(hours).toHaveLength(24);
    expect(hours.reduce((sum, { deliveries }) => sum + deliveries, 0)).toBeGreaterThan(0);
    expect(hours.reduce((sum, { analyses }) => sum + analyses, 0)).toBeGreaterThan(0);
  }); // prettier-ignore

  it('asks destinations whether they are there', async () => {
    const echo = async (name: string) => await answered('Echo', await ask(`/destinations/${name}/echo`, { method: 'POST' }));
    expect(await echo('pacs')).toMatchObject({ isUp: true });
    expect(await echo('archive')).toMatchObject({ isUp: true });
    pacs.mood = 'away';
    expect(await echo('pacs')).toMatchObject({ isUp: false, reason: 'The server answered HTTP 503' });
    pacs.mood = 'up';
    await refused(await ask('/destinations/none/echo', { method: 'POST' }), 404);
  }); // prettier-ignore
});

describe('what was there before', () => {
  it('answers as the document says', async () => {
    const png = await readFile(join(import.meta.dirname, '../../../docs/images/usable-radiograph.png'));
    const imported = await ask('/imports?title=hand', { method: 'POST', headers: { 'Content-Type': 'image/png' }, body: new Uint8Array(png) });
    const { studyInstanceUid } = await answered('Imported', imported);
    await answered('Analyses', await post('/analyses', { studyInstanceUid, boneAge: false }));
    await analysisEnd(server.address, studyInstanceUid);
    await answered('Analyses', await ask('/analyses'));
    await answered('Review', await ask(`/reviews/${studyInstanceUid}`));
    await answered('Keys', await ask('/keys'));
    const document = (await (await ask('/openapi.json')).json()) as { info: { version: string } };
    const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../../package.json'), 'utf8')) as { version: string };
    expect(document.info.version).toBe(version);
    expect((await ask('/docs')).headers.get('content-type')).toMatch(/^text\/html/);
    expect((await ask('/docs/style.css')).status).toBe(200);
    expect((await ask('/nothing')).status).toBe(404);
  }); // prettier-ignore
});
