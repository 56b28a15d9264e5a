import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../dicom/phantom/random.ts';
import { imagePoint } from '../../../dicom/vocabulary/geometry.ts';
import { createEstimate } from '../../../models/evaluation/estimate.ts';
import { evaluate } from '../../../models/evaluation/evaluation.ts';
import type {
  Case,
  HandTruth,
  ImageReading,
  LimbTruth,
  StrangerTruth,
} from '../../../models/evaluation/image-reading.ts';
import { meanOf } from '../../../models/evaluation/metrics.ts';
import { openManifest } from '../../../models/evaluation/open-manifest.ts';
import { robustnessReport } from '../../../models/evaluation/robustness-report.ts';
import { evaluationTables } from '../../../models/evaluation/table.ts';
import { DETECTOR, PROBABILITY, REGION } from '../manifests.ts';

const estimate = createEstimate(() => randomFrom(1));
const BOX = { left: 10, top: 10, right: 30, bottom: 30 };
const POLYGON = [imagePoint(10, 10), imagePoint(30, 10), imagePoint(30, 30), imagePoint(10, 30)];

function reading(overrides: Partial<ImageReading> = {}): ImageReading {
  return {
    published: { status: 'analysed', fractures: [], hasBoneAge: false },
    labels: { hand: 0.9, leg: 0.1, hip: 0.1, shoulder: 0.1, limb: 0.99 },
    limb: 0.99,
    fracture: 0.1,
    boxes: [],
    ...overrides,
  };
}

/** A radiograph on which everything is right. */
function limb(index: number, overrides: Partial<ImageReading> = {}): Case<LimbTruth> {
  const isFractured = index % 2 === 0;
  const isLeg = index % 3 === 0;
  return {
    truth: {
      file: `${index}.jpg`,
      isFractured,
      regions: [isLeg ? 'leg' : 'hand'],
      views: ['frontal'],
      hasHardware: false,
      longSide: 1000,
      fractures: isFractured ? [{ box: BOX, polygon: POLYGON }] : [],
    },
    reading: reading({
      labels: { hand: isLeg ? 0.1 : 0.9, leg: isLeg ? 0.9 : 0.1, hip: 0, shoulder: 0, limb: 0.99 },
      ...(isFractured && {
        fracture: 0.9,
        boxes: [{ box: BOX, polygon: POLYGON, score: 0.8 }],
        published: {
          status: 'analysed',
          presence: 'definite',
          fractures: ['definite'],
          hasBoneAge: false,
        },
      }),
      ...overrides,
    }),
  };
}

function hand(index: number): Case<HandTruth> {
  const months = 60 + index;
  return {
    truth: { file: `${index}.jpg`, months, sex: 'F' },
    reading: reading({
      boneAge: { months: months + 6, uncertaintyMonths: 10 },
      boneAgeSexWithheld: { months: months + 12, uncertaintyMonths: 10 },
      published: { status: 'analysed', presence: 'suspicious', fractures: ['suspicious'], hasBoneAge: true },
    }),
  };
}

function stranger(index: number, kind: StrangerTruth['kind'] = 'other-modality'): Case<StrangerTruth> {
  return {
    truth: { file: `${index}.dcm`, kind },
    reading: { published: { status: 'rejected', fractures: [], hasBoneAge: false }, limb: 0.01, boxes: [] },
  };
}

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const PERFECT = {
  limbs: many(80, limb),
  hands: many(30, hand),
  strangers: many(25, (index) => stranger(index)),
};

describe('an evaluation', () => {
  const evaluation = evaluate(PERFECT, estimate);

  it('of readings without a flaw reaches every bound', () => {
    const { boxes, masks, image, region, outOfDomain } = evaluation;
    expect([
      boxes.map50,
      masks.map50,
      image.auc,
      image.aucWithoutHardware,
      region.meanAp,
      outOfDomain.auc,
    ]).toEqual([1, 1, 1, 1, 1, 1]);
    expect(image.operatingPoints.definite.sensitivity.value).toBe(1);
    expect(image.operatingPoints.suspicious.falseBoxesPerSoundImage.value).toBe(0);
  });

  it('states errors in months, with the sex and without', () => {
    const { boneAge } = evaluation;
    expect(boneAge.maeMonths).toBe(6);
    expect(boneAge.maeMonthsSexWithheld.value).toBe(12);
    expect([boneAge.coverage.value, boneAge.coverageSexWithheld.value]).toEqual([1, 0]);
  });

  it('counts calls on sound hands of children as false alarms', () => {
    const { suspicious, definite } = evaluation.childrensHands;
    expect([suspicious.falseAlarmRate.value, definite.falseAlarmRate.value]).toEqual([1, 0]);
    expect(suspicious.falseBoxesPerHand.value).toBe(1);
  });

  it('counts an image that was refused as not called', () => {
    const refused = PERFECT.limbs.map(({ truth, reading: read }) => ({
      truth,
      reading: { ...read, published: { status: 'rejected', fractures: [], hasBoneAge: false } as const },
    }));
    const { image } = evaluate({ ...PERFECT, limbs: refused }, estimate);
    expect(image.auc).toBe(1);
    expect(image.operatingPoints.suspicious.sensitivity.value).toBe(0);
  });

  it('says nothing of fewer than 20 positives', () => {
    const { byRegion, regions } = evaluation.region;
    expect(byRegion['shoulder']).toMatchObject({ value: null, note: 'insufficient data (0 positives)' });
    expect(regions).toEqual(['hand', 'leg']);
    expect(evaluation.outOfDomain.radiographs.value).toBeNull();
  });

  it('falls back to compositions where real images of no limb are few', () => {
    const strangers = many(25, (index) => stranger(index, 'composition'));
    expect(evaluate({ ...PERFECT, strangers }, estimate).outOfDomain).toMatchObject({
      auc: 1,
      of: 'compositions',
    });
  });

  it('is the same when it is made again', () => {
    expect(evaluate(PERFECT, estimate)).toEqual(evaluation);
  });

  it('becomes a table that names every target', () => {
    const table = evaluationTables(evaluation);
    for (const target of ['≥ 0.50', '≥ 0.45', '≥ 0.92', '≥ 0.98', '≤ 0.03', '≤ 8.0'])
      expect(table).toContain(target);
  });
});

it('an interval holds the figure and narrows with more images', () => {
  const values = (count: number) => many(count, (index) => index % 10);
  const [few, more] = [50, 2000].map((count) => estimate(count, meanOf(values(count))));
  const width = (figure: typeof few) => (figure?.interval?.[1] ?? NaN) - (figure?.interval?.[0] ?? NaN);
  expect(few?.interval?.[0]).toBeLessThan(4.5);
  expect(few?.interval?.[1]).toBeGreaterThan(4.5);
  expect(width(more)).toBeLessThan(width(few) / 3);
});

describe('a manifest with its gates open', () => {
  it('lets every limb, probability and box through', () => {
    expect(openManifest(PROBABILITY).operatingPoints).toEqual({ suspicious: 0, definite: 0 });
    expect(openManifest(DETECTOR).operatingPoints.suspicious).toBeLessThan(
      DETECTOR.operatingPoints.suspicious,
    );
    const { output } = openManifest(REGION);
    const limbLabel = 'labels' in output ? output.labels.find(({ label }) => label === 'limb') : undefined;
    expect(limbLabel?.threshold).toBe(0);
  });

  it('keeps the thresholds of regions, which choose a calibration', () => {
    const { output } = openManifest(REGION);
    const labelsOf = (one: typeof output) =>
      'labels' in one ? one.labels.filter(({ label }) => label !== 'limb') : [];
    expect(labelsOf(output)).toEqual(labelsOf(REGION.output));
  });
});

it('robustness tells how far another encoding moves the figures', () => {
  const plain = { encoding: 'plain', limbs: PERFECT.limbs, hands: PERFECT.hands };
  const worse = {
    encoding: 'worse',
    limbs: PERFECT.limbs.map((one) => ({ ...one, reading: { ...one.reading, fracture: 0.5 } })),
    hands: PERFECT.hands.map((one) => ({
      ...one,
      reading: { ...one.reading, boneAge: { months: one.truth.months } },
    })),
  };
  expect(robustnessReport(plain, [worse])).toMatchObject({
    largestAucChange: 0.5,
    largestMaeChangeMonths: 6,
    encodings: [{ encoding: 'worse', auc: 0.5, maeMonths: 0, meanAgeStepMonths: 6 }],
  });
});
