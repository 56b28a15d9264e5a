/**
 * A study printed from the reading room, in a real Chromium: the image as it stands with its overlay, whose it is, what was found.
 */
import { expect, test } from 'vitest';
import {
  analysed,
  doneStudy,
  fractureAt,
  radiograph,
  regionOf,
  sourceOf,
} from '../support/reading-room-studies.ts';
import { fractureStudy, readingRoomSession } from './reading-room-session.ts';

const room = readingRoomSession();

/** What stands on the first picture on paper: pixels of the bright rectangle, and of the colour of definite findings. */
async function pictureFacts() {
  return room.page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.printed-pictures canvas');
    const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    const facts = { bright: 0, definite: 0 };
    for (let index = 0; index < data.length; index += 4) {
      const [red = 0, green = 0, blue = 0] = [data[index], data[index + 1], data[index + 2]];
      if (red > 250 && green > 250 && blue > 250) facts.bright += 1;
      // Okabe and Ito's orange, as the overlay draws it.
      if (Math.hypot(red - 230, green - 159, blue) < 12) facts.definite += 1;
    }
    return facts;
  });
}

const printNow = async () => {
  await room.page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  await room.page.emulateMedia({ media: 'print' });
};

test('shows picture, patient, findings and notice, and nothing of the page around them', async () => {
  const source = sourceOf('1.2.1', 1);
  const suspicious = {
    certainty: 'suspicious',
    probability: 0.31,
    box: { left: 10, top: 20, right: 60, bottom: 90 },
  } as const;
  room.pacs.studies.push(
    doneStudy(
      '1.2.1',
      [radiograph('1.2.1', 1)],
      [
        analysed(source, [
          regionOf(source),
          fractureAt(source, 'fracture-1'),
          fractureAt(source, 'fracture-2', suspicious),
        ]),
      ],
    ),
  );
  await room.openStudy('1.2.1');
  await room.page.locator('.finding').nth(1).waitFor();
  await room.drawn();
  expect(await room.page.locator('.printed-study').isVisible()).toBe(false);
  await printNow();
  const facts = await pictureFacts();
  expect(facts.bright).toBeGreaterThan(1000);
  expect(facts.definite).toBeGreaterThan(100);
  const paper = room.page.locator('.printed-study');
  const text = await paper.innerText();
  for (const said of ['Lindqvist, Maja', 'OST-1', '2026-11-20', 'Fracture · 92 % · Definite', '31 %']) {
    expect(text).toContain(said);
  }
  for (const around of ['.study-head', '.panel', '.stage', '.thumbnails']) {
    expect(await room.page.locator(around).first().isVisible()).toBe(false);
  }
  const box = await room.page.locator('.printed-pictures canvas').boundingBox();
  expect(box?.width).toBeLessThanOrEqual((await paper.boundingBox())?.width ?? 0);
  await room.page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  expect(await room.page.locator('.printed-study').innerHTML()).toBe('');
});

test('shows no finding while the overlay is hidden, and both images while they are compared', async () => {
  room.pacs.studies.push(fractureStudy('1.2.1'), fractureStudy('1.2.2', { StudyDate: '20250301' }));
  await room.openStudy('1.2.1');
  await room.page.keyboard.press('c');
  await room.page.locator('.pane').nth(1).locator('.radiograph-surface[data-loading="false"]').waitFor();
  await room.page.keyboard.press('a');
  await room.drawn();
  await printNow();
  expect(await room.page.locator('.printed-pictures canvas').count()).toBe(2);
  const facts = await pictureFacts();
  expect([facts.bright > 1000, facts.definite]).toEqual([true, 0]);
  expect(await room.page.locator('.printed-study li').count()).toBe(0);
});

test('is what the browser prints: one page, with its picture', async () => {
  room.pacs.studies.push(fractureStudy('1.2.1'));
  await room.openStudy('1.2.1');
  await room.page.locator('.finding').waitFor();
  const file = (await room.page.pdf({ preferCSSPageSize: true })).toString('latin1');
  expect(file.match(/\/Type \/Page\b/g)).toHaveLength(1);
  expect(file).toMatch(/\/Subtype \/Image/);
});
