import { expect, test } from 'vitest';
import dictionary from '../../../dicom/read/dictionary.json' with { type: 'json' };
import { dictionaryVrOf } from '../../../dicom/read/tag-dictionary.ts';
import { ATTRIBUTES } from '../../../dicom/vocabulary/attributes.ts';

/** What a context-dependent VR of the dictionary may be in the vocabulary. PS3.5 A.1. */
const CONTEXT_DEPENDENT: Readonly<Record<string, readonly string[]>> = {
  xs: ['US'],
  ox: ['OB', 'OW'],
  lt: ['US', 'OW'],
};
const known = new Map<string, readonly string[]>(Object.entries(dictionary));

test.each(Object.entries(ATTRIBUTES))(
  '%s has the tag and VR of the data dictionary (PS3.6)',
  (keyword, [tag, vr]) => {
    const [dictionaryTag, dictionaryVr = ''] = known.get(keyword) ?? [];
    expect(dictionaryTag).toBe(tag);
    expect(CONTEXT_DEPENDENT[dictionaryVr] ?? [dictionaryVr]).toContain(vr);
  },
);

test('attributes are sorted by tag', () => {
  const tags = Object.values(ATTRIBUTES).map(([tag]) => tag);
  expect(tags).toEqual([...tags].sort());
});

test('repeating groups, private tags and group lengths have a VR (PS3.5 7.6, 7.8.1, 7.2)', () => {
  expect(dictionaryVrOf('60023000')).toBe(dictionaryVrOf('60003000'));
  expect(dictionaryVrOf('00091001')).toBe('UN');
  expect(dictionaryVrOf('00090010')).toBe('LO');
  expect(dictionaryVrOf('00080000')).toBe('UL');
});
