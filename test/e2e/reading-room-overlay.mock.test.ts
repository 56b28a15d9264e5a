/**
 * Image and overlay of the reading room in a real Chromium, measured on the pixels of the screen.
 */
import { describe, expect, test } from 'vitest';
import { imagePoint } from '../../dicom/vocabulary/geometry.ts';
import {
  analysed,
  doneStudy,
  fractureAt,
  radiograph,
  sourceOf,
  TWELVE_MEGAPIXELS,
} from '../support/reading-room-studies.ts';
import { encodeOpacityPng } from '../../server/imaging/image-codec.ts';
import { distanceOf, heatAlpha, imageGrey, measureEdges, overlayPixels } from './overlay-measure.ts';
import { fractureStudy, readingRoomSession } from './reading-room-session.ts';

const room = readingRoomSession();

describe('the overlay', () => {
  const images = [
    ['square pixels', {}, false],
    ['pixels twice as high as wide', { PixelSpacing: ['0.2', '0.1'] }, false],
    ['pixels twice as wide as high', { PixelSpacing: ['0.1', '0.2'] }, false],
    ['MONOCHROME1', {}, true],
    ['twelve megapixels', TWELVE_MEGAPIXELS, false],
    [
      'twelve megapixels, MONOCHROME1, non-square',
      { ...TWELVE_MEGAPIXELS, PixelSpacing: ['0.1', '0.13'] },
      true,
    ],
  ] as const;

  test.each(images)(
    'lies within half a pixel of the report at every zoom and rotation: %s',
    async (_, attributes, isMonochrome1) => {
      room.pacs.studies.push(fractureStudy('1.2.1', attributes, isMonochrome1));
      await room.openStudy('1.2.1');
      const host = await room.page.locator('.radiograph').boundingBox();
      await room.page.mouse.move(
        (host?.x ?? 0) + (host?.width ?? 0) * 0.42,
        (host?.y ?? 0) + (host?.height ?? 0) * 0.51,
      );
      for (const turn of [0, 1, 2, 3]) {
        for (const wheel of [0, -120, -70, 230, 410]) {
          if (wheel !== 0) await room.page.mouse.wheel(0, wheel);
          await room.drawn();
          expect(
            distanceOf(await measureEdges(room.page)),
            `turn ${turn}, wheel ${wheel}`,
          ).toBeLessThanOrEqual(0.5);
        }
        await room.page.keyboard.press('f');
        await room.page.keyboard.press('r');
      }
    },
  );

  test('lies right on a screen with two device pixels a CSS pixel', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'));
    await room.useDenseScreen(2);
    await room.openStudy('1.2.1');
    await room.drawn();
    const { image, overlay } = await measureEdges(room.page);
    expect(image.right - image.left).toBeGreaterThan(2 * 80);
    expect(distanceOf({ image, overlay })).toBeLessThanOrEqual(0.5);
  });

  test('goes and comes with the key A, and the image stays as it was', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'));
    await room.openStudy('1.2.1');
    await room.drawn();
    const middle = { x: 0.43, y: 0.5 };
    const before = await imageGrey(room.page, middle);
    expect(await overlayPixels(room.page)).toBeGreaterThan(0);
    await room.page.keyboard.press('a');
    await room.drawn();
    expect(await overlayPixels(room.page)).toBe(0);
    expect(await imageGrey(room.page, middle)).toBe(before);
    await room.page.keyboard.press('a');
    await room.drawn();
    expect(await overlayPixels(room.page)).toBeGreaterThan(0);
  });

  test('has the heat map of the fracture model under the boxes with the key H, and asks for it only then', async () => {
    const side = 64;
    const samples = new Uint8Array(side * side).fill(255, 0, (side * side) / 2);
    const heatMap = await encodeOpacityPng({ columns: side, rows: side, samples });
    const [upper, lower] = [
      { x: 0.5, y: 0.3 },
      { x: 0.5, y: 0.7 },
    ];
    room.pacs.heatMapsAsked = 0;
    room.pacs.studies.push({ ...fractureStudy('1.2.1'), heatMap });
    await room.openStudy('1.2.1');
    await room.drawn();
    const boxes = await overlayPixels(room.page);
    expect([room.pacs.heatMapsAsked, await heatAlpha(room.page, upper)]).toEqual([0, 0]);
    await room.page.keyboard.press('h');
    await room.page.getByText('Where the fracture model looked').waitFor();
    await room.drawn();
    expect(await heatAlpha(room.page, upper)).toBeGreaterThan(100);
    expect(await heatAlpha(room.page, lower)).toBe(0);
    expect(await overlayPixels(room.page)).toBe(boxes);
    const button = room.page.getByRole('button', { name: 'Where the fracture model looked' });
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    await button.click();
    await room.drawn();
    expect(await heatAlpha(room.page, upper)).toBe(0);
    expect(await room.page.getByText('Where the fracture model looked').count()).toBe(0);
    expect(room.pacs.heatMapsAsked).toBe(1);
  });

  test('says that there is no heat map where the model gives none', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'));
    await room.openStudy('1.2.1');
    await room.page.keyboard.press('h');
    await room.page.getByText('No heat map: the fracture model gives none').waitFor();
    expect(await heatAlpha(room.page, { x: 0.5, y: 0.3 })).toBe(0);
    room.complaints = []; // the browser itself reports the 404
  });

  test('shows MONOCHROME1 with dense bone bright (PS3.3 C.7.6.3.1.2), and the box upon it', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1', {}, true));
    await room.openStudy('1.2.1');
    await room.drawn();
    expect(await imageGrey(room.page, { x: 0.43, y: 0.5 })).toBeGreaterThan(250);
    expect(distanceOf(await measureEdges(room.page))).toBeLessThanOrEqual(0.5);
    await room.page.keyboard.press('i');
    await room.drawn();
    expect(await imageGrey(room.page, { x: 0.43, y: 0.5 })).toBeLessThan(5);
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
    room.pacs.studies.push(doneStudy('1.2.1', [radiograph('1.2.1', 1)], [analysed(source, findings)]));
    await room.openStudy('1.2.1');
    await room.drawn();
    const both = await overlayPixels(room.page);
    await room.page.getByRole('button', { name: 'Outlines' }).click();
    await room.drawn();
    const boxesOnly = await overlayPixels(room.page);
    expect(boxesOnly).toBeLessThan(both);
    await room.page.getByRole('slider').fill('60');
    await room.page.getByText('1 of 2 shown').waitFor();
    await room.drawn();
    expect(await overlayPixels(room.page)).toBeLessThan(boxesOnly);
  });

  test('goes to the next and previous finding across images without a change of zoom', async () => {
    const [first, second] = [sourceOf('1.2.1', 1), sourceOf('1.2.1', 2)];
    const images = [radiograph('1.2.1', 1), radiograph('1.2.1', 2)];
    const outcomes = [
      analysed(first, [fractureAt(first, 'fracture-1')]),
      analysed(second, [fractureAt(second, 'fracture-1', { probability: 0.8 })]),
    ];
    room.pacs.studies.push(doneStudy('1.2.1', images, outcomes));
    await room.openStudy('1.2.1');
    const zoom = await room.page.locator('.strip-view').innerText();
    const current = () => room.page.locator('.thumbnail[aria-current="true"]').textContent();
    const seen: (string | null)[] = [];
    for (const key of ['n', 'n', 'n', 'p']) {
      await room.page.keyboard.press(key);
      await room.page.locator('.radiograph-surface[data-loading="false"]').waitFor();
      await room.drawn();
      seen.push(await current());
    }
    expect(seen.map((label) => label?.slice(0, 7))).toEqual(['Image 1', 'Image 2', 'Image 1', 'Image 2']);
    expect(await room.page.locator('.strip-view').innerText()).toBe(zoom);
    expect(await room.page.locator('.finding[aria-pressed="true"]').innerText()).toContain('80 %');
  });
});

describe('the hand on the image', () => {
  test('sets the window by a drag, pans with shift, zooms by the wheel, and fits again', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'));
    await room.openStudy('1.2.1');
    const strip = async () => {
      await room.drawn();
      return (await room.page.locator('.strip-view').innerText()).split(/\s{2,}|\n/);
    };
    const [width, level, zoom] = await strip();
    const fitted = await measureEdges(room.page);
    await room.page.mouse.move(500, 400);
    await room.page.mouse.down();
    await room.page.mouse.move(560, 430, { steps: 3 });
    await room.page.mouse.up();
    const windowed = await strip();
    expect(windowed[0]).not.toBe(width);
    expect(windowed[1]).not.toBe(level);
    expect(windowed[2]).toBe(zoom);
    await room.page.keyboard.down('Shift');
    await room.page.mouse.down();
    await room.page.mouse.move(600, 400, { steps: 3 });
    await room.page.mouse.up();
    await room.page.keyboard.up('Shift');
    await room.drawn();
    const panned = await measureEdges(room.page);
    expect(panned.overlay.left - fitted.overlay.left).toBeCloseTo(40, 0);
    expect(panned.overlay.top - fitted.overlay.top).toBeCloseTo(-30, 0);
    await room.page.mouse.wheel(0, -100);
    expect((await strip())[2]).not.toBe(zoom);
    await room.page.keyboard.press('f');
    expect((await strip())[2]).toBe(zoom);
  });
});
