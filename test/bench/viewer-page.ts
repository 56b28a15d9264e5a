/**
 * What the measurement of the viewers does inside their pages.
 */
import type { Page } from 'playwright-core';

/** From the click or the navigation to the image, and from the image to its overlay. */
export interface OpenTimes {
  readonly imageMs: number;
  readonly overlayMs: number;
}

export interface PanFrames {
  /** Time between frames, one after another. */
  readonly frameMs: readonly number[];
}

/** The marks of a page, in milliseconds of its clock. */
interface Marks {
  started?: number;
  image?: number;
  overlay?: number;
}

declare global {
  var viewerMarks: Marks;
}

/** Runs in the page before its own scripts: notes the first image and the first line above it, at the frame that shows them. */
export function listen(): void {
  const marks: Marks = (globalThis.viewerMarks = {});
  const note = (name: 'image' | 'overlay') => () => {
    if (marks[name] !== undefined) return;
    marks[name] = NaN;
    requestAnimationFrame(() => {
      marks[name] = performance.now();
    });
  };
  addEventListener(
    'click',
    ({ timeStamp }) => {
      marks.started ??= timeStamp;
    },
    { capture: true },
  );
  // What cornerstone-core and Cornerstone3D call it.
  for (const name of ['cornerstoneimagerendered', 'CORNERSTONE_IMAGE_RENDERED']) {
    document.addEventListener(name, note('image'), { capture: true });
  }
  const { prototype } = CanvasRenderingContext2D;
  const stroke = new Proxy<() => void>(Reflect.get(prototype, 'stroke'), {
    apply(target, context: CanvasRenderingContext2D, values: []) {
      if (context.canvas.className === 'radiograph-overlay') note('overlay')();
      Reflect.apply(target, context, values);
    },
  });
  Object.assign(prototype, { stroke });
  addEventListener('DOMContentLoaded', () => {
    const look = new MutationObserver(() => {
      if (!document.querySelector('.osteon-overlay path')) return;
      look.disconnect();
      note('overlay')();
    });
    look.observe(document.body, { childList: true, subtree: true });
  });
}

/** Waits for image and overlay. */
export async function timesOf(page: Page): Promise<OpenTimes> {
  const isThere = () => (globalThis.viewerMarks.image ?? 0) > 0 && (globalThis.viewerMarks.overlay ?? 0) > 0;
  await page.waitForFunction(isThere, undefined, { timeout: 120_000, polling: 100 });
  const { started = 0, image = NaN, overlay = NaN } = await page.evaluate(() => globalThis.viewerMarks);
  return { imageMs: image - started, overlayMs: Math.max(0, overlay - image) };
}

/** Drags the image to and fro with the middle button, and times the frames meanwhile. */
export async function panned(page: Page, target: string, seconds: number): Promise<PanFrames> {
  const frame = await page.locator(target).first().boundingBox();
  if (!frame) throw new Error(`${target} is not on the page; expected it laid out`);
  const [x, y] = [frame.x + frame.width / 2, frame.y + frame.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down({ button: 'middle' });
  const frames = page.evaluate(
    (forMs) =>
      new Promise<number[]>((resolve) => {
        const times: number[] = [];
        const startedAt = performance.now();
        let before = startedAt;
        const next = (now: number) => {
          times.push(now - before);
          before = now;
          if (now - startedAt < forMs) requestAnimationFrame(next);
          else resolve(times.slice(1));
        };
        requestAnimationFrame(next);
      }),
    seconds * 1000,
  );
  const endsAt = performance.now() + seconds * 1000;
  for (let step = 0; performance.now() < endsAt; step += 1) {
    await page.mouse.move(x + 120 * Math.sin(step / 20), y + 80 * Math.sin(step / 31));
  }
  const frameMs = await frames;
  await page.mouse.move(x, y);
  await page.mouse.up({ button: 'middle' });
  return { frameMs };
}
