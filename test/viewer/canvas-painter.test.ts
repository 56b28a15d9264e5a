/** The canvas painter draws what the display list says and leaves the context as it was. */
import { expect, test } from 'vitest';
import type { DisplayItem } from '../../viewer-extension/core/overlay-shape.ts';
import { HALO_COLOUR, strokeOf } from '../../viewer-extension/core/overlay-style.ts';
import { paintDisplayList, type CanvasContext } from '../../viewer-extension/painters/canvas.ts';

interface Stroke {
  readonly colour: unknown;
  readonly width: number;
  readonly dash: readonly number[];
}

/** A context that remembers strokes and texts. */
function recorder() {
  const strokes: Stroke[] = [];
  const texts: string[] = [];
  const calls: string[] = [];
  let dash: number[] = [];
  const nothing = () => undefined;
  const context: CanvasContext = {
    setTransform: (...values: unknown[]) => void calls.push(`setTransform ${values.join(' ')}`),
    clearRect: () => void calls.push('clearRect'),
    save: () => void calls.push('save'),
    restore: () => void calls.push('restore'),
    beginPath: nothing,
    moveTo: nothing,
    lineTo: nothing,
    closePath: () => void calls.push('closePath'),
    stroke: () => void strokes.push({ colour: context.strokeStyle, width: context.lineWidth, dash }),
    setLineDash: (lengths: Iterable<number>) => {
      dash = [...lengths];
    },
    fill: nothing,
    roundRect: nothing,
    fillText: (text: string) => void texts.push(text),
    strokeStyle: '',
    fillStyle: '',
    lineWidth: 1,
    lineJoin: 'miter',
    lineCap: 'butt',
    globalAlpha: 1,
    font: '',
    textBaseline: 'alphabetic',
  };
  return { context, strokes, texts, calls };
}

const PATH: DisplayItem = {
  kind: 'path',
  findingId: 'f',
  points: [
    { x: 0, y: 0 },
    { x: 9, y: 0 },
    { x: 9, y: 9 },
  ],
  isClosed: true,
  stroke: strokeOf('box', 'suspicious', false),
};

test('resets the transform and clears before it draws', () => {
  const { context, calls } = recorder();
  paintDisplayList(context, [], { width: 10, height: 20 });
  expect(calls).toEqual(['setTransform 1 0 0 1 0 0', 'clearRect']);
});

test('strokes a solid dark halo first, then the dashed line in its colour and width', () => {
  const { context, strokes, calls } = recorder();
  paintDisplayList(context, [PATH], { width: 10, height: 10 });
  const { colour, width, dash, haloWidth } = strokeOf('box', 'suspicious', false);
  expect(strokes).toEqual([
    { colour: HALO_COLOUR, width: haloWidth, dash: [] },
    { colour, width, dash },
  ]);
  expect(calls).toContain('closePath');
});

test('writes each line of a text and balances save with restore', () => {
  const { context, texts, calls } = recorder();
  const frame = { x: 0, y: 0, width: 50, height: 40 };
  const text = {
    kind: 'text',
    findingId: '',
    frame,
    lines: ['Bone age', '9 y'],
    colour: '#fff',
    fontSize: 12,
    padding: 5,
    isSelected: false,
  } as const;
  paintDisplayList(context, [text, PATH], { width: 10, height: 10 });
  expect(texts).toEqual(['Bone age', '9 y']);
  expect(calls.filter((call) => call === 'save')).toHaveLength(
    calls.filter((call) => call === 'restore').length,
  );
});

test('draws ten thousand boxes with a few hundred strokes, all of them, halos below lines', () => {
  const { context, strokes, calls } = recorder();
  const boxes = Array.from({ length: 10_000 }, () => PATH);
  paintDisplayList(context, [...boxes, { ...PATH, stroke: strokeOf('box', 'definite', true) }], {
    width: 10,
    height: 10,
  });
  const halos = strokes.map(({ colour }) => colour === HALO_COLOUR);
  expect(strokes.length).toBeLessThan(400);
  expect(halos.indexOf(false)).toBe(halos.filter(Boolean).length - 1);
  expect(calls.filter((call) => call === 'closePath')).toHaveLength(2 * 10_001);
});
