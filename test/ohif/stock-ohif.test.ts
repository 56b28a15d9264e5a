/**
 * Stock OHIF in Chromium, without an extension of ours: it lists every series of a result set, loads the segmentations and
 * draws the report. `npm run test:ohif`; screenshots go to `OSTEON_SCREENSHOTS` where that is set.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildResultSet, RESULT_OBJECT_KINDS } from '../../dicom/results/index.ts';
import { spansOf } from '../../dicom/results/segmentation-mask.ts';
import { numbersOf, textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { findingsOf, type Finding } from '../../dicom/vocabulary/finding.ts';
import { resultFile } from '../../server/analysis/result-file.ts';
import { runImagingTask } from '../../server/imaging/run-imaging-task.ts';
import { demoResults } from '../support/demo-results.ts';
import { startStockOhif, type StockOhif } from '../support/ohif.ts';

const { files, input } = demoResults();
const STUDY = input.images[0]?.outcome.source.studyInstanceUid ?? '';
const FRACTURES = input.images.flatMap(({ outcome }) => findingsOf(outcome.findings, 'fracture'));

/** How OHIF lists the images, in the order of the set. */
const VIEWS = input.images.map(({ metadata }) => textOf(metadata, TAG.SeriesDescription) ?? '');

let ohif: StockOhif;
let page: Page;

beforeAll(async () => {
  ohif = await startStockOhif();
  const { index, objects } = ohif.storage;
  for (const file of files) await ohif.store(file);
  const sources = await index.listInstances({ studyUid: STUDY });
  for (const object of buildResultSet({ ...input, objects: RESULT_OBJECT_KINDS })) {
    await ohif.store(await resultFile(object, sources, { objects, imaging: runImagingTask }));
  }
}, 600_000);
// A page of its own for each test: what one has loaded must not help the next, nor hold it up.
beforeEach(async () => {
  page = await ohif.open(STUDY);
});
afterEach(() => page.close());
afterAll(() => ohif.close());

async function screenshot(name: string): Promise<void> {
  const folder = process.env['OSTEON_SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** The entry of a series in OHIF's list. */
const entry = (description: string) =>
  page.locator('[data-cy^="study-browser-thumbnail"]').filter({ hasText: description });

describe('stock OHIF', () => {
  it('lists every series of the set beside the images', async () => {
    for (const description of [
      'AI findings: report',
      'AI findings: overlay',
      'AI findings: outlines 1 of 2',
      'AI findings: outlines 2 of 2',
      'AI findings: summary images',
      'AI findings: key images',
    ]) {
      await entry(description).first().waitFor();
    }
  });

  it.each([1, 2])(
    'loads the segmentation of image %i with as many pixels as our mask has',
    async (number) => {
      await entry(VIEWS[number - 1] ?? '')
        .first()
        .dblclick();
      await page.locator('.cornerstone-canvas').first().waitFor();
      await entry(`AI findings: outlines ${number} of 2`).first().dblclick();
      await page.getByText('Yes', { exact: true }).first().click();
      const fracture = FRACTURES.find(({ source }) => source === input.images[number - 1]?.outcome.source);
      const expected = { label: labelOf(fracture), pixels: pixelsOf(fracture) };
      await expect.poll(() => page.evaluate(segmentsInOhif), { timeout: 60_000 }).toContainEqual(expected);
      await screenshot(`ohif-segmentation-${number}`);
    },
  );

  it('draws every fracture of the report where it is, on its image', async () => {
    await entry('AI findings: report').first().dblclick();
    await expect.poll(() => page.evaluate(shapesInOhif), { timeout: 60_000 }).toHaveLength(FRACTURES.length);
    await screenshot('ohif-report');
    const shapes = await page.evaluate(shapesInOhif);
    for (const { source, polygon = [] } of FRACTURES) {
      const shape = shapes.find(({ imageId }) => imageId.includes(source.sopInstanceUid));
      const [rowSpacing = 1, columnSpacing = 1] = spacingOf(source.sopInstanceUid);
      // OHIF holds world coordinates, in which the centre of the first pixel is the origin.
      const points =
        shape?.points.map(([x, y]) => [x / columnSpacing + 0.5, y / rowSpacing + 0.5] as const) ?? [];
      expect(points).toHaveLength(polygon.length + 1);
      for (const [index, { x, y }] of polygon.entries()) {
        expect(Math.hypot((points[index]?.[0] ?? NaN) - x, (points[index]?.[1] ?? NaN) - y)).toBeLessThan(
          0.1,
        );
      }
    }
  });

  it('has thrown no error', () => {
    expect(ohif.errors).toEqual([]);
  });
});

function labelOf(fracture: Finding<'fracture'> | undefined): string {
  return `fracture ${(fracture?.probability ?? NaN) * 100} % (${fracture?.certainty ?? ''})`;
}

function pixelsOf(fracture: Finding<'fracture'> | undefined): number {
  if (!fracture?.polygon) throw new Error('the phantom’s fractures have outlines');
  const polygon = fracture.polygon.map((point) => ({
    ...point,
    x: Math.round(point.x * 100) / 100,
    y: Math.round(point.y * 100) / 100,
  }));
  return spansOf(polygon, fracture.source).reduce((sum, { start, end }) => sum + end - start, 0);
}

function spacingOf(sopInstanceUid: string): readonly number[] {
  const image = input.images.find(({ outcome }) => outcome.source.sopInstanceUid === sopInstanceUid);
  const own = numbersOf(image?.metadata ?? {}, TAG.PixelSpacing);
  return own.length === 2 ? own : numbersOf(image?.metadata ?? {}, TAG.ImagerPixelSpacing);
}

/** What the page holds, as far as the functions below look at it; they run there. */
interface OhifWindow {
  readonly cornerstone: {
    readonly cache: { getImage(id: string): { getPixelData(): ArrayLike<number> } | undefined };
  };
  readonly cornerstoneTools: {
    readonly segmentation: { readonly state: { getSegmentations(): readonly OhifSegmentation[] } };
    readonly annotation: { readonly state: { getAllAnnotations(): readonly OhifAnnotation[] } };
  };
}
interface OhifSegmentation {
  readonly segments: Readonly<Record<string, { readonly segmentIndex: number; readonly label: string }>>;
  readonly representationData: { readonly Labelmap?: { readonly imageIds?: readonly string[] } };
}
interface OhifAnnotation {
  readonly metadata: { readonly toolName: string; readonly referencedImageId?: string };
  readonly data: {
    readonly renderableData?: { readonly POLYLINE?: readonly (readonly (readonly [number, number])[])[] };
  };
}

/** Label and number of pixels of each segment that is loaded. */
function segmentsInOhif(): readonly { label: string; pixels: number }[] {
  const { cornerstone, cornerstoneTools } = globalThis as unknown as OhifWindow;
  return cornerstoneTools.segmentation.state.getSegmentations().flatMap(({ segments, representationData }) =>
    Object.values(segments).map(({ segmentIndex, label }) => {
      const samples = (representationData.Labelmap?.imageIds ?? []).flatMap((id) =>
        Array.from(cornerstone.cache.getImage(id)?.getPixelData() ?? []),
      );
      return { label, pixels: samples.filter((sample) => sample === segmentIndex).length };
    }),
  );
}

/** The polylines that are drawn from reports. */
function shapesInOhif(): readonly { imageId: string; points: readonly (readonly [number, number])[] }[] {
  const { cornerstoneTools } = globalThis as unknown as OhifWindow;
  return cornerstoneTools.annotation.state.getAllAnnotations().flatMap(({ metadata, data }) =>
    metadata.toolName === 'DICOMSRDisplay'
      ? (data.renderableData?.POLYLINE ?? []).map((points) => ({
          imageId: metadata.referencedImageId ?? '',
          points,
        }))
      : [],
  );
}
