import { describe, expect, it } from 'vitest';
import { findingsOf, type SourceImage } from '../../dicom/vocabulary/finding.ts';
import type { Manifest } from '../../models/manifest.ts';
import { analyseImage, type AnalysisRequest, type ModelSet, type RunModel } from '../../models/pipeline.ts';
import { BONE_AGE, DETECTOR, ONE_HAND, PROBABILITY, REGION } from './manifests.ts';

const MODELS: ModelSet = {
  'body-region': REGION,
  'fracture-probability': PROBABILITY,
  'fracture-detection': DETECTOR,
  'bone-age': BONE_AGE,
};
const SOURCE: SourceImage = {
  studyInstanceUid: '1.2.3',
  seriesInstanceUid: '1.2.3.1',
  sopClassUid: '1.2.840.10008.5.1.4.1.1.1',
  sopInstanceUid: '1.2.3.1.1',
  frameNumber: 1,
  rows: 128,
  columns: 256,
};

function request(overrides: Partial<AnalysisRequest> = {}): AnalysisRequest {
  const samples = Float32Array.from({ length: 128 * 256 }, (_, index) => (index % 256) / 256);
  return {
    image: { columns: 256, rows: 128, samples },
    source: SOURCE,
    patient: {},
    isBoneAgeRequested: false,
    ...overrides,
  };
}

interface Answers {
  readonly hand?: number;
  readonly limb?: number;
  readonly probability?: number;
  readonly score?: number;
  readonly months?: number;
}

/** Networks that answer as told; a text instead of an answer is an error. */
function networks(answers: Answers, broken: readonly string[] = []): RunModel {
  const row = (...values: number[]) => ({ data: Float32Array.from(values), dims: [1, values.length] });
  return (model: Manifest) => {
    if (broken.includes(model.id)) return Promise.reject(new Error('native crash with a path /home/x'));
    const heat = new Float32Array(64);
    heat[3 * 8 + 4] = answers.score ?? 0;
    return Promise.resolve({
      probabilities: row(answers.hand ?? 0.9, 0.1, answers.limb ?? 0.99),
      probability: row(answers.probability ?? 0.05),
      heat: { data: heat, dims: [1, 1, 8, 8] },
      distances: { data: new Float32Array(256).fill(8), dims: [1, 4, 8, 8] },
      mask: { data: new Float32Array(64), dims: [1, 1, 8, 8] },
      months: row(answers.months ?? 120),
      uncertainty: row(15),
    });
  };
}

describe('the pipeline', () => {
  it('rejects what is no limb radiograph and runs nothing after the region model', async () => {
    const outcome = await analyseImage(request(), MODELS, networks({ limb: 0.2 }));
    expect(outcome).toMatchObject({ status: 'rejected', reason: 'not-a-limb', findings: [] });
    expect(outcome.runs.map(({ model }) => model.id)).toEqual(['body-region']);
  });

  it('rejects a blank image and a sliver before any network runs', async () => {
    const blank = { columns: 256, rows: 128, samples: new Float32Array(256 * 128).fill(0.5) };
    expect(await analyseImage(request({ image: blank }), MODELS, networks({}))).toMatchObject({
      reason: 'blank-image',
      runs: [],
    });
    const sliver = { columns: 4000, rows: 1, samples: new Float32Array(4000) };
    expect(await analyseImage(request({ image: sliver }), MODELS, networks({}))).toMatchObject({
      reason: 'bad-dimensions',
    });
  });

  it('maps a box from the tensor to image points and names its site from the region', async () => {
    const outcome = await analyseImage(request(), MODELS, networks({ probability: 0.9, score: 0.7 }));
    const [fracture] = findingsOf(outcome.findings, 'fracture');
    expect(fracture).toMatchObject({
      certainty: 'definite',
      site: { value: '53120007' },
      box: { left: 112, top: 16, right: 176, bottom: 80 },
    });
  });

  it('says absent, and shows no merely suspicious box, when the image as a whole is below suspicious', async () => {
    const outcome = await analyseImage(request(), MODELS, networks({ probability: 0.1, score: 0.4 }));
    expect(findingsOf(outcome.findings, 'fracture-presence')[0]?.verdict).toBe('absent');
    expect(findingsOf(outcome.findings, 'fracture')).toEqual([]);
  });

  it('says undetermined when only the detector is definite', async () => {
    const outcome = await analyseImage(request(), MODELS, networks({ probability: 0.1, score: 0.8 }));
    expect(findingsOf(outcome.findings, 'fracture-presence')[0]?.verdict).toBe('undetermined');
    expect(findingsOf(outcome.findings, 'fracture')).toHaveLength(1);
  });

  it('gives no bone age unless it is asked for', async () => {
    const outcome = await analyseImage(request(), MODELS, networks({}));
    expect(findingsOf(outcome.findings, 'bone-age')).toEqual([]);
    expect(outcome.runs).toContainEqual(
      expect.objectContaining({ status: 'skipped', reason: 'not requested' }),
    );
  });

  it('gives a bone age with the chronological age when asked, but not to an adult and not on a leg', async () => {
    const child = request({ isBoneAgeRequested: true, patient: { sex: 'F', ageMonths: 125 } });
    const [age] = findingsOf((await analyseImage(child, MODELS, networks({}))).findings, 'bone-age');
    expect(age).toMatchObject({
      months: 120,
      uncertaintyMonths: 15,
      chronologicalMonths: 125,
      isSexKnown: true,
    });
    const adult = request({ isBoneAgeRequested: true, patient: { ageMonths: 19 * 12 } });
    expect(findingsOf((await analyseImage(adult, MODELS, networks({}))).findings, 'bone-age')).toEqual([]);
    const leg: RunModel = async (model, inputs) => {
      const outputs = await networks({})(model, inputs);
      return { ...outputs, probabilities: { data: Float32Array.of(0.1, 0.9, 0.99), dims: [1, 3] } };
    };
    expect(findingsOf((await analyseImage(child, MODELS, leg)).findings, 'bone-age')).toEqual([]);
  });

  it('asks no fracture model for children about an adult, and says so', async () => {
    const { routing } = DETECTOR;
    const models = {
      ...MODELS,
      'fracture-detection': { ...DETECTOR, routing: { ...routing, maximumAgeYears: 18 } },
    };
    const runsAt = async (ageMonths: number) =>
      (await analyseImage(request({ patient: { ageMonths } }), models, networks({}))).runs;
    expect(await runsAt(18 * 12)).toContainEqual(
      expect.objectContaining({ status: 'skipped', reason: 'the patient is 18 years or older' }),
    );
    const ofChild = (await runsAt(18 * 12 - 1)).find(({ model }) => model.id === DETECTOR.id);
    expect(ofChild?.status).toBe('succeeded');
  });

  describe('with a model that looks for one hand', () => {
    const models = { ...MODELS, 'one-hand': ONE_HAND };
    const child = request({ isBoneAgeRequested: true, patient: { sex: 'F', ageMonths: 125 } });

    it('reads a bone age from one hand', async () => {
      const outcome = await analyseImage(child, models, networks({ probability: 0.4 }));
      expect(findingsOf(outcome.findings, 'bone-age')).toHaveLength(1);
      expect(outcome.runs.at(-2)).toMatchObject({ model: { id: 'one-hand' }, status: 'succeeded' });
    });

    it('reads none from two hands or an elbow, and says why', async () => {
      const outcome = await analyseImage(child, models, networks({ probability: 0.399 }));
      expect(findingsOf(outcome.findings, 'bone-age')).toEqual([]);
      expect(outcome.runs.at(-1)).toMatchObject({
        model: { id: 'bone-age' },
        status: 'skipped',
        reason: 'not one whole hand from the front (probability 39.9 %)',
      });
    });

    it('reads none when the look for a hand fails', async () => {
      const outcome = await analyseImage(child, models, networks({}, ['one-hand']));
      expect(findingsOf(outcome.findings, 'bone-age')).toEqual([]);
      expect(outcome.runs.at(-1)).toMatchObject({
        status: 'skipped',
        reason: expect.stringContaining('could not be told') as unknown,
      });
    });

    it('does not look for a hand unless a bone age is asked for', async () => {
      const outcome = await analyseImage(request(), models, networks({}));
      expect(outcome.runs.map(({ model }) => model.id)).not.toContain('one-hand');
    });
  });

  it('keeps what the other models found when one fails, and repeats nothing of a foreign error', async () => {
    const outcome = await analyseImage(
      request(),
      MODELS,
      networks({ probability: 0.9 }, ['fracture-detector']),
    );
    expect(outcome.status).toBe('analysed');
    const failed = outcome.runs.find(({ status }) => status === 'failed');
    expect(failed).toMatchObject({ model: { id: 'fracture-detector' }, reason: 'A model could not be run' });
  });

  it('has failed when nothing could run', async () => {
    const every = ['body-region', 'fracture-probability', 'fracture-detector', 'bone-age'];
    expect(await analyseImage(request(), MODELS, networks({}, every))).toMatchObject({
      status: 'failed',
      findings: [],
    });
  });
});
