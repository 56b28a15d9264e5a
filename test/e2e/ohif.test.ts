/**
 * Our extension in the published OHIF: drawn where the report says, listed, hidden by a key, gone through, and harmless
 * whatever a report says. `OSTEON_SCREENSHOTS` names a folder for pictures.
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import type { SourceImage } from '../../dicom/vocabulary/finding.ts';
import {
  boneAgeOf,
  boxIn,
  fractureAt,
  sourceOf,
  TWELVE_MEGAPIXELS,
} from '../support/reading-room-studies.ts';
import {
  brightRectangle,
  drawnBox,
  ohifSession,
  TESTED_APPLICATION,
  TESTED_VERSION,
  type Sides,
} from './ohif-session.ts';

const ohif = ohifSession();
let page: Page | undefined;

afterEach(async () => {
  await page?.close();
  page = undefined;
  expect(ohif.errors.splice(0)).toEqual([]);
});

async function picture(shown: Page, name: string): Promise<void> {
  const folder = process.env['OSTEON_SCREENSHOTS'];
  if (folder) await shown.screenshot({ path: join(folder, `${TESTED_VERSION}-${name}.png`) });
}

async function untilDrawn(shown: Page): Promise<Sides> {
  await expect.poll(() => drawnBox(shown)).toBeDefined();
  await shown.waitForTimeout(300);
  const box = await drawnBox(shown);
  if (!box) throw new Error('no box is drawn');
  return box;
}

/** Greatest distance in pixels of a drawn side from that of the bright rectangle on the image below; the overlay is on again. */
async function distanceFromImage(shown: Page): Promise<number> {
  const box = await untilDrawn(shown);
  await shown.keyboard.press('a');
  await expect.poll(() => shown.locator('.osteon-overlay path').count()).toBe(0);
  const bright = await brightRectangle(shown, [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]);
  await shown.keyboard.press('a');
  return Math.max(...box.map((side, index) => Math.abs(side - (bright[index] ?? NaN))));
}

describe.skipIf(!TESTED_APPLICATION)('a study with a result', () => {
  test('is drawn and listed without a drag; A hides, N goes on without a change of zoom', async () => {
    const [first, second, third] = [1, 2, 3].map((number) => sourceOf('1.2.826.1', number)) as [
      SourceImage,
      SourceImage,
      SourceImage,
    ];
    await ohif.store('1.2.826.1', [
      [fractureAt(first, 'fracture-1'), boneAgeOf(first)],
      [fractureAt(second, 'fracture-1', { probability: 0.55, certainty: 'suspicious' })],
      [fractureAt(third, 'fracture-1', { probability: 0.7 })],
    ]);
    page = await ohif.open('1.2.826.1');
    const box = await untilDrawn(page);
    const panel = page.locator('osteon-findings-panel');
    await panel.locator('.panel-summary').waitFor();
    await panel.locator('.bone-age-value').getByText('9 y 4 mo').waitFor();
    expect(await panel.locator('.finding').count()).toBe(3);
    expect(await page.locator('.cornerstone-canvas').count()).toBe(2);
    expect(await page.locator('osteon-corner-notice').first().innerText()).toContain('Research use only');
    await picture(page, 'reading');

    await page.keyboard.press('a');
    await expect.poll(() => page?.locator('.osteon-overlay path').count()).toBe(0);
    expect(await page.locator('osteon-corner-notice').first().innerText()).toContain('overlay hidden (A)');
    await picture(page, 'hidden');
    await page.keyboard.press('a');
    await untilDrawn(page);

    for (let turn = 0; turn < 3; turn += 1) {
      await page.keyboard.press('n');
      await page.waitForTimeout(500);
    }
    expect(await panel.locator('.finding[aria-pressed="true"]').innerText()).toContain('70 %');
    await picture(page, 'third');
    await page.keyboard.press('p');
    await page.waitForTimeout(500);
    const after = await untilDrawn(page);
    expect(after[2] - after[0]).toBeCloseTo(box[2] - box[0], 0);
    await picture(page, 'next');
  });

  test.each<readonly [name: string, uid: string, image: Readonly<Record<string, unknown>>, boolean]>([
    ['MONOCHROME2', '1.2.826.2.1', {}, false],
    ['MONOCHROME1', '1.2.826.2.2', {}, true],
    ['non-square pixels', '1.2.826.2.3', { PixelSpacing: ['0.2', '0.1'] }, false],
    ['twelve megapixels', '1.2.826.2.4', TWELVE_MEGAPIXELS, false],
  ])('lies within half a pixel of the report: %s', async (name, uid, image, isMonochrome1) => {
    const source = sourceOf(uid, 1, image);
    const fracture = fractureAt(source, 'fracture-1', { box: boxIn(image) });
    await ohif.store(uid, [[fracture]], { image, isMonochrome1 });
    page = await ohif.open(uid);
    await untilDrawn(page);
    await page.locator('.cornerstone-canvas').first().hover();
    for (const keys of ['', '+', 'r', '++', '+r', '+++', 'r-']) {
      for (const key of keys) await page.keyboard.press(key);
      // A busy machine draws long after the key: image and overlay must come to rest upon each other.
      const shown = page;
      await expect
        .poll(() => distanceFromImage(shown), { message: `${name}, keys ${keys}` })
        .toBeLessThanOrEqual(0.5);
    }
  });

  test('is selected by a click on its box, and said in Korean where OHIF is set to it', async () => {
    const uid = '1.2.826.6';
    await ohif.store(uid, [[fractureAt(sourceOf(uid, 1), 'fracture-1')]]);
    page = await ohif.open(uid, 'osteon', 'ko');
    const [left, top, right, bottom] = await untilDrawn(page);
    const panel = page.locator('osteon-findings-panel');
    await panel.getByText('골절 92 %').first().waitFor();
    expect(await page.locator('osteon-corner-notice').first().innerText()).toContain('연구용');
    expect(await panel.locator('.finding[aria-pressed="true"]').count()).toBe(0);
    await page.mouse.click((left + right) / 2, (top + bottom) / 2);
    await panel.locator('.finding[aria-pressed="true"]').waitFor();
    await picture(page, 'korean');
  });

  test('that the server has analysed itself is drawn and listed', async () => {
    const uid = await ohif.storeDemo();
    page = await ohif.open(uid);
    await untilDrawn(page);
    const panel = page.locator('osteon-findings-panel');
    expect(await panel.locator('.finding').count()).toBeGreaterThan(0);
    expect(await panel.locator('.panel-summary').innerText()).toMatch(/fracture/i);
    await picture(page, 'demo');
  });

  test('is drawn in the stock viewer too, where the extension is all there is', async () => {
    const uid = '1.2.826.3';
    await ohif.store(uid, [[fractureAt(sourceOf(uid, 1), 'fracture-1')]]);
    page = await ohif.open(uid, 'viewer');
    await untilDrawn(page);
    await page.locator('osteon-findings-panel').getByText('Fracture 92 %').first().waitFor();
    await picture(page, 'stock');
    // A and N belong to tools of this mode, so ours take Shift.
    await page.keyboard.press('Shift+A');
    await expect.poll(() => page?.locator('.osteon-overlay path').count()).toBe(0);
  });
});

describe.skipIf(!TESTED_APPLICATION)('a hostile report', () => {
  const script = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>';

  test('with markup in every text is text and nothing else', async () => {
    const uid = '1.2.826.4';
    const site = { scheme: 'SCT', value: '1', meaning: script.slice(0, 64) };
    await ohif.store(uid, [[fractureAt(sourceOf(uid, 1), 'fracture-1', { site })]], {
      report: (dataSet) => withTexts(dataSet, script),
    });
    page = await ohif.open(uid);
    await page.locator('osteon-findings-panel').waitFor();
    await page.waitForTimeout(1000);
    expect(await page.evaluate(() => 'harmed' in window)).toBe(false);
    await picture(page, 'hostile');
  });

  test('with 2,000 findings, some far outside, leaves the viewer usable', async () => {
    const uid = '1.2.826.5';
    const source = sourceOf(uid, 1);
    const findings = Array.from({ length: 2000 }, (_, index) => {
      const [left, top] = [(index % 50) * 5, Math.floor(index / 50) * 9];
      const box = { left, top, right: left + 5, bottom: top + 7 };
      return fractureAt(source, `fracture-${index + 1}`, { box, probability: 0.5 });
    });
    await ohif.store(uid, [findings], { report: (dataSet) => withGraphics(dataSet) });
    page = await ohif.open(uid);
    await untilDrawn(page);
    await picture(page, 'crowd');
    expect(await page.locator('.osteon-overlay path').count()).toBeLessThanOrEqual(4);
    await page.keyboard.press('a');
    await expect.poll(() => page?.locator('.osteon-overlay path').count()).toBe(0);
  });
});

/** The report with the coordinates of every other region far outside the image. */
function withGraphics(dataSet: DataSet, isOdd = { value: false }): DataSet {
  return Object.fromEntries(
    Object.entries(dataSet).map(([tag, element]) => {
      if (tag === TAG.GraphicData) {
        isOdd.value = !isOdd.value;
        const moved = (element.Value ?? []).map((value) => (isOdd.value ? Number(value) * 1e6 : value));
        return [tag, { ...element, Value: moved }];
      }
      if (element.vr !== 'SQ') return [tag, element];
      return [
        tag,
        { ...element, Value: (element.Value ?? []).map((item) => withGraphics(item as DataSet, isOdd)) },
      ];
    }),
  );
}

/** The report with every text of its content items replaced. */
function withTexts(dataSet: DataSet, text: string): DataSet {
  return Object.fromEntries(
    Object.entries(dataSet).map(([tag, element]) => {
      if (tag === TAG.TextValue) return [tag, { ...element, Value: [text] }];
      if (element.vr !== 'SQ') return [tag, element];
      const items = (element.Value ?? []).map((item) => withTexts(item as DataSet, text));
      return [tag, { ...element, Value: items }];
    }),
  );
}
