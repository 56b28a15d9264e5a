/** What rules make of studies: conditions, the order of rules, what is unknown, and the words that explain it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataSetOf } from '../../../dicom/vocabulary/dictionary.ts';
import { decideRoute, DEFAULT_ROUTE, objectsOfRoute } from '../../../server/routing/decide-route.ts';
import { explainRoute } from '../../../server/routing/explain-route.ts';
import { matches, type RoutedImage } from '../../../server/routing/match-conditions.ts';
import { NO_RULES, readRules } from '../../../server/routing/read-rules.ts';

type Attributes = Parameters<typeof dataSetOf>[0];

/** An image that arrived on a Saturday at 23:30, local time. */
function image(attributes: Attributes = {}, origin: RoutedImage['origin'] = 'stow'): RoutedImage {
  return {
    metadata: dataSetOf({ Modality: 'DX', ...attributes }),
    storedAt: new Date(2026, 10, 21, 23, 30),
    origin,
  };
}

/** Rules of which the first has these conditions. */
function rulesWhen(conditions: string) {
  return readRules(
    `version: 1\nrules:\n  - name: One\n    priority: high\n    when: ${conditions}\n`,
    'r',
    [],
  );
}

const isMet = (conditions: string, ...images: RoutedImage[]): boolean =>
  decideRoute(rulesWhen(conditions), images, [{ callingAeTitle: 'ER_ROOM1', calledAeTitle: 'OSTEON' }])
    .priority === 10;

describe('conditions', () => {
  it.each([
    ['{ modality: [CR, DX] }', image(), true],
    ['{ modality: CR }', image(), false],
    ['{ bodyPart: hand }', image({ BodyPartExamined: 'HAND' }), true],
    ['{ bodyPart: hand }', image(), false],
    ['{ bodyPart: "" }', image(), true],
    ['{ description: "*trauma*" }', image({ StudyDescription: 'Polytrauma hand' }), true],
    ['{ description: "*trauma*" }', image({ RequestAttributesSequence: [dataSetOf({ RequestedProcedureDescription: 'TRAUMA' })] }), true],
    ['{ description: "trauma" }', image({ StudyDescription: 'Polytrauma hand' }), false],
    ['{ callingAe: "er_*" }', image(), true],
    ['{ calledAe: OTHER }', image(), false],
    ['{ origin: [dimse] }', image({}, 'dimse'), true],
    ['{ origin: [dimse] }', image(), false],
    ['{ age: { below: 18 } }', image({ PatientAge: '017Y' }), true],
    ['{ age: { below: 18 } }', image({ PatientAge: '018Y' }), false],
    ['{ age: { from: 18 } }', image({ PatientAge: '018Y' }), true],
    ['{ age: { from: 0 } }', image(), false],
    ['{ age: { below: 18, unknown: true } }', image(), true],
    ['{ time: { from: "22:00", to: "07:00" } }', image(), true],
    ['{ time: { from: "23:30", to: "23:31" } }', image(), true],
    ['{ time: { from: "22:00", to: "23:30" } }', image(), false],
    ['{ time: { days: [sat, sun] } }', image(), true],
    ['{ time: { days: [mon] } }', image(), false],
    ['{ attributes: { InstitutionName: "*child*" } }', image({ InstitutionName: 'Children\'s Hospital' }), true],
    ['{ attributes: { PatientName: "doe^*" } }', image({ PatientName: { Alphabetic: 'Doe^Jane' } }), true],
    ['{ attributes: { "0020,0011": 7 } }', image({ SeriesNumber: 7 }), true],
    ['{ attributes: { RequestAttributesSequence.RequestedProcedureID: "E?" } }', image({ RequestAttributesSequence: [dataSetOf({ RequestedProcedureID: 'E1' })] }), true],
    ['{ attributes: { AccessionNumber: "" } }', image({ AccessionNumber: [] }), true],
  ] as const)('%s', (conditions, one, expected) => {
    expect(isMet(conditions, one)).toBe(expected);
  }); // prettier-ignore

  it('must all be met by one and the same image', () => {
    const hand = image({ BodyPartExamined: 'HAND', Modality: 'CR' });
    const foot = image({ BodyPartExamined: 'FOOT', Modality: 'DX' });
    expect(isMet('{ bodyPart: HAND, modality: DX }', hand, foot)).toBe(false);
    expect(isMet('{ bodyPart: HAND, modality: CR }', foot, hand)).toBe(true);
  });

  it('match patterns as a regular expression of the same meaning does', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '^'), maxLength: 12 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(text.filter((value) => value !== ''), pattern, (value, wanted) => {
        const source = wanted.replaceAll(/[.^]/g, '\\$&').replaceAll('?', '.').replaceAll('*', '.*');
        expect(matches([value], [wanted])).toBe(new RegExp(`^${source}$`).test(value));
      }),
    ); // prettier-ignore
  });

  it('are not slow for a pattern that would hang a backtracking search', () => {
    expect(matches(['a'.repeat(2_000)], [`${'*a'.repeat(500)}b`])).toBe(false);
  });
});

describe('rules', () => {
  const rules = readRules(
    `version: 1
destinations:
  pacs: { folder: /a, objects: [sr, seg] }
  copy: { folder: /b }
  old: { dicom: { host: a, port: 104, aeTitle: OLD } }
rules:
  - { name: Feet, when: { bodyPart: FOOT }, analyse: false, priors: false }
  - { name: Night, when: { time: { from: "22:00", to: "06:00" } }, priority: emergency, hold: { images: 3 } }
  - { name: All, priority: low, models: [bone-age], send: [pacs, { to: copy, objects: [kos] }] }
  - { name: Never, results: [sr, sc], send: [], priors: { from: old, most: 3, years: 2 } }
`,
    'routing.yaml',
    ['bone-age'],
  );

  it('say nothing where there are none', () => {
    expect(decideRoute(NO_RULES, [image()], [])).toEqual(DEFAULT_ROUTE);
    expect(objectsOfRoute(DEFAULT_ROUTE, ['sr', 'gsps'])).toEqual(['sr', 'gsps']);
  });

  it('give each setting by the first that matches and says it', () => {
    const route = decideRoute(rules, [image()], []);
    expect(route).toMatchObject({
      isAnalysed: true,
      modelIds: ['bone-age'],
      priority: 20,
      hold: { images: 3 },
    });
    expect(route.from.priority?.name).toBe('Night');
    expect(route.from.models?.name).toBe('All');
    expect(route.recipients).toEqual([
      { destination: 'pacs', objects: ['sr', 'seg'] },
      { destination: 'copy', objects: ['kos'] },
    ]);
  });

  it('want no priors for a study whose first word on them is no', () => {
    expect(decideRoute(rules, [image()], []).priors).toMatchObject({ from: 'old', most: 3 });
    expect(decideRoute(rules, [image({ BodyPartExamined: 'FOOT' })], []).priors).toBeUndefined();
  });

  it('make a set of what study and destinations want together', () => {
    expect(objectsOfRoute(decideRoute(rules, [image()], []), ['sr'])).toEqual(['sr', 'sc', 'seg', 'kos']);
  });

  it('are explained with the line each setting comes from, without a word of the header', () => {
    const text = explainRoute(rules, [image({ PatientName: { Alphabetic: 'Doe^Jane' } })], [], {
      quietSeconds: 5,
      results: ['sr'],
    });
    expect(text).toContain('✗ Feet (line 7): ✗ bodyPart');
    expect(text).toContain('✓ Night (line 8): ✓ time');
    expect(text).toMatch(/priority +emergency {2}\[Night, line 8\]/);
    expect(text).toMatch(/hold +until nothing came for 5 s, or as soon as there are 3 images/);
    expect(text).toMatch(/analyse +yes {2}\[configuration\]/);
    expect(text).toMatch(/send +pacs \(sr, seg\); copy \(kos\)/);
    expect(text).toMatch(/priors +the newest 3 of the same body part of 2 years from old {2}\[Never/);
    expect(text).not.toContain('Doe');
  });
});
