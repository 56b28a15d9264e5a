/**
 * Hands on the reading room, in a real Chromium: fingers, mouse drags, a file dropped from outside, two panes moved together.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fractureStudy, readingRoomSession } from './reading-room-session.ts';

const room = readingRoomSession();

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Centre of the bright rectangle in a pane, in pixels of the page, and its width. */
async function rectangle(pane = 0): Promise<Place & { readonly width: number }> {
  await room.drawn();
  return room.page.evaluate((index) => {
    const canvas = document.querySelectorAll<HTMLCanvasElement>('.radiograph-surface canvas')[index];
    const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
    if (!canvas || !data) throw new Error('No image canvas');
    const bright = { left: Infinity, right: -1, top: Infinity, bottom: -1 };
    for (let y = 0; y < canvas.height; y += 1) {
      for (let x = 0; x < canvas.width; x += 1) {
        if ((data[4 * (y * canvas.width + x)] ?? 0) < 128) continue;
        bright.left = Math.min(bright.left, x);
        bright.right = Math.max(bright.right, x);
        bright.top = Math.min(bright.top, y);
        bright.bottom = Math.max(bright.bottom, y);
      }
    }
    const frame = canvas.getBoundingClientRect();
    return {
      x: frame.left + (bright.left + bright.right) / 2,
      y: frame.top + (bright.top + bright.bottom) / 2,
      width: bright.right - bright.left,
    };
  }, pane);
}

const zoomShown = async () =>
  Number(/(\d+) %/.exec(await room.page.locator('.strip-view').innerText())?.[1] ?? NaN);

/** Fingers that touch the screen, move in steps, and leave it. */
async function touch(from: readonly Place[], to: readonly Place[], steps = 8): Promise<void> {
  const session = await room.page.context().newCDPSession(room.page);
  await session.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 5 });
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', places: readonly Place[]) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: places.map(({ x, y }, id) => ({ x, y, id })),
    });
  await send('touchStart', from);
  for (let step = 1; step <= steps; step += 1) {
    const at = from.map(({ x, y }, index) => ({
      x: x + (((to[index]?.x ?? x) - x) * step) / steps,
      y: y + (((to[index]?.y ?? y) - y) * step) / steps,
    }));
    await send('touchMove', at);
  }
  await send('touchEnd', []);
  await session.detach();
}

describe('fingers', () => {
  test('pinch to zoom about their middle', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'));
    await room.openStudy('1.2.1');
    const [before, zoom] = [await rectangle(), await zoomShown()];
    const at = (dx: number) => ({ x: before.x + dx, y: before.y });
    await touch([at(-60), at(60)], [at(-90), at(90)]);
    await expect.poll(zoomShown).toBeGreaterThan(1.45 * zoom);
    expect(await zoomShown()).toBeLessThan(1.55 * zoom);
    const after = await rectangle();
    expect(Math.hypot(after.x - before.x, after.y - before.y)).toBeLessThan(3);
  });

  test('two of them move the image, whatever one of them would do', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'));
    await room.openStudy('1.2.1');
    const before = await rectangle();
    const fingers = [-40, 40].map((dx) => ({ x: before.x + dx, y: before.y }));
    await touch(
      fingers,
      fingers.map(({ x, y }) => ({ x: x + 50, y: y + 30 })),
    );
    await expect.poll(async () => Math.round((await rectangle()).x - before.x)).toBeGreaterThan(46);
    const after = await rectangle();
    expect(Math.abs(after.x - before.x - 50)).toBeLessThan(3);
    expect(Math.abs(after.y - before.y - 30)).toBeLessThan(3);
    expect(await room.page.locator('.strip-view').innerText()).toMatch(/W 4095/);
  });

  test('a tap chooses the finding beneath it', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'));
    await room.openStudy('1.2.1');
    const at = await rectangle();
    await touch([at], [at], 0);
    await room.page.locator('.finding[aria-pressed="true"]').waitFor();
  });
});

describe('the mouse', () => {
  test('drags the window, pans with the middle button, zooms with the wheel about itself', async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'));
    await room.openStudy('1.2.1');
    const start = await rectangle();
    const { mouse } = room.page;
    await mouse.move(start.x, start.y);
    await mouse.down({ button: 'middle' });
    await mouse.move(start.x + 40, start.y - 25, { steps: 5 });
    await mouse.up({ button: 'middle' });
    const moved = await rectangle();
    expect([Math.round(moved.x - start.x), Math.round(moved.y - start.y)]).toEqual([40, -25]);
    await mouse.move(moved.x, moved.y);
    await mouse.wheel(0, -200);
    const zoomed = await rectangle();
    expect(zoomed.width / moved.width).toBeGreaterThan(1.3);
    expect(Math.hypot(zoomed.x - moved.x, zoomed.y - moved.y)).toBeLessThan(3);
    await mouse.down();
    await mouse.move(moved.x + 100, moved.y, { steps: 5 });
    await mouse.up();
    await expect
      .poll(async () => Number(/W (\d+)/.exec(await room.page.locator('.strip-view').innerText())?.[1]))
      .toBeGreaterThan(4600);
  });

  test('drops a file from outside on the page', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'osteon-drop-'));
    const file = join(folder, 'hand.png');
    await writeFile(file, Buffer.from('89504e470d0a1a0a', 'hex'));
    room.pacs.studies.push(fractureStudy('1.2.1'));
    await room.page.goto(room.pacs.url);
    await room.page.locator('.studies').waitFor();
    const session = await room.page.context().newCDPSession(room.page);
    const drag = (type: 'dragEnter' | 'dragOver' | 'drop') =>
      session.send('Input.dispatchDragEvent', {
        type,
        x: 600,
        y: 400,
        data: { items: [], files: [file], dragOperationsMask: 1 },
      });
    await drag('dragEnter');
    await drag('dragOver');
    await room.page.getByText('Drop DICOM, JPEG or PNG files').waitFor();
    await drag('drop');
    await room.page.locator('.radiograph-surface[data-loading="false"]').waitFor();
    expect(room.pacs.imported).toContain('image/png hand.png');
    await rm(folder, { recursive: true });
  });
});

describe('two panes', () => {
  const compare = async () => {
    room.pacs.studies.push(fractureStudy('1.2.1'), fractureStudy('1.2.2', { StudyDate: '20250301' }));
    await room.openStudy('1.2.1');
    await room.page.keyboard.press('c');
    await room.page.locator('.pane').nth(1).locator('.radiograph-surface[data-loading="false"]').waitFor();
    await room.drawn();
  };

  test('move together once they are linked, and apart again', async () => {
    await compare();
    await room.page.keyboard.press('m');
    const drag = async (pane: number) => {
      const from = await rectangle(pane);
      await room.page.mouse.move(from.x, from.y);
      await room.page.mouse.down();
      await room.page.mouse.move(from.x + 30, from.y + 20, { steps: 4 });
      await room.page.mouse.up();
    };
    const moves = async (work: () => Promise<void>) => {
      const before = [await rectangle(0), await rectangle(1)] as const;
      await work();
      const after = [await rectangle(0), await rectangle(1)] as const;
      return after.map(({ x, y }, pane) => [
        Math.round(x - (before[pane]?.x ?? NaN)),
        Math.round(y - (before[pane]?.y ?? NaN)),
      ]);
    };
    expect(await moves(() => drag(1))).toEqual([
      [0, 0],
      [30, 20],
    ]);
    await room.page.getByRole('button', { name: 'Move both images together' }).click();
    expect(await moves(() => drag(1))).toEqual([
      [30, 20],
      [30, 20],
    ]);
    const widths = [(await rectangle(0)).width, (await rectangle(1)).width] as const;
    await room.page.keyboard.press('+');
    expect((await rectangle(0)).width / widths[0]).toBeCloseTo(1.25, 1);
    expect((await rectangle(1)).width / widths[1]).toBeCloseTo(1.25, 1);
    await room.page.keyboard.press('k');
    expect((await moves(() => drag(0)))[1]).toEqual([0, 0]);
  });

  test('have one window while they are linked', async () => {
    await compare();
    await room.page.keyboard.press('k');
    for (const key of [']', ']', '.']) await room.page.keyboard.press(key);
    const shown = async () => {
      await room.drawn();
      return await room.page.locator('.strip-view').innerText();
    };
    const main = await shown();
    expect(main).not.toMatch(/W 4095/);
    await room.page.locator('.pane').nth(1).locator('.radiograph').focus();
    expect((await shown()).split('%')[0]?.replace(/\d+ $/, '')).toBe(
      main.split('%')[0]?.replace(/\d+ $/, ''),
    );
  });
});
