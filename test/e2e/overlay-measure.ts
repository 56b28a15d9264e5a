/**
 * Measures, on the screen's own pixels, where a bright rectangle of the image and the box drawn around it lie.
 */
import type { Page } from 'playwright-core';

/** Positions in device pixels from the top left of the image area. */
export interface Edges {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * Edges of the rectangle (where brightness crosses one half) and of the box (centres of its strokes), both along the
 * lines through the middle of the rectangle. The box is expected within 2 pixels of the rectangle.
 */
export async function measureEdges(page: Page): Promise<{ image: Edges; overlay: Edges }> {
  return page.evaluate(() => {
    const pixelsOf = (selector: string) => {
      const canvas = document.querySelector<HTMLCanvasElement>(selector);
      const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
      if (!canvas || !data) throw new Error(`No canvas ${selector}`);
      return { data, width: canvas.width, height: canvas.height };
    };
    const image = pixelsOf('.radiograph-surface canvas');
    const overlay = pixelsOf('.radiograph-overlay');
    const bright = { left: Infinity, right: -1, top: Infinity, bottom: -1 };
    for (let y = 0; y < image.height; y += 1) {
      for (let x = 0; x < image.width; x += 1) {
        if ((image.data[4 * (y * image.width + x)] ?? 0) < 128) continue;
        bright.left = Math.min(bright.left, x);
        bright.right = Math.max(bright.right, x);
        bright.top = Math.min(bright.top, y);
        bright.bottom = Math.max(bright.bottom, y);
      }
    }
    const middle = {
      x: Math.round((bright.left + bright.right) / 2),
      y: Math.round((bright.top + bright.bottom) / 2),
    };
    const value = (at: number, isRow: boolean, source: typeof image, channel: number) => {
      const pixel = isRow ? middle.y * source.width + at : at * source.width + middle.x;
      return source.data[4 * pixel + channel] ?? 0;
    };
    const crossing = (outside: number, inside: number, isRow: boolean) => {
      const [dark, light] = [value(outside, isRow, image, 0), value(inside, isRow, image, 0)];
      const share = (127.5 - dark) / (light - dark);
      return outside + 0.5 + (inside - outside) * share;
    };
    const REACH = 4; // line and halo are 4 pixels wide, labels begin at 6
    const strokeCentre = (near: number, isRow: boolean) => {
      let [weight, sum] = [0, 0];
      for (let at = Math.floor(near) - REACH; at <= Math.floor(near) + REACH; at += 1) {
        const alpha = value(at, isRow, overlay, 3);
        weight += alpha;
        sum += alpha * (at + 0.5);
      }
      return sum / weight;
    };
    const found = {
      left: crossing(bright.left - 1, bright.left, true),
      right: crossing(bright.right + 1, bright.right, true),
      top: crossing(bright.top - 1, bright.top, false),
      bottom: crossing(bright.bottom + 1, bright.bottom, false),
    };
    const drawn = {
      left: strokeCentre(found.left, true),
      right: strokeCentre(found.right, true),
      top: strokeCentre(found.top, false),
      bottom: strokeCentre(found.bottom, false),
    };
    return { image: found, overlay: drawn };
  });
}

/** Largest distance between the two, in device pixels; infinite when either was not found. */
export function distanceOf({ image, overlay }: { readonly image: Edges; readonly overlay: Edges }): number {
  const keys = ['left', 'right', 'top', 'bottom'] as const;
  const distances = keys.map((key) => Math.abs(image[key] - overlay[key]));
  return distances.every(Number.isFinite) ? Math.max(...distances) : Infinity;
}

/** How many pixels of the overlay are drawn. */
export async function overlayPixels(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.radiograph-overlay');
    const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let count = 0;
    for (let index = 3; index < data.length; index += 4) if ((data[index] ?? 0) > 0) count += 1;
    return count;
  });
}

/** Grey of the image on the screen, in the middle and in a corner of what is drawn of the rectangle's surroundings. */
export async function imageGrey(
  page: Page,
  place: { readonly x: number; readonly y: number },
): Promise<number> {
  return page.evaluate(({ x, y }) => {
    const canvas = document.querySelector<HTMLCanvasElement>('.radiograph-surface canvas');
    if (!canvas) throw new Error('No image canvas');
    const column = Math.round(x * canvas.width);
    const row = Math.round(y * canvas.height);
    return canvas.getContext('2d')?.getImageData(column, row, 1, 1).data[0] ?? -1;
  }, place);
}

/** Opacity of the heat map, 0–255, at a place of the image area given as shares of its width and height. */
export async function heatAlpha(
  page: Page,
  place: { readonly x: number; readonly y: number },
): Promise<number> {
  return page.evaluate(({ x, y }) => {
    const canvas = document.querySelector<HTMLCanvasElement>('.radiograph-heat');
    const context = canvas?.getContext('2d');
    if (!canvas || !context) throw new Error('No heat canvas');
    return (
      context.getImageData(Math.round(canvas.width * x), Math.round(canvas.height * y), 1, 1).data[3] ?? 0
    );
  }, place);
}
