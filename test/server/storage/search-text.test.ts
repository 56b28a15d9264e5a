import { describe, expect, it } from 'vitest';
import {
  earliestTime,
  foldName,
  latestTime,
  likePatternOf,
  nameKeysOf,
  normaliseDate,
} from '../../../server/storage/search-text.ts';

describe('the forms in which the index compares text', () => {
  it.each([
    ['Müller^Änne', 'muller^anne'],
    ['  DOE ^ JOHN ^^ ', 'doe^john'],
    ['ＹＡＭＡＤＡ^Ｔａｒｏｕ', 'yamada^tarou'],
    ['', ''],
  ])('folds the name %s', (name, folded) => {
    expect(foldName(name)).toBe(folded);
  });

  it('keeps each component group of a name apart (PS3.5 6.2.1.1)', () => {
    const name = { Alphabetic: 'Yamada^Tarou', Ideographic: '山田^太郎', Phonetic: 'やまだ^たろう' };
    expect(nameKeysOf({ '00100010': { vr: 'PN', Value: [name] } }, '00100010')).toEqual([
      'yamada^tarou',
      '山田^太郎',
      'やまた^たろう', // voiced marks are marks like accents
    ]);
    expect(nameKeysOf({ '00100010': { vr: 'PN' } }, '00100010')).toEqual([]);
  });

  it.each([
    ['20240229', '20240229'],
    ['2024.02.29', '20240229'],
    ['20241301', undefined],
    ['2024', undefined],
    ['', undefined],
  ])('reads the date %s (PS3.5 6.2 DA)', (text, date) => {
    expect(normaliseDate(text)).toBe(date);
  });

  it.each([
    ['10', '100000.000000', '105959.999999'],
    ['1030', '103000.000000', '103059.999999'],
    ['103015.5', '103015.500000', '103015.599999'],
    ['10:30:15', '103015.000000', '103015.999999'],
    ['24', undefined, undefined],
    ['103', undefined, undefined],
  ])('reads the time %s as all that it may mean (PS3.5 6.2 TM)', (text, earliest, latest) => {
    expect(earliestTime(text)).toBe(earliest);
    expect(latestTime(text)).toBe(latest);
  });

  it('keeps characters that mean something to LIKE literal', () => {
    expect(likePatternOf('100%_\\*?')).toBe('100\\%\\_\\\\%_');
  });
});
