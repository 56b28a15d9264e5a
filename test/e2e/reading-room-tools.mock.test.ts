/**
 * The tools of the reading room in a real Chromium: measuring, comparing, the list's order and notices, files, report,
 * Korean, and a report of ten thousand findings.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { buildReadingRoom } from '../support/browser.ts';
import { crowd } from '../support/crowded-report.ts';
import { radiograph } from '../support/reading-room-studies.ts';
import { overlayPixels } from './overlay-measure.ts';
import { fractureStudy, readingRoomSession } from './reading-room-session.ts';

const room = readingRoomSession();

async function strip(selector: string): Promise<string> {
  await room.drawn();
  return await room.page.locator(selector).innerText();
}

describe('the tools', () => {
  test('measure by mouse and by keyboard, say in which plane, and forget on demand', async () => {
    room.pacs.studies.push({
      uid: '1.2.1',
      instances: [radiograph('1.2.1', 1, { ImagerPixelSpacing: ['0.1', '0.1'] })],
    });
    await room.openStudy('1.2.1');
    await room.drawn();
    expect(await overlayPixels(room.page)).toBe(0);
    await room.page.keyboard.press('l');
    await room.page.mouse.move(450, 300);
    await room.page.mouse.down();
    await room.page.mouse.move(560, 380, { steps: 3 });
    await room.page.mouse.up();
    expect(await strip('.strip-measured')).toContain('mm at the detector');
    const one = await overlayPixels(room.page);
    expect(one).toBeGreaterThan(100);
    await room.page.locator('.radiograph').focus();
    for (const key of ['Enter', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter']) {
      await room.page.keyboard.press(key);
    }
    await room.drawn();
    expect(await overlayPixels(room.page)).toBeGreaterThan(one);
    await room.page.keyboard.press('w');
    await room.page.keyboard.press('Delete');
    await room.drawn();
    expect(await overlayPixels(room.page)).toBe(0);
  });

  test('keep a measurement that is drawn the moment its tool is chosen', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'));
    await room.openStudy('1.2.1');
    await room.page.mouse.move(450, 300);
    for (const key of ['l', 'w', 'l', 'w', 'l']) {
      await Promise.all([
        room.page.keyboard.press(key),
        room.page.mouse.down(),
        room.page.mouse.move(500, 340),
        room.page.mouse.move(560, 380),
      ]);
      await room.drawn();
      await room.page.mouse.up();
      await room.page.mouse.move(450, 300);
    }
    expect(await room.page.locator('.strip-measured').count()).toBe(1);
  });

  test('set windows by name and show one pixel on one', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1', { WindowCenter: 1000, WindowWidth: 500 }));
    await room.openStudy('1.2.1');
    expect(await strip('.strip-view')).toMatch(/W 500\s+L 1000/);
    await room.page.getByLabel('Window preset').selectOption({ label: 'Full range' });
    expect(await strip('.strip-view')).toMatch(/W 4095\s+L 2048/);
    await room.page.locator('.radiograph').focus();
    await room.page.keyboard.press('1');
    expect(await strip('.strip-view')).toContain('100 %');
  });

  test('show a prior study of the patient beside the open one', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'), fractureStudy('1.2.2', { StudyDate: '20250301' }));
    await room.openStudy('1.2.1');
    await room.page.keyboard.press('c');
    await room.page.locator('.pane').nth(1).locator('.radiograph-surface[data-loading="false"]').waitFor();
    const chosen = room.page.getByLabel('Image to compare with');
    await expect.poll(() => chosen.inputValue()).toContain('1.2.2|');
    await room.page.keyboard.press('c');
    await room.page.locator('.pane').nth(1).waitFor({ state: 'detached' });
  });
});

describe('the list', () => {
  test('is sorted by its heads and follows the server’s notices', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1', { StudyDescription: 'Wrist' }));
    room.pacs.studies.push(fractureStudy('1.2.2', { StudyDescription: 'Ankle' }));
    await room.page.goto(room.pacs.url);
    await room.page.locator('tbody tr').nth(1).waitFor();
    await room.page.getByRole('button', { name: 'Description' }).click();
    await room.page.locator('th[aria-sort="ascending"]').waitFor();
    await expect
      .poll(() => room.page.locator('.cell-description').allInnerTexts())
      .toEqual([expect.stringContaining('Ankle'), expect.stringContaining('Wrist')]);
    room.pacs.studies.push(fractureStudy('1.2.3', { StudyDescription: 'Shoulder' }));
    room.pacs.tellChanged('1.2.3');
    await room.page.getByText('Shoulder').waitFor({ timeout: 4000 });
  });

  test('takes a file and opens its study; what it cannot take it names', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'));
    await room.page.goto(room.pacs.url);
    const png = Buffer.from('89504e470d0a1a0a', 'hex');
    await room.page
      .locator('input[type=file]')
      .setInputFiles({ name: 'hand.png', mimeType: '', buffer: png });
    await room.page.locator('.radiograph-surface[data-loading="false"]').waitFor();
    expect(room.pacs.imported).toEqual(['image/png hand.png']);
    await room.page.goto(`${room.pacs.url}/#/`);
    const text = { name: 'notes.txt', mimeType: '', buffer: Buffer.from('no image') };
    await room.page.locator('input[type=file]').setInputFiles(text);
    await room.page
      .getByText('notes.txt was not stored: This is not a DICOM, JPEG or PNG file that can be read')
      .waitFor();
    room.complaints = []; // the browser itself reports the refusal
  });

  test('speaks Korean when asked, and remembers', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'));
    await room.page.goto(room.pacs.url);
    await room.page.getByRole('button', { name: '한국어' }).click();
    await room.page.getByText('골절 92 %').waitFor();
    expect(await room.page.locator('html').getAttribute('lang')).toBe('ko');
    await room.openStudy('1.2.1');
    await room.page.getByText('연구용. 의료기기가 아닙니다.').first().waitFor();
  });
});

describe('a report', () => {
  test('of ten thousand findings leaves the page usable, and the last key counts', async () => {
    room.pacs.studies.push(crowdedStudy('1.2.1'));
    await room.openStudy('1.2.1');
    const pages = room.page.getByRole('combobox', { name: 'Findings in the list' });
    await pages.waitFor();
    await pages.selectOption('9901–10000');
    expect(await room.page.locator('.finding').count()).toBe(100);
    // Without a pause: each key comes while the boxes of the one before are being painted.
    for (const key of ['n', 'n', '+', 'a', 'a', 'n', 'a']) await room.page.keyboard.press(key);
    await room.page.locator('.overlay-toggle[aria-pressed="false"]').waitFor();
    await expect.poll(() => overlayPixels(room.page)).toBe(0);
    await room.drawn();
    expect(await overlayPixels(room.page)).toBe(0);
    await room.page.keyboard.press('a');
    await expect.poll(() => overlayPixels(room.page)).toBeGreaterThan(10_000);
    await room.page.locator('.finding[aria-pressed="true"]').waitFor();
    // The page of the list follows the finding that was chosen.
    expect(await pages.locator('option:checked').innerText()).toBe('1–100');
  });

  test('is awaited by no image: it stands before the report has come, and nothing is said of the result', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    room.pacs.reportsHeld = promise;
    room.pacs.studies.push(fractureStudy('1.2.1'));
    await room.openStudy('1.2.1');
    expect(await room.page.locator('.panel-summary .statement').innerText()).toBe('Opening report…');
    expect(await room.page.getByRole('button', { name: 'Analyse now' }).count()).toBe(0);
    resolve(undefined);
    await room.page.locator('.panel-summary').getByText('Fracture 92 %').waitFor();
    expect(await room.page.getByText('The AI result has arrived.').count()).toBe(0);
  });
});

/** A study with ten thousand fractures all over its image. */
function crowdedStudy(uid: string) {
  const study = fractureStudy(uid);
  crowd(study.instances[1]?.metadata ?? {}, 10_000);
  return study;
}

test('the page weighs at most 300 kB gzipped, fonts included', async () => {
  const { folder, remove } = await buildReadingRoom();
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    files
      .filter((entry) => entry.isFile())
      .map(async (entry) => gzipSync(await readFile(join(entry.parentPath, entry.name))).byteLength),
  );
  await remove();
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(300_000);
});
