import { describe, expect, it } from 'vitest';
import { identityOf, parseManifest } from '../../models/manifest.ts';
import { modelsForPatient, selectModels } from '../../models/registry.ts';
import { BONE_AGE, DETECTOR, MANIFEST_JSON, PROBABILITY, REGION } from './manifests.ts';

describe('a model manifest', () => {
  it('is refused for a key it does not know, by name', () => {
    const json = { ...MANIFEST_JSON.region, operatingPoint: { suspicious: 0.1 } };
    expect(() => parseManifest(json, 'body-region')).toThrow(/operatingPoint/);
  });

  it('is refused when its id is not the name of its folder', () => {
    expect(() => parseManifest(MANIFEST_JSON.region, 'another')).toThrow(/expected the folder's name/);
  });

  it('is refused when its decoder cannot give what its task asks for', () => {
    const json = { ...MANIFEST_JSON.region, output: MANIFEST_JSON.probability.output };
    expect(() => parseManifest(json, 'body-region')).toThrow(
      /gives probability; task "body-region" expects classes/,
    );
  });

  it('is refused when suspicious lies above definite', () => {
    const json = { ...MANIFEST_JSON.detector, operatingPoints: { suspicious: 0.7, definite: 0.6 } };
    expect(() => parseManifest(json, 'fracture-detector')).toThrow(/suspicious <= definite/);
  });

  it('is refused when standardise does not give one value a channel', () => {
    const input = { ...MANIFEST_JSON.region.input, channels: 3 };
    expect(() => parseManifest({ ...MANIFEST_JSON.region, input }, 'body-region')).toThrow(
      /expected 3 of each/,
    );
  });

  it('gives equal parameters as equal text, in a fixed order', () => {
    expect(identityOf(DETECTOR).parameters).toEqual([
      'suspicious=0.2',
      'definite=0.6',
      expect.stringMatching(/^settings=[0-9a-f]{16}$/),
    ]);
  });

  it('gives another identity when anything that shapes a result changes', () => {
    const routed = { ...DETECTOR, routing: { ...DETECTOR.routing, maximumAgeYears: 50 } };
    expect(identityOf(routed).parameters).not.toEqual(identityOf(DETECTOR).parameters);
    expect(identityOf({ ...DETECTOR, intendedUse: 'other words' })).toEqual(identityOf(DETECTOR));
  });
});

describe('the selection of models', () => {
  const all = [REGION, PROBABILITY, DETECTOR, BONE_AGE];

  it('leaves out research-only weights unless they are allowed', () => {
    expect(selectModels(all, { allowsResearchOnly: false })).not.toContain(BONE_AGE);
    expect(selectModels(all, { allowsResearchOnly: true })).toContain(BONE_AGE);
  });

  it('runs only the ids that are named', () => {
    expect(selectModels(all, { ids: ['body-region'], allowsResearchOnly: true })).toEqual([REGION]);
  });

  it('refuses an id that no folder has', () => {
    expect(() => selectModels(all, { ids: ['xray'], allowsResearchOnly: true })).toThrow(
      /OSTEON_MODELS names xray/,
    );
  });

  it('refuses two models for one task until one is named', () => {
    const second = { ...DETECTOR, id: 'second-detector' };
    expect(() => selectModels([...all, second], { allowsResearchOnly: true })).toThrow(
      /both do "fracture-detection"/,
    );
  });

  it('takes a second model for a task where it has an age limit, and only then', () => {
    const selected = selectModels([...all, FOR_CHILDREN], { allowsResearchOnly: true });
    expect(selected).toEqual([...all, FOR_CHILDREN]);
    const another = { ...FOR_CHILDREN, id: 'detector-for-infants' };
    expect(() => selectModels([...selected, another], { allowsResearchOnly: true })).toThrow(/both do/);
  });

  it.each([
    { who: 'a child', ageMonths: 100, expected: 'detector-for-children' },
    { who: 'somebody of just the limit', ageMonths: 216, expected: DETECTOR.id },
    { who: 'an adult', ageMonths: 600, expected: DETECTOR.id },
    { who: 'somebody of unknown age', expected: DETECTOR.id },
  ])('gives $who the right one of two, in any order', ({ expected, ageMonths }) => {
    const patient = ageMonths === undefined ? {} : { ageMonths };
    for (const models of [
      [DETECTOR, FOR_CHILDREN],
      [FOR_CHILDREN, DETECTOR],
    ]) {
      expect(modelsForPatient(models, patient)['fracture-detection']?.id).toBe(expected);
    }
  });

  it('gives everybody the only one, whatever its limit', () => {
    expect(modelsForPatient([FOR_CHILDREN], { ageMonths: 600 })['fracture-detection']).toBe(FOR_CHILDREN);
  });
});

const FOR_CHILDREN = {
  ...DETECTOR,
  id: 'detector-for-children',
  routing: { ...DETECTOR.routing, maximumAgeYears: 18 },
};
