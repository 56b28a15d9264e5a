/** Summary images: which there are, what they draw, and what their headers say. PS3.3 A.8.1, C.8.6, C.7.6.1. */
import { describe, expect, it } from 'vitest';
import { buildResultSet, type ResultObject, type ResultSetInput } from '../../../dicom/results/index.ts';
import { wrapped } from '../../../dicom/results/page-blocks.ts';
import { summaryPage } from '../../../dicom/results/summary-page.ts';
import { itemsOf, numberOf, numbersOf, textOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { extentOfText, type Drawing, type DrawnLine } from '../../../dicom/vocabulary/drawing.ts';
import type { ImageOutcome, SourceImage } from '../../../dicom/vocabulary/finding.ts';
import { referencedInstances } from '../../support/result-set-facts.ts';
import { ANALYSED, FINDINGS, metadataOf, resultInput, SOURCE } from '../../support/result-inputs.ts';

function capturesOf(input: ResultSetInput = resultInput()): readonly ResultObject[] {
  return buildResultSet({ ...input, objects: ['sr', 'sc'] }).filter(({ kind }) => kind === 'sc');
}

function drawingOf({ pixels }: ResultObject): Drawing {
  if (pixels?.kind !== 'drawing') throw new Error('a summary image is a drawing');
  return pixels.drawing;
}

const textsOf = (drawing: Drawing) =>
  drawing.shapes.flatMap((shape) => (shape.kind === 'text' ? [shape.text] : []));

/** What the page of an input says, its lines joined. */
function pageOf(input: ResultSetInput): string {
  const [page] = capturesOf(input);
  if (!page) throw new Error('every set has a page');
  return textsOf(drawingOf(page)).join('\n');
}

function burnedIn(input: ResultSetInput = resultInput()): ResultObject {
  const [, image] = capturesOf(input);
  if (!image) throw new Error('an image with fractures is drawn');
  return image;
}

const linesOf = (drawing: Drawing) =>
  drawing.shapes.filter((shape): shape is DrawnLine => shape.kind === 'line' && shape.grey === 1);

describe('a radiograph with its findings burned in', () => {
  it('has the size of the image, and every box and outline where the report has it', () => {
    const drawing = drawingOf(burnedIn());
    expect(drawing).toMatchObject({ rows: SOURCE.rows, columns: SOURCE.columns, ground: SOURCE });
    const rings = linesOf(drawing).map(({ points }) => points.map(({ x, y }) => [x, y]));
    expect(rings).toEqual([
      [
        [100.25, 200.5],
        [150.75, 200.5],
        [150.75, 260],
        [100.25, 260],
        [100.25, 200.5],
      ],
      [
        [100.25, 210],
        [130, 200.5],
        [150.75, 240],
        [120, 260],
        [100.25, 210],
      ],
      [
        [0, 0],
        [40, 0],
        [40, 50],
        [0, 50],
        [0, 0],
      ],
    ]);
  });

  it('draws definite findings solid and suspicious ones dashed, each on black', () => {
    const drawing = drawingOf(burnedIn());
    expect(linesOf(drawing).map(({ dash }) => dash !== undefined)).toEqual([false, false, true]);
    const black = drawing.shapes.filter((shape) => shape.kind === 'line' && shape.grey === 0);
    expect(black).toHaveLength(3);
  });

  it('says certainty, intended use, model, and whose image it is (C.7.6.1.1.3: burned in annotation)', () => {
    const image = burnedIn();
    expect(textsOf(drawingOf(image))).toEqual([
      'fracture 87 % (definite)',
      'fracture 30 % (suspicious)',
      'Research use only. Not a medical device.',
      'Fracture locator 0.1.0',
      'ID P1, 2026-01-02',
    ]);
    expect(textOf(image.dataSet, TAG.BurnedInAnnotation)).toBe('YES');
  });

  it('keeps its texts on an image that is narrower than they are', () => {
    const source: SourceImage = { ...SOURCE, rows: 300, columns: 120 };
    const findings = FINDINGS.filter(({ trackingId }) => trackingId === 'fracture-2').map((finding) => ({
      ...finding,
      source,
    }));
    const drawing = drawingOf(burnedIn(resultInput({ ...ANALYSED, source, findings })));
    const footer = drawing.shapes.flatMap((shape) =>
      shape.kind === 'text' && !shape.text.startsWith('fracture') ? [shape] : [],
    );
    for (const { text, at, scale } of footer) {
      const { width, height } = extentOfText(text, scale);
      expect(at.x - scale + width).toBeLessThanOrEqual(source.columns);
      expect(at.y - scale + height).toBeLessThanOrEqual(source.rows);
    }
    expect(footer.map(({ text }) => text).join(' ')).toContain('Research use only. Not a medical device.');
  });

  it('names its source, keeps the shape of its pixels and says nothing in millimetres', () => {
    const { dataSet } = burnedIn(
      resultInput(ANALYSED, metadataOf({ ImagerPixelSpacing: [0.1, 0.2], PatientOrientation: ['L', 'F'] })),
    );
    expect(itemsOf(dataSet, TAG.SourceImageSequence).flatMap(referencedInstances)).toEqual([
      SOURCE.sopInstanceUid,
    ]);
    expect(textOf(dataSet, TAG.DerivationDescription)).toContain('Research use only. Not a medical device.');
    expect(numbersOf(dataSet, TAG.PixelAspectRatio)).toEqual([1000, 2000]);
    expect(dataSet[TAG.PixelSpacing] ?? dataSet[TAG.ImagerPixelSpacing]).toBeUndefined();
    expect(burnedIn().dataSet[TAG.PixelAspectRatio]).toBeUndefined();
  });

  it('is made for images with fractures alone', () => {
    const findings = FINDINGS.filter(({ kind }) => kind !== 'fracture');
    expect(capturesOf(resultInput({ ...ANALYSED, findings }))).toHaveLength(1);
  });
});

describe('the page', () => {
  it('says what was found, how surely and by whom', () => {
    const text = pageOf(resultInput());
    for (const said of [
      'Research use only. Not a medical device.',
      'Patient ID: P1',
      'Accession number: A1',
      'Study date: 2026-01-02',
      'Analysed: 2026-01-02 10:15, Osteon 0.1.0, not reviewed',
      'Image 1 of 1',
      'Fracture present: 91.3 % (definite)',
      'Body region: Upper limb, 99.8 %',
      '87 %\ndefinite\nWrist joint, L\n100,201 to 151,260',
      '30 %\nsuspicious',
      'Bone age 10 y 6 mo +/- 18 mo, age 10 y 0 mo',
      'Fracture locator 0.1.0',
      'Bone age 0.1.0 (weights for research only)',
    ]) {
      expect(text).toContain(said);
    }
  });

  const nothing = { source: SOURCE, findings: [], runs: [] } as const;
  it.each<[string, ImageOutcome, string]>([
    [
      'negative',
      { ...ANALYSED, findings: [{ ...FINDINGS[0], verdict: 'absent', probability: 0.03 }] } as ImageOutcome,
      'No fracture found: 3 %',
    ],
    ['empty', { status: 'analysed', ...nothing }, 'Analysed: nothing to report'],
    [
      'rejected',
      { status: 'rejected', reason: 'blank-image', ...nothing },
      'Not analysed: The image holds no contrast',
    ],
    ['failed', { status: 'failed', detail: 'out of memory', ...nothing }, 'Analysis failed: out of memory'],
  ])('of a %s analysis says so', (_what, outcome, said) => {
    expect(pageOf(resultInput(outcome))).toContain(said);
  });

  it('says why a bone age has no score', () => {
    const findings = FINDINGS.map((finding) =>
      finding.kind === 'bone-age' ? { ...finding, score: { missing: 'sex-unknown' } as const } : finding,
    );
    expect(pageOf(resultInput({ ...ANALYSED, findings }))).toContain(
      "No SD score: The patient's sex is not known as female or male",
    );
  });

  it('draws the bone age where the age axis has it, on the spread of the reference', () => {
    const [page] = capturesOf();
    const drawing = drawingOf(page ?? burnedIn());
    const areas = drawing.shapes.flatMap((shape) => (shape.kind === 'area' ? [shape] : []));
    const [wide, narrow] = areas.filter(({ grey }) => grey === 0.2 || grey === 0.35).map(({ box }) => box);
    const marker = areas.find(({ box }) => box.right - box.left === 12)?.box;
    if (!wide || !narrow || !marker) throw new Error('the chart has bands and a marker');
    // 0.65 standard deviations ahead of the middle of both bands.
    const middle = (wide.left + wide.right) / 2;
    const deviation = (narrow.right - narrow.left) / 2;
    expect((wide.right - wide.left) / 4).toBeCloseTo(deviation);
    expect(((marker.left + marker.right) / 2 - middle) / deviation).toBeCloseTo(6.4 / 9.79, 2);
  });

  it('has as many rows as it says, and every shape on it', () => {
    const [page] = capturesOf();
    const { rows, columns, shapes } = drawingOf(page ?? burnedIn());
    expect(numberOf(page?.dataSet ?? {}, TAG.Rows)).toBe(rows);
    for (const shape of shapes) {
      if (shape.kind !== 'text') continue;
      const { width, height } = extentOfText(shape.text, shape.scale);
      expect(shape.at.x - shape.scale + width).toBeLessThanOrEqual(columns);
      expect(shape.at.y - shape.scale + height).toBeLessThanOrEqual(rows);
    }
  });

  it('says so where it cannot hold everything', () => {
    const [, , second] = FINDINGS;
    const findings = Array.from({ length: 3000 }, (_, index) => ({
      ...second,
      trackingId: `fracture-${index}`,
    })) as ImageOutcome['findings'];
    const page = summaryPage(resultInput({ ...ANALYSED, findings }));
    expect(page.rows).toBeLessThanOrEqual(65_535);
    expect(textsOf(page)).toContain('The rest does not fit on a page: see the structured report.');
  });
});

describe('lines of text', () => {
  it.each([
    ['two words', 9, ['two words']],
    ['two words', 8, ['two', 'words']],
    ['unbreakable', 4, ['unbr', 'eaka', 'ble']],
    ['an unbreakable one', 4, ['an', 'unbr', 'eaka', 'ble', 'one']],
    ['', 4, ['']],
  ])('%j of at most %i letters are %j', (text, letters, lines) => {
    expect(wrapped(text, letters)).toEqual(lines);
  });
});
