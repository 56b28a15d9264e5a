/** Every kind of finding has its way to be shown. */
import { expect, test } from 'vitest';
import { findingsShownAs } from '../../viewer-extension/core/finding-display.ts';
import { boneAge, fracture, presence } from './findings-fixture.ts';

test('draws fractures, puts bone ages on a card and presences into words', () => {
  const findings = [boneAge(), presence(), fracture()];
  const kinds = (way: Parameters<typeof findingsShownAs>[1]) =>
    findingsShownAs(findings, way).map(({ kind }) => kind);
  expect([kinds('overlay'), kinds('card'), kinds('statement'), kinds('chip')]).toEqual([
    ['fracture'],
    ['bone-age'],
    ['fracture-presence'],
    [],
  ]);
});
