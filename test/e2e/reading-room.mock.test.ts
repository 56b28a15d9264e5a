/**
 * The reading room in a real Chromium against a PACS of canned studies, under a strict Content Security Policy.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { imagePoint } from '../../dicom/vocabulary/geometry.ts';
import { buildReadingRoom, launchBrowser } from '../support/browser.ts';
import { MockPacs } from '../support/mock-pacs.ts';
import {
  analysed,
  boneAgeOf,
  doneAnalysis,
  doneStudy,
  fractureAt,
  model,
  radiograph,
  regionOf,
  reportOf,
  sourceOf,
} from '../support/reading-room-studies.ts';
import { distanceOf, imageGrey, measureEdges, overlayPixels } from './overlay-measure.ts';

const VIEWPORT = { width: 1280, height: 800 };

let browser: Browser;
let pacs: MockPacs;
let page: Page;
let complaints: string[];
let cleanUp: () => Promise<void>;

beforeAll(async () => {
  const { folder, remove } = await buildReadingRoom();
  cleanUp = remove;
  [browser, pacs] = await Promise.all([launchBrowser(), MockPacs.start(folder)]);
}, 60_000);

afterAll(async () => {
  await browser.close();
  await pacs.stop();
  await cleanUp();
});

beforeEach(async () => {
  pacs.studies.length = 0;
  pacs.requested.length = 0;
  complaints = [];
  page = await browser.newPage({ viewport: VIEWPORT });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const isComplaint = message.type() === 'error' || message.type() === 'warning';
    if (isComplaint && !message.text().includes('willReadFrequently')) complaints.push(message.text());
  });
});

/** No test may leave an error, a warning or a violation of the policy in the console; reading pixels back is ours. */
afterEach(async () => {
  await page.close();
  expect(complaints).toEqual([]);
});

async function openStudy(uid: string): Promise<void> {
  await page.goto(`${pacs.url}/#/studies/${uid}`);
  await page.locator('.radiograph-surface[data-loading="false"]').waitFor();
  await page.locator('.strip-view').waitFor();
}

/** Two frames: cornerstone draws in the next one, the overlay follows. */
async function drawn(): Promise<void> {
  await page.evaluate(
    () =>
      new Promise((resolve) =>
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            requestAnimationFrame(resolve);
          }),
        ),
      ),
  );
}

function parsed(text: string): DataSet {
  const value: unknown = JSON.parse(text);
  return value as DataSet;
}

function fractureStudy(uid: string, attributes = {}, isMonochrome1 = false) {
  const image = radiograph(uid, 1, attributes, isMonochrome1);
  const source = sourceOf(uid, 1);
  return doneStudy(uid, [image], [analysed(source, [regionOf(source), fractureAt(source, 'fracture-1')])]);
}

describe('the worklist', () => {
  test('lists studies with the state and result of their analysis in words', async () => {
    const image = (uid: string) => [radiograph(uid, 1)];
    const analysis = (uid: string, state: string, reason?: string) => ({
      studyInstanceUid: uid,
      state,
      reason,
      images: [],
    });
    pacs.studies.push(
      fractureStudy('1.2.1'),
      { uid: '1.2.2', instances: image('1.2.2'), analysis: analysis('1.2.2', 'waiting') },
      { uid: '1.2.3', instances: image('1.2.3'), analysis: analysis('1.2.3', 'rejected', 'other-modality') },
      { uid: '1.2.4', instances: image('1.2.4'), analysis: analysis('1.2.4', 'failed', 'Out of memory') },
      { uid: '1.2.5', instances: image('1.2.5') },
    );
    await page.goto(pacs.url);
    await page.getByText('Fracture 92 %').waitFor();
    expect(await page.locator('.cell-result').allInnerTexts()).toEqual([
      'Fracture 92 %',
      'Waiting for analysis',
      'Rejected: The modality is not one that is analysed',
      'Analysis failed: Out of memory',
      'Not analysed',
    ]);
    expect(await page.locator('tbody tr').first().innerText()).toMatch(
      /Lindqvist, Maja[\s\S]*OST-1[\s\S]*2026-11-20[\s\S]*DX[\s\S]*Wrist/,
    );
  });

  test('finds a study by identifier and says when none matches', async () => {
    pacs.studies.push(fractureStudy('1.2.1'), {
      uid: '1.2.2',
      instances: [radiograph('1.2.2', 1, { PatientID: 'OTHER-7' })],
    });
    await page.goto(pacs.url);
    await page.getByRole('searchbox').fill('other-7');
    await page.locator('tbody tr').nth(1).waitFor({ state: 'detached' });
    expect(await page.locator('tbody tr').innerText()).toContain('OTHER-7');
    await page.getByRole('searchbox').fill('nobody');
    await page.getByText('No study matches.').waitFor();
  });

  test('turns pages', async () => {
    for (let number = 1; number <= 30; number += 1) {
      pacs.studies.push({ uid: `1.2.${number}`, instances: [radiograph(`1.2.${number}`, 1)] });
    }
    await page.goto(pacs.url);
    await page.getByText('1–25').waitFor();
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText('26–30').waitFor();
    expect(await page.locator('tbody tr').count()).toBe(5);
  });

  test('opens a study by keyboard', async () => {
    pacs.studies.push(fractureStudy('1.2.1'));
    await page.goto(pacs.url);
    await page.locator('.row-link').focus();
    await page.keyboard.press('Enter');
    await page.locator('.radiograph-surface[data-loading="false"]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.studies').waitFor();
  });
});

describe('the overlay', () => {
  const shapes = [
    ['square pixels', {}],
    ['non-square pixels', { PixelSpacing: ['0.2', '0.1'] }],
  ] as const;

  test.each(shapes)(
    'lies within half a pixel of the report at every zoom and rotation: %s',
    async (_, attributes) => {
      pacs.studies.push(fractureStudy('1.2.1', attributes));
      await openStudy('1.2.1');
      const host = await page.locator('.radiograph').boundingBox();
      await page.mouse.move(
        (host?.x ?? 0) + (host?.width ?? 0) * 0.42,
        (host?.y ?? 0) + (host?.height ?? 0) * 0.51,
      );
      for (const turn of [0, 1, 2, 3]) {
        for (const wheel of [0, -120, -70, 230, 410]) {
          if (wheel !== 0) await page.mouse.wheel(0, wheel);
          await drawn();
          expect(distanceOf(await measureEdges(page)), `turn ${turn}, wheel ${wheel}`).toBeLessThanOrEqual(
            0.5,
          );
        }
        await page.keyboard.press('f');
        await page.keyboard.press('r');
      }
    },
  );

  test('lies right on a screen with two device pixels a CSS pixel', async () => {
    pacs.studies.push(fractureStudy('1.2.1'));
    await page.close();
    page = await browser.newPage({ viewport: VIEWPORT, deviceScaleFactor: 2 });
    await openStudy('1.2.1');
    await drawn();
    const { image, overlay } = await measureEdges(page);
    expect(image.right - image.left).toBeGreaterThan(2 * 80);
    expect(distanceOf({ image, overlay })).toBeLessThanOrEqual(0.5);
  });

  test('goes and comes with the key A, and the image stays as it was', async () => {
    pacs.studies.push(fractureStudy('1.2.1'));
    await openStudy('1.2.1');
    await drawn();
    const middle = { x: 0.43, y: 0.5 };
    const before = await imageGrey(page, middle);
    expect(await overlayPixels(page)).toBeGreaterThan(0);
    await page.keyboard.press('a');
    await drawn();
    expect(await overlayPixels(page)).toBe(0);
    expect(await imageGrey(page, middle)).toBe(before);
    await page.keyboard.press('a');
    await drawn();
    expect(await overlayPixels(page)).toBeGreaterThan(0);
  });

  test('shows MONOCHROME1 with dense bone bright (PS3.3 C.7.6.3.1.2), and the box upon it', async () => {
    pacs.studies.push(fractureStudy('1.2.1', {}, true));
    await openStudy('1.2.1');
    await drawn();
    expect(await imageGrey(page, { x: 0.43, y: 0.5 })).toBeGreaterThan(250);
    expect(distanceOf(await measureEdges(page))).toBeLessThanOrEqual(0.5);
    await page.keyboard.press('i');
    await drawn();
    expect(await imageGrey(page, { x: 0.43, y: 0.5 })).toBeLessThan(5);
  });

  test('draws boxes and outlines apart, and keeps hidden what is below the threshold', async () => {
    const source = sourceOf('1.2.1', 1);
    const polygon = [imagePoint(95, 155), imagePoint(165, 155), imagePoint(130, 240)];
    const findings = [
      fractureAt(source, 'fracture-1', { polygon }),
      fractureAt(source, 'fracture-2', {
        certainty: 'suspicious',
        probability: 0.41,
        box: { left: 200, top: 20, right: 260, bottom: 80 },
      }),
    ];
    pacs.studies.push(doneStudy('1.2.1', [radiograph('1.2.1', 1)], [analysed(source, findings)]));
    await openStudy('1.2.1');
    await drawn();
    const both = await overlayPixels(page);
    await page.getByRole('button', { name: 'Outlines' }).click();
    await drawn();
    const boxesOnly = await overlayPixels(page);
    expect(boxesOnly).toBeLessThan(both);
    await page.getByRole('slider').fill('60');
    await page.getByText('1 of 2 shown').waitFor();
    await drawn();
    expect(await overlayPixels(page)).toBeLessThan(boxesOnly);
  });

  test('goes to the next and previous finding across images without a change of zoom', async () => {
    const [first, second] = [sourceOf('1.2.1', 1), sourceOf('1.2.1', 2)];
    const images = [radiograph('1.2.1', 1), radiograph('1.2.1', 2)];
    const outcomes = [
      analysed(first, [fractureAt(first, 'fracture-1')]),
      analysed(second, [fractureAt(second, 'fracture-1', { probability: 0.8 })]),
    ];
    pacs.studies.push(doneStudy('1.2.1', images, outcomes));
    await openStudy('1.2.1');
    const zoom = await page.locator('.strip-view').innerText();
    const current = () => page.locator('.thumbnail[aria-current="true"]').getAttribute('aria-label');
    const seen: (string | null)[] = [];
    for (const key of ['n', 'n', 'n', 'p']) {
      await page.keyboard.press(key);
      await page.locator('.radiograph-surface[data-loading="false"]').waitFor();
      await drawn();
      seen.push(await current());
    }
    expect(seen.map((label) => label?.slice(0, 7))).toEqual(['Image 1', 'Image 2', 'Image 1', 'Image 2']);
    expect(await page.locator('.strip-view').innerText()).toBe(zoom);
    expect(await page.locator('.finding[aria-pressed="true"]').innerText()).toContain('80 %');
  });

  test('opens a twelve-megapixel image', async () => {
    const [Rows, Columns] = [4000, 3000];
    const { metadata } = radiograph('1.2.1', 1, { Rows, Columns });
    const pixels = new Uint8Array(new Uint16Array(Rows * Columns).fill(2048).buffer);
    pacs.studies.push({ uid: '1.2.1', instances: [{ metadata, pixels }] });
    await openStudy('1.2.1');
    await drawn();
    expect(await imageGrey(page, { x: 0.5, y: 0.5 })).toBeGreaterThan(120);
  });
});

describe('the hand on the image', () => {
  test('sets the window by a drag, pans with shift, zooms by the wheel, and fits again', async () => {
    pacs.studies.push(fractureStudy('1.2.1'));
    await openStudy('1.2.1');
    const strip = async () => {
      await drawn();
      return (await page.locator('.strip-view').innerText()).split(/\s{2,}|\n/);
    };
    const [width, level, zoom] = await strip();
    const fitted = await measureEdges(page);
    await page.mouse.move(500, 400);
    await page.mouse.down();
    await page.mouse.move(560, 430, { steps: 3 });
    await page.mouse.up();
    const windowed = await strip();
    expect(windowed[0]).not.toBe(width);
    expect(windowed[1]).not.toBe(level);
    expect(windowed[2]).toBe(zoom);
    await page.keyboard.down('Shift');
    await page.mouse.down();
    await page.mouse.move(600, 400, { steps: 3 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await drawn();
    const panned = await measureEdges(page);
    expect(panned.overlay.left - fitted.overlay.left).toBeCloseTo(40, 0);
    expect(panned.overlay.top - fitted.overlay.top).toBeCloseTo(-30, 0);
    await page.mouse.wheel(0, -100);
    expect((await strip())[2]).not.toBe(zoom);
    await page.keyboard.press('f');
    expect((await strip())[2]).toBe(zoom);
  });
});

describe('what the page says', () => {
  test('shows the bone-age card with value, interval, ages, method and model, and the licence', async () => {
    const source = sourceOf('1.2.1', 1);
    pacs.studies.push(
      doneStudy('1.2.1', [radiograph('1.2.1', 1)], [analysed(source, [regionOf(source), boneAgeOf(source)])]),
    );
    await openStudy('1.2.1');
    const card = await page.getByRole('region', { name: 'Bone age' }).innerText();
    for (const words of [
      '9 y 4 mo',
      '± 19 mo',
      '8 y 2 mo',
      '14 mo ahead',
      'Whole-hand regression network',
      'Bone age 0.1.0',
    ]) {
      expect(card).toContain(words);
    }
    expect(await page.locator('.panel-foot').innerText()).toContain('Bone age. Non-commercial');
    expect(await page.locator('.chips').innerText()).toMatch(/Upper limb\s+98 %/);
  });

  test('always says intended use, model and version beneath the image', async () => {
    pacs.studies.push(fractureStudy('1.2.1'));
    await openStudy('1.2.1');
    const notice = await page.locator('.strip-notice').innerText();
    expect(notice).toContain('AI · Research use only. Not a medical device.');
    expect(notice).toContain('Fracture boxes 0.1.0');
  });

  test('says why an image was not analysed, and that a model failed', async () => {
    const source = sourceOf('1.2.1', 1);
    const second = sourceOf('1.2.1', 2);
    const speaker = model('Fracture boxes');
    pacs.studies.push(
      doneStudy(
        '1.2.1',
        [radiograph('1.2.1', 1), radiograph('1.2.1', 2)],
        [
          { status: 'rejected', source, reason: 'blank-image', findings: [], runs: [] },
          {
            status: 'analysed',
            source: second,
            findings: [],
            runs: [{ model: speaker, status: 'failed', reason: 'out of memory' }],
          },
        ],
      ),
    );
    await openStudy('1.2.1');
    await page.getByText('Rejected: The image holds no contrast').first().waitFor();
    await page.getByText('Fracture boxes 0.1.0 failed: out of memory').waitFor();
    expect(await page.locator('.panel-summary .statement').first().innerText()).toBe(
      'No finding · analysis incomplete',
    );
  });

  test('shows the image at once and tells when the result arrives', async () => {
    const image = radiograph('1.2.1', 1);
    const source = sourceOf('1.2.1', 1);
    const analysis = { studyInstanceUid: '1.2.1', state: 'running', images: [] };
    const study = { uid: '1.2.1', instances: [image], analysis };
    pacs.studies.push(study);
    await openStudy('1.2.1');
    await page.getByText('Analysis running').waitFor();
    expect(await overlayPixels(page)).toBe(0);
    const report = reportOf([
      { outcome: analysed(source, [fractureAt(source, 'fracture-1')]), metadata: image.metadata },
    ]);
    study.instances.push(report);
    Object.assign(study, { analysis: doneAnalysis('1.2.1', report) });
    await page.getByText('The AI result has arrived.').waitFor();
    await drawn();
    expect(await overlayPixels(page)).toBeGreaterThan(0);
  });

  test('asks for an analysis with bone age', async () => {
    pacs.studies.push({ uid: '1.2.1', instances: [radiograph('1.2.1', 1)] });
    await openStudy('1.2.1');
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByRole('button', { name: 'Estimate bone age' }).click();
    await answered;
    expect(pacs.requested).toEqual([{ studyInstanceUid: '1.2.1', boneAge: true }]);
  });

  test('says so when pixels cannot be shown and when a study does not exist', async () => {
    pacs.studies.push({
      uid: '1.2.1',
      instances: [radiograph('1.2.1', 1, { PhotometricInterpretation: 'PALETTE COLOR' })],
    });
    await page.goto(`${pacs.url}/#/studies/1.2.1`);
    await page
      .getByText('This image cannot be shown. Photometric Interpretation PALETTE COLOR cannot be shown here.')
      .waitFor();
    await page.goto(`${pacs.url}/#/studies/1.2.99`);
    await page.getByText('The study cannot be opened. It does not exist on this server.').waitFor();
    complaints = complaints.filter((text) => !text.includes('404'));
  });
});

describe('a hostile study', () => {
  const SCRIPT = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';

  test('is shown as text and nothing else', async () => {
    const texts = {
      PatientName: { Alphabetic: SCRIPT },
      PatientID: SCRIPT,
      StudyDescription: SCRIPT,
      ViewPosition: SCRIPT,
      AccessionNumber: SCRIPT,
    };
    const source = sourceOf('1.2.1', 1);
    const image = radiograph('1.2.1', 1, texts);
    const study = doneStudy('1.2.1', [image], [analysed(source, [fractureAt(source, 'fracture-1')])]);
    const [report] = study.instances.slice(1);
    const hostile = JSON.stringify(report?.metadata).replaceAll(
      /"(Fracture boxes|fracture-1|Fracture of bone|0\.1\.0)"/g,
      JSON.stringify(SCRIPT),
    );
    study.instances[1] = { metadata: parsed(hostile) };
    pacs.studies.push(study);
    await page.goto(pacs.url);
    await page.locator('tbody tr').waitFor();
    await openStudy('1.2.1');
    await page.locator('.finding').waitFor();
    expect(await page.locator('.study-who').innerText()).toContain('<img src=x');
    expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
    expect(await page.locator('img, #app script').count()).toBe(0);
  });

  test('with coordinates beyond the image stays usable and says what was left aside', async () => {
    const source = sourceOf('1.2.1', 1);
    const study = doneStudy(
      '1.2.1',
      [radiograph('1.2.1', 1)],
      [analysed(source, [fractureAt(source, 'fracture-1')])],
    );
    const text = JSON.stringify(study.instances[1]?.metadata).replaceAll(/\b170\b/g, '1e30');
    study.instances[1] = { metadata: parsed(text) };
    pacs.studies.push(study);
    await openStudy('1.2.1');
    await page.getByText('lie outside the image was left aside').waitFor();
    expect(await page.locator('.panel-summary .statement').first().innerText()).toBe(
      'No finding · report read in part',
    );
    await page.keyboard.press('n');
    await drawn();
    expect(await imageGrey(page, { x: 0.43, y: 0.5 })).toBeGreaterThanOrEqual(0);
  });
});
