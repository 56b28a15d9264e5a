/**
 * The main flows of both viewers on real radiographs: from the list to the findings, through them, off and on, the threshold,
 * the bone age, the comparison, the report. `OSTEON_SCREENSHOTS` names a folder for pictures.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { dataSetOf } from '../../dicom/vocabulary/dictionary.ts';
import type { Finding, SourceImage } from '../../dicom/vocabulary/finding.ts';
import { readFracAtlas } from '../../scripts/evaluation/data-sets.ts';
import type { MockInstance } from '../support/mock-pacs.ts';
import {
  analysed,
  boneAgeOf,
  fractureAt,
  radiograph,
  regionOf,
  reportOf,
  sourceOf,
} from '../support/reading-room-studies.ts';
import { sharedData } from '../support/shared-data.ts';
import { ohifSession, picture, TESTED_APPLICATION, untilDrawn } from './ohif-session.ts';
import { overlayPixels } from './overlay-measure.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const DATA = sharedData();
const UID = '1.2.826.20';

beforeAll(() => {
  if (DATA !== undefined) execFileSync(process.execPath, ['scripts/build.ts'], { cwd: ROOT });
});
const viewers = ohifSession();
let page: Page | undefined;

beforeAll(async () => {
  if (DATA !== undefined && TESTED_APPLICATION !== undefined) await storeRealStudy(DATA);
});
afterEach(async () => {
  await page?.close();
  page = undefined;
  expect(viewers.errors.splice(0)).toEqual([]);
});

describe.skipIf(DATA === undefined || TESTED_APPLICATION === undefined)(
  'real radiographs (need ../shared/data)',
  () => {
    test('in the reading room: list, findings, N and P, A, threshold, bone age, comparison, report', async () => {
      const shown = (page = await viewers.newPage());
      await shown.goto(viewers.readingRoom);
      await shown.getByRole('link', { name: 'Lindqvist, Maja' }).waitFor();
      await picture(shown, 'real-list');
      await shown.getByRole('link', { name: 'Lindqvist, Maja' }).click();
      await shown.locator('.finding').nth(2).waitFor();
      await expect.poll(() => overlayPixels(shown)).toBeGreaterThan(100);
      await picture(shown, 'real-room');
      for (const [key, chosen] of [
        ['n', '91 %'],
        ['n', '38 %'],
        ['p', '91 %'],
      ] as const) {
        await shown.keyboard.press(key);
        await expect
          .poll(() => shown.locator('.finding[aria-pressed="true"]').allInnerTexts())
          .toEqual([expect.stringContaining(chosen)]);
      }
      await picture(shown, 'real-room-chosen');
      await shown.keyboard.press('a');
      await expect.poll(() => overlayPixels(shown)).toBe(0);
      await shown.keyboard.press('a');
      await shown.getByRole('slider').fill('60');
      await shown.getByText('2 of 3 shown').waitFor();
      await shown.getByRole('slider').fill('0');
      await shown.locator('.thumbnail').nth(1).click();
      await shown.locator('.bone-age-value').getByText('9 y 4 mo').waitFor();
      await shown.locator('.radiograph-surface[data-loading="false"]').waitFor();
      await shown.waitForTimeout(500);
      await picture(shown, 'real-room-bone-age');
      await shown.keyboard.press('c');
      await shown.locator('.pane').nth(1).locator('.radiograph-surface[data-loading="false"]').waitFor();
      await shown.waitForTimeout(500);
      await picture(shown, 'real-room-compared');
      await shown.goto(`${viewers.readingRoom}/#/studies/${UID}/report`);
      await shown.locator('.sheet-figure img').nth(1).waitFor();
      expect(await shown.locator('.sheet tbody tr').count()).toBeGreaterThanOrEqual(3);
      await expect
        .poll(() => shown.locator('.sheet-figure img').first().evaluate(widthOf))
        .toBeGreaterThan(100);
      await picture(shown, 'real-room-report');
    });

    test('in OHIF: list, findings, N and P, A, threshold, bone age, two views', async () => {
      const shown = (page = await viewers.newPage());
      await shown.goto(viewers.address);
      await shown.getByText('Lindqvist').first().click();
      await picture(shown, 'real-ohif-list');
      await shown.getByText('Osteon reading').first().click();
      await untilDrawn(shown);
      const panel = shown.locator('osteon-findings-panel');
      await panel.locator('.finding').nth(2).waitFor();
      expect(await shown.locator('.cornerstone-canvas').count()).toBe(2);
      await picture(shown, 'real-ohif');
      for (const [key, chosen] of [
        ['n', '91 %'],
        ['n', '38 %'],
        ['p', '91 %'],
      ] as const) {
        await shown.keyboard.press(key);
        await expect
          .poll(() => panel.locator('.finding[aria-pressed="true"]').allInnerTexts())
          .toEqual([expect.stringContaining(chosen)]);
      }
      await picture(shown, 'real-ohif-chosen');
      await shown.keyboard.press('a');
      await expect.poll(() => shown.locator('.osteon-overlay path').count()).toBe(0);
      await picture(shown, 'real-ohif-hidden');
      await shown.keyboard.press('a');
      await panel.getByRole('slider').fill('60');
      await panel.getByText('2 of 3 shown').waitFor();
      await panel.locator('.bone-age-value').getByText('9 y 4 mo').waitFor();
      await panel.locator('.bone-age-value').scrollIntoViewIfNeeded();
      await picture(shown, 'real-ohif-bone-age');
    });
  },
);

const widthOf = (image: Element) => (image as HTMLImageElement).naturalWidth;

/** A limb with a fracture (as annotated, with its outline), a doubtful one and one more, and a hand with a bone age. */
async function storeRealStudy(data: string): Promise<void> {
  const atlas = join(data, 'fracatlas');
  const { images } = readFracAtlas(atlas, 'val');
  const limb = images.find(({ truth }) => truth.fractures.length === 2 && !truth.hasHardware);
  const [fracture, second] = limb?.truth.fractures ?? [];
  const [, handRow = ''] = readFileSync(join(data, 'bone-age', 'hand.csv'), 'utf8').split('\n');
  const hand = join(data, 'bone-age', 'hand', handRow.split(',')[0] ?? '');
  if (!limb || !fracture || !second) throw new Error('FracAtlas holds no image with two fractures');
  const pictures = [
    await realImage(1, limb.path, (source) => [
      regionOf(source),
      fractureAt(source, 'fracture-1', { ...fracture, probability: 0.91 }),
      fractureAt(source, 'fracture-2', { ...second, probability: 0.38, certainty: 'suspicious' }),
    ]),
    await realImage(2, hand, (source) => [
      regionOf(source),
      fractureAt(source, 'fracture-1', {
        box: {
          left: source.columns * 0.4,
          top: source.rows * 0.4,
          right: source.columns * 0.5,
          bottom: source.rows * 0.48,
        },
        probability: 0.66,
      }),
      boneAgeOf(source),
    ]),
  ];
  const report = reportOf(
    pictures.map(({ instance, source, findings }) => ({
      metadata: instance.metadata,
      outcome: analysed(source, findings),
    })),
  );
  await viewers.storeInstances([...pictures.map(({ instance }) => instance), report]);
}

/** A picture of the shared data as an image of 12 bits, and what is found on it. */
async function realImage(
  number: number,
  path: string,
  found: (source: SourceImage) => readonly Finding[],
): Promise<{ instance: MockInstance; source: SourceImage; findings: readonly Finding[] }> {
  const { data, info } = await sharp(path).greyscale().raw().toBuffer({ resolveWithObject: true });
  const size = { Rows: info.height, Columns: info.width };
  const samples = Uint16Array.from(data, (sample) => sample << 4);
  const metadata = { ...radiograph(UID, number).metadata, ...dataSetOf(size) };
  const source = sourceOf(UID, number, size);
  return { instance: { metadata, pixels: new Uint8Array(samples.buffer) }, source, findings: found(source) };
}
