/** Presentation states: what they draw, and that they leave the image as it was. PS3.3 C.10, C.11; PS3.4 N.2. */
import { describe, expect, it } from 'vitest';
import { textSize } from '../../../dicom/results/graphic-objects.ts';
import { buildResultSet } from '../../../dicom/results/index.ts';
import { placeLabels } from '../../../dicom/results/label-places.ts';
import { itemsOf, numbersOf, textOf, type DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { intersectionOverUnion } from '../../../dicom/vocabulary/geometry.ts';
import { ANALYSED, FINDINGS, metadataOf, resultInput, SOURCE } from '../../support/result-inputs.ts';

const statesOf = (metadata = metadataOf(), outcome = ANALYSED) =>
  buildResultSet(resultInput(outcome, metadata))
    .slice(1)
    .map(({ dataSet }) => dataSet);

function onlyState(metadata = metadataOf()): DataSet {
  const [state] = statesOf(metadata);
  if (!state) throw new Error('an image with fractures has a presentation state');
  return state;
}

const layer = (state: DataSet, name: string) =>
  itemsOf(state, TAG.GraphicAnnotationSequence).filter((item) => textOf(item, TAG.GraphicLayer) === name);

describe('a presentation state', () => {
  it('draws definite findings solid and suspicious ones dashed', () => {
    const styles = layer(onlyState(), 'AI_BOXES')
      .flatMap((item) => itemsOf(item, TAG.GraphicObjectSequence))
      .flatMap((object) => itemsOf(object, TAG.LineStyleSequence))
      .map((style) => textOf(style, TAG.LineDashingStyle));
    expect(styles).toEqual(['SOLID', 'DASHED']);
  });

  it('closes every line and counts its points (C.10.5.1.2)', () => {
    const objects = itemsOf(onlyState(), TAG.GraphicAnnotationSequence).flatMap((item) =>
      itemsOf(item, TAG.GraphicObjectSequence),
    );
    expect(objects).toHaveLength(3);
    for (const object of objects) {
      const data = numbersOf(object, TAG.GraphicData);
      expect(data.slice(-2)).toEqual(data.slice(0, 2));
      expect(numbersOf(object, TAG.NumberOfGraphicPoints)).toEqual([data.length / 2]);
    }
  });

  it('says certainty, intended use and model', () => {
    const texts = itemsOf(onlyState(), TAG.GraphicAnnotationSequence)
      .flatMap((item) => itemsOf(item, TAG.TextObjectSequence))
      .map((item) => textOf(item, TAG.UnformattedTextValue));
    expect(texts).toEqual([
      'fracture 87 % (definite)',
      'fracture 30 % (suspicious)',
      'Research use only. Not a medical device.\r\nFracture locator 0.1.0',
    ]);
  });

  it('shows the whole image, counted from 1 (C.10.4)', () => {
    const [area] = itemsOf(onlyState(), TAG.DisplayedAreaSelectionSequence);
    expect(numbersOf(area ?? {}, TAG.DisplayedAreaTopLeftHandCorner)).toEqual([1, 1]);
    expect(numbersOf(area ?? {}, TAG.DisplayedAreaBottomRightHandCorner)).toEqual([
      SOURCE.columns,
      SOURCE.rows,
    ]);
  });

  it('repeats the first window of the image', () => {
    const state = onlyState(
      metadataOf({ WindowCenter: [100, 7], WindowWidth: [50, 8], VOILUTFunction: 'SIGMOID' }),
    );
    const [voi] = itemsOf(state, TAG.SoftcopyVOILUTSequence);
    expect(numbersOf(voi ?? {}, TAG.WindowCenter)).toEqual([100]);
    expect(numbersOf(voi ?? {}, TAG.WindowWidth)).toEqual([50]);
    expect(textOf(voi ?? {}, TAG.VOILUTFunction)).toBe('SIGMOID');
  });

  it('repeats a VOI LUT of 4096 entries, which comes before a window (C.11.2)', () => {
    const lut: DataSet = {
      [TAG.LUTDescriptor]: { vr: 'US', Value: [4096, 0, 12] },
      [TAG.LUTData]: { vr: 'OW', InlineBinary: Buffer.alloc(8192, 3).toString('base64') },
    };
    const [voi] = itemsOf(onlyState(metadataOf({ VOILUTSequence: [lut] })), TAG.SoftcopyVOILUTSequence);
    expect(itemsOf(voi ?? {}, TAG.VOILUTSequence)).toEqual([lut]);
    expect(voi?.[TAG.WindowCenter]).toBeUndefined();
  });

  it.each([
    ['MONOCHROME1', 'INVERSE'],
    ['MONOCHROME2', 'IDENTITY'],
  ])(
    'of a %s image has shape %s, since it overrides the photometric interpretation (PS3.4 N.2.1.4)',
    (photometric, shape) => {
      expect(
        textOf(onlyState(metadataOf({ PhotometricInterpretation: photometric })), TAG.PresentationLUTShape),
      ).toBe(shape);
    },
  );

  it.each([
    ['an image without fractures', metadataOf(), { ...ANALYSED, findings: [] }],
    ['a colour image', metadataOf({ PhotometricInterpretation: 'RGB' }), ANALYSED],
    ['an image whose lookup table is not at hand', metadataOf({ ModalityLUTSequence: [{}] }), ANALYSED],
  ])('is not made for %s', (_what, metadata, outcome) => {
    expect(statesOf(metadata, outcome)).toEqual([]);
  });

  it('carries the side of a paired part, which the report must not (C.7.3.1)', () => {
    const [report, state] = buildResultSet(resultInput());
    expect(textOf(state?.dataSet ?? {}, TAG.Laterality)).toBe('L');
    expect(report?.dataSet[TAG.Laterality]).toBeUndefined();
    expect(report?.dataSet[TAG.ImageLaterality]).toBeUndefined();
  });
});

describe('a label', () => {
  it.each([
    ['above', { left: 50, top: 100, right: 80, bottom: 130 }],
    ['below at the top edge', { left: 0, top: 0, right: 30, bottom: 30 }],
    ['at the right edge', { left: 380, top: 100, right: 400, bottom: 130 }],
  ])('lies outside its box and on the image: %s', (_where, box) => {
    const size = textSize('fracture 87 % (suspicious)', SOURCE);
    const [place = box] = placeLabels([{ ...size, beside: box }], SOURCE);
    expect(intersectionOverUnion(place, box)).toBe(0);
    expect(place.left).toBeGreaterThanOrEqual(0);
    expect(place.top).toBeGreaterThanOrEqual(0);
    expect(place.right).toBeLessThanOrEqual(SOURCE.columns);
    expect(place.bottom).toBeLessThanOrEqual(SOURCE.rows);
  });

  it('covers neither its own box, nor another, nor another label, where there is room', () => {
    const beside = [
      { left: 100, top: 100, right: 200, bottom: 200 },
      { left: 110, top: 80, right: 150, bottom: 110 },
      { left: 100, top: 210, right: 200, bottom: 300 },
      { left: 105, top: 105, right: 195, bottom: 195 },
    ];
    const size = textSize('fracture 87 % (suspicious)', SOURCE);
    const places = placeLabels(
      beside.map((box) => ({ ...size, beside: box })),
      SOURCE,
    );
    for (const [index, place] of places.entries()) {
      for (const other of [...beside, ...places.slice(index + 1)]) {
        expect(intersectionOverUnion(place, other)).toBe(0);
      }
    }
  });
});

describe('a result set is refused', () => {
  const [, fracture] = FINDINGS;
  it.each([
    ['for a box outside its image', { ...fracture, box: { left: 0, top: 0, right: 500, bottom: 10 } }],
    ['for an empty box', { ...fracture, box: { left: 5, top: 5, right: 5, bottom: 10 } }],
    ['for a coordinate that is no number', { ...fracture, box: { left: NaN, top: 5, right: 5, bottom: 10 } }],
    ['for a probability above 1', { ...fracture, probability: 87 }],
    ['for a fracture below suspicious', { ...fracture, certainty: 'doubtful' }],
    ['for a finding of another image', { ...fracture, source: { ...SOURCE, sopInstanceUid: '1.2.3' } }],
  ])('%s', (_what, finding) => {
    const outcome = { ...ANALYSED, findings: [finding] } as typeof ANALYSED;
    expect(() => buildResultSet(resultInput(outcome))).toThrow(PacsError);
  });
});
