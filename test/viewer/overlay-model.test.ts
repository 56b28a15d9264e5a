/** The overlay model: shapes in image points, and their layout on any surface. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apply, imagePoint, rotationAbout, compose, scaleAndShift } from '../../dicom/vocabulary/geometry.ts';
import {
  layOut,
  MAX_LABELS,
  overlayShapes,
  undrawableCount,
} from '../../viewer-extension/core/overlay-model.ts';
import {
  hullOf,
  overlapOf,
  type DisplayItem,
  type Surface,
} from '../../viewer-extension/core/overlay-shape.ts';
import { CERTAINTY_COLOURS } from '../../viewer-extension/core/overlay-style.ts';
import { strokeRuns } from '../../viewer-extension/painters/stroke-runs.ts';
import { fracture } from './findings-fixture.ts';

const BOTH = { showBoxes: true, showPolygons: true };
const TRIANGLE = [imagePoint(110, 130), imagePoint(150, 130), imagePoint(130, 170)];

function surface(changes: Partial<Surface> = {}): Surface {
  return {
    width: 300,
    height: 400,
    pixelRatio: 1,
    project: ({ x, y }) => ({ x, y }),
    measure: (text) => 7 * text.length,
    ...changes,
  };
}

function paths(list: readonly DisplayItem[]) {
  return list.flatMap((item) => (item.kind === 'path' ? [item] : []));
}

function texts(list: readonly DisplayItem[]) {
  return list.flatMap((item) => (item.kind === 'text' ? [item] : []));
}

describe('shapes of findings', () => {
  test('draws box, outline and label of a fracture', () => {
    const kinds = overlayShapes([fracture({ polygon: TRIANGLE })], BOTH).map(({ kind }) => kind);
    expect(kinds).toEqual(['polyline', 'box', 'label']);
  });

  test('keeps the box of a finding without outline when only outlines are wanted', () => {
    const kinds = overlayShapes([fracture()], { showBoxes: false, showPolygons: true }).map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(['box', 'label']);
  });

  test('draws nothing when neither boxes nor outlines are wanted', () => {
    expect(
      overlayShapes([fracture({ polygon: TRIANGLE })], { showBoxes: false, showPolygons: false }),
    ).toEqual([]);
  });

  test('leaves out what has coordinates that are no numbers, and counts it', () => {
    const broken = [
      fracture({ box: { left: NaN, top: 0, right: 10, bottom: 10 } }),
      fracture({ polygon: [imagePoint(0, 0), imagePoint(Infinity, 0), imagePoint(0, 1)] }),
    ];
    expect(overlayShapes(broken, BOTH)).toEqual([]);
    expect(undrawableCount([...broken, fracture()])).toBe(2);
  });

  test('labels a limited number of ten thousand findings but draws all their boxes', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => fracture({ trackingId: `fracture-${index}` }));
    const list = layOut(overlayShapes(many, BOTH), surface());
    expect(paths(list)).toHaveLength(10_000);
    expect(texts(list)).toHaveLength(MAX_LABELS);
  });
});

describe('layout', () => {
  test('puts lines of one look together, whatever the order of the findings', () => {
    const mixed = Array.from({ length: 200 }, (_, index) =>
      fracture({
        trackingId: `fracture-${index}`,
        certainty: index % 2 === 0 ? 'definite' : 'suspicious',
        ...(index % 3 === 0 ? { polygon: TRIANGLE } : {}),
      }),
    );
    const runs = strokeRuns(layOut(overlayShapes(mixed, BOTH), surface()));
    expect(runs.filter(({ kind }) => kind === 'paths')).toHaveLength(4);
  });

  test('tells certainty by line as well as by colour: solid is definite, dashed suspicious', () => {
    const [definite] = paths(layOut(overlayShapes([fracture()], BOTH), surface()));
    const [suspicious] = paths(
      layOut(overlayShapes([fracture({ certainty: 'suspicious' })], BOTH), surface()),
    );
    expect(definite?.stroke).toMatchObject({ dash: [], colour: CERTAINTY_COLOURS.definite });
    expect(suspicious?.stroke.dash.length).toBeGreaterThan(0);
    expect(suspicious?.stroke.colour).toBe(CERTAINTY_COLOURS.suspicious);
  });

  test('lays a dark halo wider than the line beneath it', () => {
    const [path] = paths(layOut(overlayShapes([fracture()], BOTH), surface()));
    expect(path?.stroke.haloWidth).toBeGreaterThan(path?.stroke.width ?? Infinity);
  });

  test('projects each corner by the projection of the surface, and by nothing else', () => {
    const affine = compose(rotationAbout(150, 200, 30), scaleAndShift(1.7, 1.7, -40, 12));
    const project = ({ x, y }: { x: number; y: number }) => apply(affine, x, y);
    const [path] = paths(layOut(overlayShapes([fracture()], BOTH), surface({ project })));
    expect(path?.points).toEqual([
      project({ x: 100, y: 120 }),
      project({ x: 160, y: 120 }),
      project({ x: 160, y: 180 }),
      project({ x: 100, y: 180 }),
    ]);
  });

  test('keeps line widths the same at every zoom and scales them only with the pixel ratio', () => {
    const shapes = overlayShapes([fracture()], BOTH);
    const [near] = paths(layOut(shapes, surface({ project: ({ x, y }) => ({ x: 9 * x, y: 9 * y }) })));
    const [far] = paths(layOut(shapes, surface()));
    const [dense] = paths(layOut(shapes, surface({ pixelRatio: 2 })));
    expect(near?.stroke).toEqual(far?.stroke);
    expect(dense?.stroke.width).toBe(2 * (far?.stroke.width ?? 0));
  });

  test('names the certainty in the label', () => {
    const suspicious = fracture({ certainty: 'suspicious', probability: 0.41 });
    const [label] = texts(layOut(overlayShapes([suspicious], BOTH), surface()));
    expect(label?.lines).toEqual(['Suspected fracture 41 %']);
  });

  test('puts no label across a finding that touches its own, where there is room beside', () => {
    const boxes = [
      { left: 120, top: 100, right: 170, bottom: 200 },
      { left: 105, top: 130, right: 122, bottom: 180 },
    ];
    const fractures = boxes.map((box, index) => ({ ...fracture({ box }), trackingId: `fracture-${index}` }));
    const labels = texts(layOut(overlayShapes(fractures, BOTH), surface()));
    for (const { frame } of labels) {
      for (const { left, top, right, bottom } of boxes) {
        const box = { x: left, y: top, width: right - left, height: bottom - top };
        expect(overlapOf(frame, box)).toBe(0);
      }
    }
    expect(labels).toHaveLength(2);
  });

  test('puts no label for a finding that is off the surface', () => {
    const project = ({ x, y }: { x: number; y: number }) => ({ x: x - 1000, y });
    expect(texts(layOut(overlayShapes([fracture()], BOTH), surface({ project })))).toEqual([]);
  });

  test('draws the selected finding last and heavier', () => {
    const [one, other] = [fracture(), fracture({ trackingId: 'fracture-2' })];
    const key = `${one.source.sopInstanceUid}#fracture-1`;
    const drawn = paths(layOut(overlayShapes([one, other], { ...BOTH, selectedKey: key }), surface()));
    expect(drawn.at(-1)?.findingId).toBe(key);
    expect(drawn.at(-1)?.stroke.width).toBeGreaterThan(drawn[0]?.stroke.width ?? Infinity);
  });

  test('keeps labels outside their box, apart from each other and on the surface', () => {
    const box = fc.record({
      x: fc.integer({ min: 20, max: 900 }),
      y: fc.integer({ min: 20, max: 900 }),
      w: fc.integer({ min: 10, max: 60 }),
      h: fc.integer({ min: 10, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(box, { minLength: 1, maxLength: 4 }), (boxes) => {
        const findings = boxes.map(({ x, y, w, h }, index) =>
          fracture({ trackingId: `f-${index}`, box: { left: x, top: y, right: x + w, bottom: y + h } }),
        );
        const list = layOut(overlayShapes(findings, BOTH), surface({ width: 1000, height: 1000 }));
        const labels = texts(list);
        for (const [index, { frame, findingId }] of labels.entries()) {
          const own = paths(list).find((path) => path.findingId === findingId);
          const hull = own && hullOf(own.points);
          expect(hull && overlapOf(frame, hull)).toBe(0);
          expect(frame.x >= 0 && frame.y >= 0).toBe(true);
          expect(frame.x + frame.width <= 1000 && frame.y + frame.height <= 1000).toBe(true);
          for (const later of labels.slice(index + 1)) expect(overlapOf(frame, later.frame)).toBe(0);
        }
      }),
    );
  });
});
