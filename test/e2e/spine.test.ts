/**
 * The whole way on the running server: STOW-RS in, models, SR and presentation state out, drawn in a real Chromium.
 */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoStudies } from '../../dicom/phantom/index.ts';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { readReport } from '../../dicom/sr/report-reader.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { findingsOf, INTENDED_USE_NOTICE } from '../../dicom/vocabulary/finding.ts';
import { intersectionOverUnion } from '../../dicom/vocabulary/geometry.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import { importImage } from '../../server/ingest/import-image.ts';
import { launchBrowser } from '../support/browser.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';
import { sharedData } from '../support/shared-data.ts';
import { overlayPixels } from './overlay-measure.ts';

let folder: string;
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: join(import.meta.dirname, '..', '..') });
  folder = await mkdtemp(join(tmpdir(), 'osteon-spine-'));
  [server, browser] = await Promise.all([
    startServer(folder, { OSTEON_RESEARCH_MODELS: 'on', OSTEON_STUDY_QUIET_SECONDS: '1' }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser.close();
  const code = await server.stop();
  await rm(folder, { recursive: true });
  expect(code).toBe(0);
});

/** Stores instances in one request; the study's UID. */
async function stow(...instances: readonly Uint8Array[]): Promise<string> {
  const parts = instances.flatMap((bytes) => [
    Buffer.from('--b\r\nContent-Type: application/dicom\r\n\r\n'),
    bytes,
    Buffer.from('\r\n'),
  ]);
  const response = await fetch(`${server.address}/dicom-web/studies`, {
    method: 'POST',
    headers: { 'Content-Type': 'multipart/related; type="application/dicom"; boundary=b' },
    body: Buffer.concat([...parts, Buffer.from('--b--\r\n')]),
  });
  expect(response.status).toBe(200);
  const [first] = instances;
  return readHeader(first ?? new Uint8Array()).studyInstanceUid;
}

interface Analysis {
  readonly state: string;
  readonly reason?: string;
  readonly report?: { readonly seriesInstanceUid: string; readonly sopInstanceUid: string };
}

/** Waits until a study's analysis has ended. */
async function analysisOf(studyUid: string): Promise<Analysis> {
  for (;;) {
    const response = await fetch(`${server.address}/api/analyses?study=${studyUid}`);
    const { analyses } = (await response.json()) as { analyses: Analysis[] };
    const [analysis] = analyses;
    if (analysis && !['waiting', 'running'].includes(analysis.state)) return analysis;
    await pause(50);
  }
}

async function metadataOf(studyUid: string, modality: string): Promise<readonly DataSet[]> {
  const response = await fetch(`${server.address}/dicom-web/studies/${studyUid}/metadata`);
  const all = (await response.json()) as DataSet[];
  return all.filter((dataSet) => textOf(dataSet, TAG.Modality) === modality);
}

/** The study's page with its image drawn; fails on any complaint of the console. */
async function openStudy(studyUid: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on('pageerror', (error) => expect.fail(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') expect.fail(message.text());
  });
  await page.goto(`${server.address}/#/studies/${studyUid}`);
  await page.locator('.radiograph-surface[data-loading="false"]').waitFor();
  return page;
}

describe('a study with a fracture and one with a question for the bone age', () => {
  it('comes back with boxes where the truth is, and the page draws them until A is pressed', async () => {
    const instances = firstDemo((title) => /distal radius/.test(title));
    const studyUid = await stow(...instances.map(({ bytes }) => bytes));
    expect(await analysisOf(studyUid)).toMatchObject({ state: 'done' });
    const [report] = await metadataOf(studyUid, 'SR');
    const { findings } = readReport(report ?? {});
    expect(findingsOf(findings, 'body-region').map(({ region }) => region)).toContain('hand');
    expect(findingsOf(findings, 'fracture-presence')[0]?.verdict).toBe('present');
    const truths = new Map(
      instances.map(({ bytes, truth }) => [readHeader(bytes).sopInstanceUid, truth.fractures]),
    );
    const located = findingsOf(findings, 'fracture').filter(({ box, source }) =>
      truths.get(source.sopInstanceUid)?.some((truth) => intersectionOverUnion(truth.box, box) > 0.1),
    );
    expect(located).not.toEqual([]);
    expect(await metadataOf(studyUid, 'PR')).not.toEqual([]);

    const page = await openStudy(studyUid);
    await page.getByText(INTENDED_USE_NOTICE).first().waitFor();
    const drawn = () => overlayPixels(page);
    await expect.poll(drawn).toBeGreaterThan(100);
    await page.keyboard.press('a');
    await expect.poll(drawn).toBe(0);
    await page.keyboard.press('a');
    await expect.poll(drawn).toBeGreaterThan(100);
    await page.close();
  });

  it('gets a bone age because its description asks for one, near the age the hand was drawn at', async () => {
    const instances = firstDemo((title) => /bone age/.test(title));
    const studyUid = await stow(...instances.map(({ bytes }) => bytes));
    expect(await analysisOf(studyUid)).toMatchObject({ state: 'done' });
    const [report] = await metadataOf(studyUid, 'SR');
    const [boneAge] = findingsOf(readReport(report ?? {}).findings, 'bone-age');
    expect(boneAge?.isSexKnown).toBe(true);
    expect(Math.abs((boneAge?.months ?? 0) - (boneAge?.chronologicalMonths ?? 0))).toBeLessThan(36);
    const page = await openStudy(studyUid);
    await page.getByRole('region', { name: 'Bone age' }).waitFor();
    await page.close();
  });
});

describe('what the server keeps', () => {
  it('is every byte as it came, and one result set however often a study is asked for', async () => {
    const [image] = firstDemo((title) => /Adult hand, sound/.test(title));
    if (!image) throw new Error('no image');
    const { bytes } = image;
    const header = readHeader(bytes);
    const studyUid = await stow(bytes);
    await analysisOf(studyUid);
    const url = `${server.address}/dicom-web/studies/${studyUid}/series/${header.seriesInstanceUid}/instances/${header.sopInstanceUid}`;
    const response = await fetch(url, { headers: { Accept: 'application/dicom; transfer-syntax=*' } });
    expect(sha256(new Uint8Array(await response.arrayBuffer()))).toBe(sha256(bytes));
    const reports = await metadataOf(studyUid, 'SR');
    await fetch(`${server.address}/api/analyses`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ studyInstanceUid: studyUid }),
    });
    expect(await analysisOf(studyUid)).toMatchObject({ state: 'done' });
    expect(await metadataOf(studyUid, 'SR')).toEqual(reports);
  });
});

describe.skipIf(!sharedData())('real radiographs (needs ../shared/data)', () => {
  it.each([
    ['a MONOCHROME1 tibia', 'REF/RG3_UNC', 'leg'],
    ['a JPEG 2000 hip', 'J2KI/RG2_J2KI', 'hip'],
  ])('%s is recognised, reported and shown', async (_name, file, region) => {
    const path = join(sharedData() ?? '', 'dicom', 'wg04', `${file}.dcm`);
    const studyUid = await stow(await readFile(path));
    expect(await analysisOf(studyUid)).toMatchObject({ state: 'done' });
    const [report] = await metadataOf(studyUid, 'SR');
    expect(
      findingsOf(readReport(report ?? {}).findings, 'body-region').map((finding) => finding.region),
    ).toContain(region);
    const page = await openStudy(studyUid);
    await page.close();
  });

  it('with a fracture get a box that overlaps the annotated one, through the import command', async () => {
    const fracatlas = join(sharedData() ?? '', 'fracatlas');
    const { images } = JSON.parse(await readFile(join(fracatlas, 'annotations.json'), 'utf8')) as {
      images: Annotated[];
    };
    const clear = images
      .filter((image) => image.split === 'val' && image.fractures.length === 1)
      .slice(0, 12);
    const hits = await Promise.all(clear.map((image) => isFound(image, fracatlas)));
    // A floor far below the model's measured recall: the way is tested here, the model on its card.
    expect(hits.filter(Boolean).length).toBeGreaterThanOrEqual(3);
  });
});

interface Annotated {
  readonly file: string;
  readonly split: string;
  readonly fractures: readonly { readonly bbox: readonly [number, number, number, number] }[];
}

/** Imports one annotated picture as the import does and says whether a reported box overlaps the truth. */
async function isFound(image: Annotated, fracatlas: string): Promise<boolean> {
  const bytes = await importImage(await readFile(join(fracatlas, 'images', image.file)), { modality: 'DX' });
  const studyUid = await stow(bytes);
  await analysisOf(studyUid);
  const [report] = await metadataOf(studyUid, 'SR');
  const [truth] = image.fractures;
  if (!truth) return false;
  const [x, y, width, height] = truth.bbox;
  const box = { left: x, top: y, right: x + width, bottom: y + height };
  return findingsOf(readReport(report ?? {}).findings, 'fracture').some(
    (finding) => intersectionOverUnion(finding.box, box) > 0.1,
  );
}

/** The images of the first demo study whose title is meant, as files, with what is true of them. */
function firstDemo(isMeant: (title: string) => boolean) {
  for (const { title, instances } of demoStudies()) {
    if (!isMeant(title)) continue;
    return instances.map(({ dataSet, pixelData, truth }) => ({
      bytes: writePart10(dataSet, { pixelData }),
      truth,
    }));
  }
  throw new Error('no such demo study');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
