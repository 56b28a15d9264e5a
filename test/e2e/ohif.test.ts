/**
 * Our extension in the published OHIF: drawn where the report says, listed, hidden by a key, gone through, decided upon.
 * `OSTEON_SCREENSHOTS` names a folder for pictures.
 */
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import type { SourceImage } from '../../dicom/vocabulary/finding.ts';
import { violationsOf } from '../support/page-checks.ts';
import {
  boneAgeOf,
  boxIn,
  fractureAt,
  sourceOf,
  TWELVE_MEGAPIXELS,
} from '../support/reading-room-studies.ts';
import { brightRectangle, ohifSession, picture, TESTED_APPLICATION, untilDrawn } from './ohif-session.ts';

const ohif = ohifSession();
let page: Page | undefined;

afterEach(async () => {
  await page?.close();
  page = undefined;
  expect(ohif.errors.splice(0)).toEqual([]);
});

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

  test('has a panel without a violation of accessibility, in both languages', async () => {
    const uid = '1.2.826.7';
    const source = sourceOf(uid, 1);
    await ohif.store(uid, [[fractureAt(source, 'fracture-1'), boneAgeOf(source)]]);
    for (const language of ['en', 'ko']) {
      page = await ohif.open(uid, 'osteon', language);
      const [left, top, right, bottom] = await untilDrawn(page);
      await page.mouse.click((left + right) / 2, (top + bottom) / 2);
      // With all that can be decided of the finding, and the question why it is rejected.
      await page.locator('osteon-findings-panel .review-row button').nth(1).click();
      await page.locator('osteon-findings-panel .review-reason').first().waitFor();
      expect(await violationsOf(page, 'osteon-findings-panel', 'osteon-corner-notice')).toEqual([]);
      await page.close();
    }
  });

  test('is decided upon in the panel, drawn as decided, and kept on the server', async () => {
    const uid = '1.2.826.8';
    const source = sourceOf(uid, 1);
    const second = { box: { left: 20, top: 20, right: 60, bottom: 70 }, probability: 0.5 } as const;
    const fractures = [fractureAt(source, 'fracture-1'), fractureAt(source, 'fracture-2', second)];
    await ohif.store(uid, [[...fractures, boneAgeOf(source)]]);
    page = await ohif.open(uid);
    await untilDrawn(page);
    const panel = page.locator('osteon-findings-panel');
    await panel.locator('.finding').first().click();
    // Space and Enter are keys of the host too.
    await panel.getByRole('button', { name: 'Accept', exact: true }).first().press('Space');
    await panel.locator('.review-accepted').waitFor();
    await panel.locator('.finding').nth(1).click();
    await panel.getByRole('button', { name: 'Reject' }).press('Enter');
    await panel.getByText('Another reason').waitFor();
    // A digit in a field is no reason.
    const years = panel.getByLabel('Years');
    await years.fill('');
    await years.press('7');
    expect(await years.inputValue()).toBe('7');
    await panel.getByText('Another reason').click();
    // A letter that is a key of the host is a letter in a field.
    await panel.getByLabel('Comment').pressSequentially('a bit');
    expect(await page.locator('.osteon-overlay path').count()).toBeGreaterThan(0);
    await page.keyboard.press('Enter');
    await panel.locator('.review-rejected').waitFor();
    await panel.getByText('Draft saved').waitFor();
    const isDrawnDecided = async () => ({
      labels: await page?.locator('.osteon-overlay text').allTextContents(),
      dotted: await page?.locator('.osteon-overlay path[stroke-dasharray="2 4"]').count(),
    });
    const decided = {
      labels: expect.arrayContaining([
        'Fracture 92 % · accepted',
        'Fracture 50 % · rejected by the reader',
      ]) as string[],
      dotted: 1,
    };
    expect(await isDrawnDecided()).toMatchObject(decided);
    await picture(page, 'reviewed');
    const { draft } = (await (await fetch(`${ohif.address}/api/reviews/${uid}`)).json()) as {
      draft: { steps: readonly Readonly<Record<string, unknown>>[] };
    };
    expect(draft.steps).toMatchObject([
      { kind: 'accept' },
      { kind: 'reject', reason: 'other-reason', comment: 'a bit' },
    ]);
    await page.reload();
    await page.locator('.cornerstone-canvas').first().waitFor();
    await expect.poll(isDrawnDecided).toMatchObject(decided);
  });
});
