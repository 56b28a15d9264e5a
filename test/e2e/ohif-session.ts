/**
 * The published OHIF with our extension before the real server, in a real Chromium. `OSTEON_TEST_OHIF` names another version.
 */
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect } from 'vitest';
import { build } from 'vite';
import { textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../dicom/vocabulary/dictionary.ts';
import { demoStudies } from '../../dicom/phantom/index.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import { ensureOhif, OHIF_VERSION, ohifVersionOf } from '../../server/operations/ohif-download.ts';
import { launchBrowser } from '../support/browser.ts';
import type { MockInstance } from '../support/mock-pacs.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';
import { analysed, radiograph, regionOf, reportOf, sourceOf } from '../support/reading-room-studies.ts';
import type { Finding } from '../../dicom/vocabulary/finding.ts';

/** The version that is tested. */
export const TESTED_VERSION = ohifVersionOf(process.env['OSTEON_TEST_OHIF'] ?? OHIF_VERSION);

/** Its folder; `undefined` where it is not in the cache and cannot be fetched. */
export const TESTED_APPLICATION = await ensureOhif({ version: TESTED_VERSION }).catch(() => undefined);

export interface OhifSession {
  readonly address: string;
  /** Address of the reading room of the same server. */
  readonly readingRoom: string;
  /** Errors that pages threw. */
  readonly errors: string[];
  /** Stores a study of images with these findings, each list for one image, and the report about them. */
  store(uid: string, findings: readonly (readonly Finding[])[], changes?: StudyChanges): Promise<void>;
  /** Stores instances as they are. */
  storeInstances(instances: readonly MockInstance[]): Promise<void>;
  /** Stores the first demo study with a fracture of the wrist and waits until it is analysed; its UID. */
  storeDemo(): Promise<string>;
  /**
   * Opens a study in a mode and waits for its image; `mode` is the route, ours by default, `language` what OHIF is set to,
   * `density` how many pixels of the screen a CSS pixel has along a side.
   */
  open(uid: string, mode?: string, language?: string, density?: number): Promise<Page>;
  /** An empty page whose errors are noted. */
  newPage(language?: string, density?: number): Promise<Page>;
}

export interface StudyChanges {
  readonly image?: Parameters<typeof radiograph>[2];
  readonly isMonochrome1?: boolean;
  /** Changes the report before it is stored. */
  readonly report?: (dataSet: DataSet) => DataSet;
}

/** Call once at the top of a test file. */
export function ohifSession(): OhifSession {
  let browser: Browser;
  let server: RunningServer;
  let folder: string;
  let address = '';
  const errors: string[] = [];

  beforeAll(async () => {
    if (TESTED_APPLICATION === undefined) return;
    folder = await mkdtemp(join(tmpdir(), 'osteon-ohif-'));
    // The server looks for one version; under its name lies the one that is tested.
    await mkdir(join(folder, 'cache'));
    await symlink(dirname(TESTED_APPLICATION), join(folder, 'cache', `ohif-app-${OHIF_VERSION}`));
    const configFile = join(import.meta.dirname, '../../viewer-extension/ohif/vite.config.ts');
    await build({ configFile, logLevel: 'error' });
    [server, browser] = await Promise.all([
      startServer(join(folder, 'data'), {
        OSTEON_OHIF_PORT: '0',
        OSTEON_CACHE: join(folder, 'cache'),
        // The DX images of tests are not analysed: their reports are the tests' own.
        OSTEON_MODALITIES: 'CR',
        OSTEON_RESEARCH_MODELS: 'on',
        OSTEON_STUDY_QUIET_SECONDS: '1',
        OSTEON_WORKERS: '1',
        OSTEON_MAX_ELEMENTS: '5000000',
      }),
      launchBrowser(),
    ]);
    address = /OHIF +(http:\S+)\//.exec(server.output())?.[1] ?? '';
  });
  afterAll(async () => {
    if (TESTED_APPLICATION === undefined) return;
    await browser.close();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const newPage = async (language = 'en-US', density = 1) => {
    const page = await browser.newPage({
      viewport: { width: 1400, height: 900 },
      deviceScaleFactor: density,
    });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) errors.push(message.text());
    });
    await page.addInitScript((chosen) => {
      localStorage.setItem('shownTours', JSON.stringify(['basicViewerTour']));
      localStorage.setItem('i18nextLng', chosen);
    }, language);
    return page;
  };

  return {
    get address() {
      return address;
    },
    get readingRoom() {
      return server.address;
    },
    errors,
    storeInstances: (instances) => stow(server.address, instances),
    store: async (uid, findings, changes = {}) => {
      const images = findings.map((_, index) =>
        radiograph(uid, index + 1, changes.image, changes.isMonochrome1),
      );
      const pairs = images.map(({ metadata }, index) => {
        const source = sourceOf(uid, index + 1, changes.image);
        return { metadata, outcome: analysed(source, [regionOf(source), ...(findings[index] ?? [])]) };
      });
      const { metadata } = reportOf(pairs);
      const report = changes.report?.(metadata) ?? metadata;
      await stow(server.address, [...images, { metadata: report }]);
    },
    storeDemo: async () => {
      const demo = [...demoStudies()].find(({ title }) => /distal radius/.test(title));
      const instances = (demo?.instances ?? []).map(({ dataSet, pixelData }) => ({
        metadata: { ...dataSet, ...dataSetOf({ Modality: 'CR' }) },
        pixels: pixelData,
      }));
      await stow(server.address, instances);
      const uid = textOf(instances[0]?.metadata ?? {}, TAG.StudyInstanceUID) ?? '';
      const isDone = async () => {
        const response = await fetch(`${server.address}/api/analyses?study=${uid}`);
        const { analyses } = (await response.json()) as { analyses: readonly { readonly state: string }[] };
        return analyses[0]?.state;
      };
      await expect.poll(isDone, { timeout: 150_000, interval: 500 }).toBe('done');
      return uid;
    },
    newPage,
    open: async (uid, mode = 'osteon', language = 'en-US', density = 1) => {
      const page = await newPage(language, density);
      await page.goto(`${address}/${mode}?StudyInstanceUIDs=${uid}`);
      await page.locator('.cornerstone-canvas').first().waitFor({ timeout: 120_000 });
      return page;
    },
  };
}

async function stow(address: string, instances: readonly MockInstance[]): Promise<void> {
  const parts = instances.flatMap(({ metadata, pixels }) => [
    Buffer.from('--b\r\nContent-Type: application/dicom\r\n\r\n'),
    writePart10(metadata, pixels ? { pixelData: pixels } : {}),
    Buffer.from('\r\n'),
  ]);
  const response = await fetch(`${address}/dicom-web/studies`, {
    method: 'POST',
    headers: { 'Content-Type': 'multipart/related; type="application/dicom"; boundary=b' },
    body: Buffer.concat([...parts, Buffer.from('--b--\r\n')]),
  });
  expect(response.status).toBe(200);
}

/** Keeps a picture of the page where `OSTEON_SCREENSHOTS` names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['OSTEON_SCREENSHOTS'];
  if (folder) await page.screenshot({ path: join(folder, `${TESTED_VERSION}-${name}.png`) });
}

/** Waits until a box is drawn and at rest. */
export async function untilDrawn(page: Page): Promise<Sides> {
  await expect.poll(() => drawnBox(page)).toBeDefined();
  await page.waitForTimeout(300);
  const box = await drawnBox(page);
  if (!box) throw new Error('no box is drawn');
  return box;
}

/** Sides of a rectangle in pixels of the page. */
export type Sides = readonly [left: number, top: number, right: number, bottom: number];

/** The hull of the first box that is drawn, from the coordinates of its path; `undefined` where none is. */
export async function drawnBox(page: Page): Promise<Sides | undefined> {
  return page.evaluate(() => {
    const path = document.querySelector('.osteon-overlay path');
    const svg = path?.closest('svg')?.getBoundingClientRect();
    if (!path || !svg) return undefined;
    const numbers = (/^M([^MZ]*)/.exec(path.getAttribute('d') ?? '')?.[1] ?? '').split(/[L ]/).map(Number);
    const [xs, ys] = [0, 1].map((odd) => numbers.filter((_, index) => index % 2 === odd)) as [
      number[],
      number[],
    ];
    return [
      svg.left + Math.min(...xs),
      svg.top + Math.min(...ys),
      svg.left + Math.max(...xs),
      svg.top + Math.max(...ys),
    ] as const;
  });
}

/** The bright rectangle that holds a point of the page, where brightness crosses one half among the screen's own pixels. */
export async function brightRectangle(page: Page, [x, y]: readonly [number, number]): Promise<Sides> {
  const { data, info } = await sharp(await page.screenshot())
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const density = await page.evaluate(() => window.devicePixelRatio);
  const grey = (column: number, row: number) => data[(row * info.width + column) * info.channels] ?? 0;
  const edge = (dx: number, dy: number) => {
    let [column, row] = [Math.floor(x * density), Math.floor(y * density)];
    while (grey(column + dx, row + dy) >= 128) [column, row] = [column + dx, row + dy];
    const [inside, outside] = [grey(column, row), grey(column + dx, row + dy)];
    const share = (inside - 127.5) / (inside - outside);
    return ((dx === 0 ? row : column) + 0.5 + (dx + dy) * share) / density;
  };
  return [edge(-1, 0), edge(0, -1), edge(1, 0), edge(0, 1)];
}
