/**
 * Our extension in the published OHIF before reports that mean harm, or only too much: text stays text, coordinates that are no
 * place on the image are left aside, and ten thousand findings leave the viewer usable.
 */
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { textOf, type DataElement, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { crowd, gridBox } from '../support/crowded-report.ts';
import { BOX, boneAgeOf, fractureAt, sourceOf } from '../support/reading-room-studies.ts';
import {
  brightRectangle,
  ohifSession,
  picture,
  TESTED_APPLICATION,
  untilDrawn,
  type Sides,
} from './ohif-session.ts';

const ohif = ohifSession();
let page: Page | undefined;

afterEach(async () => {
  await page?.close();
  page = undefined;
  // The pages' policy forbids inline scripts: one that had tried to run would be told here.
  expect(ohif.errors.splice(0)).toEqual([]);
});

describe.skipIf(!TESTED_APPLICATION)('a hostile report', () => {
  test('with markup in every text, name, meaning and UID of its content is text and nothing else', async () => {
    const uid = '1.2.826.4';
    const source = sourceOf(uid, 1);
    await ohif.store(uid, [[fractureAt(source, 'fracture-1', { site: SITE }), boneAgeOf(source)]], {
      report: (dataSet) => withMarkup(dataSet),
    });
    page = await ohif.open(uid);
    const panel = page.locator('osteon-findings-panel');
    await untilDrawn(page);
    // It has come as far as the page, as text.
    await panel.locator('.finding').getByText('<img src=x').waitFor();
    expect(await page.locator('osteon-corner-notice').first().innerText()).toContain('<img src=x');
    const found = await page.evaluate(() => {
      const root = document.querySelector('osteon-findings-panel')?.shadowRoot;
      return { isHarmed: 'harmed' in window, images: root?.querySelectorAll('img, script').length };
    });
    expect(found).toEqual({ isHarmed: false, images: 0 });
    expect(await page.locator('osteon-corner-notice img, .osteon-overlay img').count()).toBe(0);
    await picture(page, 'hostile');
  });

  test('of ten thousand findings, a tenth of them nowhere, is drawn at once, and the last key counts', async () => {
    const uid = '1.2.826.5';
    await ohif.store(uid, [[fractureAt(sourceOf(uid, 1), 'fracture-1', { probability: 0.5 })]]);
    const shown = (page = await ohif.newPage());
    // Written on the way: no archive of ours takes a report of this size, another may.
    await shown.route(/\/series\/[\d.]+\/metadata/, async (route) => {
      const response = await route.fetch();
      const [first = {}] = (await response.json()) as DataSet[];
      if (textOf(first, TAG.Modality) === 'SR') {
        crowd(first, 10_000, (index) => (index % 10 === 0 ? nowhere(index / 10) : gridBox(index)));
      }
      // Numbers that JSON has no word for become null, as they do in the answers of our server.
      await route.fulfill({ response, json: [first] });
    });
    await shown.goto(`${ohif.address}/osteon?StudyInstanceUIDs=${uid}`);
    await shown.locator('.cornerstone-canvas').first().waitFor({ timeout: 120_000 });
    await expect.poll(() => crowdPixels(shown)).toBeGreaterThan(10_000);
    const panel = shown.locator('osteon-findings-panel');
    await panel.getByText('of 9000').waitFor();
    await panel.getByText('coordinates that are no numbers or lie outside the image').first().waitFor();
    await picture(shown, 'crowd');
    await shown.locator('.cornerstone-canvas').first().hover();
    // Without a pause: each key comes while the boxes of the one before are being painted.
    for (const key of ['n', 'n', '+', 'a', 'a', 'n', 'a']) await shown.keyboard.press(key);
    await expect.poll(() => shown.locator('.osteon-crowd, .osteon-overlay').count()).toBe(0);
    await shown.keyboard.press('a');
    await expect.poll(() => crowdPixels(shown)).toBeGreaterThan(10_000);
    await panel.locator('.finding[aria-pressed="true"]').waitFor();
  });

  test.each<readonly [screen: string, uid: string, density: number, views: readonly string[]]>([
    ['an ordinary screen', '1.2.826.9', 1, ['', 'hh', '+', 'r', '+-', 'r+']],
    ['a sharp one', '1.2.826.10', 2, ['', 'r']],
  ])('of hundreds of findings is drawn where it says in every view: %s', async (_, uid, density, views) => {
    const { left, top, right, bottom } = BOX;
    const box = [left, top, right, top, right, bottom, left, bottom, left, top];
    await ohif.store(uid, [[fractureAt(sourceOf(uid, 1), 'fracture-1')]], {
      report: (dataSet) => {
        crowd(dataSet, 450, () => box);
        return dataSet;
      },
    });
    const shown = (page = await ohif.open(uid, 'osteon', 'en-US', density));
    await expect.poll(() => crowdPixels(shown)).toBeGreaterThan(1000);
    await shown.locator('.cornerstone-canvas').first().hover();
    const liesInPlace = (view: string) =>
      expect.poll(() => crowdDistance(shown), { message: view, interval: 500 }).toBeLessThanOrEqual(0.5);
    for (const keys of views) {
      for (const key of keys) await shown.keyboard.press(key);
      await liesInPlace(`keys ${keys}`);
    }
    const width = () => shown.locator('.osteon-crowd').evaluate(({ clientWidth }) => clientWidth);
    const before = await width();
    await shown.setViewportSize({ width: 1700, height: 1000 });
    await expect.poll(width).toBeGreaterThan(before);
    await liesInPlace('a larger window');
  });
});

const MARKUP = '<img src=x onerror="harmed=1"><script>harmed=1</script>';
const SITE = { scheme: 'SCT', value: '1', meaning: 'somewhere' };

/** What holds a text that a person may have written, and a UID that no code asks for. */
const TEXTS: readonly string[] = [
  TAG.TextValue,
  TAG.CodeMeaning,
  TAG.PersonName,
  TAG.UID,
  TAG.SeriesDescription,
  TAG.Manufacturer,
];

/** The report with every such text replaced. */
function withMarkup(dataSet: DataSet): DataSet {
  return Object.fromEntries(
    Object.entries(dataSet).map(([tag, element]): [string, DataElement] => {
      if (TEXTS.includes(tag)) {
        return [tag, { ...element, Value: [element.vr === 'PN' ? { Alphabetic: MARKUP } : MARKUP] }];
      }
      if (element.vr !== 'SQ') return [tag, element];
      return [tag, { ...element, Value: (element.Value ?? []).map((item) => withMarkup(item as DataSet)) }];
    }),
  );
}

/** Coordinates that are no place on the image, of one kind or another. */
function nowhere(number: number): readonly number[] {
  const values = [NaN, Infinity, -Infinity, 1e30, -5, 1e6];
  const odd = values[number % values.length] ?? NaN;
  const at = number % 8;
  return gridBox(number).map((value, index) => (index === at || index === at + 1 ? odd : value));
}

/** How many pixels of a crowd's canvas are drawn; 0 while the canvas follows a view that moves, or is not there. */
async function crowdPixels(shown: Page): Promise<number> {
  return shown.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.osteon-crowd');
    if (!canvas || canvas.style.transform !== '') return 0;
    const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let count = 0;
    for (let index = 3; index < data.length; index += 4) if ((data[index] ?? 0) > 0) count += 1;
    return count;
  });
}

/** Greatest distance of the middle of a drawn side from that of the bright rectangle on the image below, in pixels. */
async function crowdDistance(shown: Page): Promise<number> {
  if ((await crowdPixels(shown)) === 0) return Infinity;
  const middle = await shown.evaluate(() => {
    const frame = document.querySelector('.osteon-crowd')?.getBoundingClientRect();
    return frame && ([frame.left + frame.width / 2, frame.top + frame.height / 2] as const);
  });
  await shown.keyboard.press('a');
  await expect.poll(() => shown.locator('.osteon-crowd').count()).toBe(0);
  const bright = await brightRectangle(shown, middle ?? [0, 0]);
  await shown.keyboard.press('a');
  await expect.poll(() => crowdPixels(shown)).toBeGreaterThan(0);
  const drawn = await strokesNear(shown, bright);
  return Math.max(...drawn.map((side, index) => Math.abs(side - (bright[index] ?? NaN))));
}

/** Centres of the strokes of the crowd within 4 pixels of the sides of a rectangle, along the lines through its middle. */
async function strokesNear(shown: Page, sides: Sides): Promise<Sides> {
  return shown.evaluate((near) => {
    const canvas = document.querySelector<HTMLCanvasElement>('.osteon-crowd');
    const frame = canvas?.getBoundingClientRect();
    const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
    if (!canvas || !frame || !data) throw new Error('no crowd is drawn');
    const density = canvas.width / frame.width;
    const reach = 4 * density;
    const [left, top, right, bottom] = [
      (near[0] - frame.left) * density,
      (near[1] - frame.top) * density,
      (near[2] - frame.left) * density,
      (near[3] - frame.top) * density,
    ];
    const [column, row] = [Math.round((left + right) / 2), Math.round((top + bottom) / 2)];
    const centre = (side: number, isRow: boolean) => {
      let [weight, sum] = [0, 0];
      for (let at = Math.floor(side - reach); at <= side + reach; at += 1) {
        const alpha = data[4 * (isRow ? row * canvas.width + at : at * canvas.width + column) + 3] ?? 0;
        weight += alpha;
        sum += alpha * (at + 0.5);
      }
      return sum / weight / density;
    };
    return [
      frame.left + centre(left, true),
      frame.top + centre(top, false),
      frame.left + centre(right, true),
      frame.top + centre(bottom, false),
    ] as const;
  }, sides);
}
