import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { textReaderFor } from '../../../dicom/read/character-set.ts';
import { readHeader } from '../../../dicom/read/part10-reader.ts';
import { personNameOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { sharedData } from '../../support/shared-data.ts';

const decode = (terms: readonly string[], hex: string, isPersonName = false): string =>
  textReaderFor(terms)(Buffer.from(hex.replaceAll(' ', ''), 'hex'), isPersonName);
const name = (terms: readonly string[], text: string): string =>
  textReaderFor(terms)(Buffer.from(text, 'latin1'), true);

describe('single-byte sets (PS3.3 Table C.12-2)', () => {
  test.each([
    [[], '41 42', 'AB'],
    [['ISO_IR 100'], '4a e9 72', 'Jér'],
    [['ISO_IR 101'], 'a3', 'Ł'],
    [['ISO_IR 109'], 'a1', 'Ħ'],
    [['ISO_IR 110'], 'a2', 'ĸ'],
    [['ISO_IR 144'], 'bb ee', 'Лю'],
    [['ISO_IR 127'], 'e2', 'ق'],
    [['ISO_IR 126'], 'c4', 'Δ'],
    [['ISO_IR 138'], 'f9', 'ש'],
    [['ISO_IR 148'], 'fd', 'ı'],
    [['ISO_IR 203'], 'a4', '€'],
    [['ISO_IR 166'], 'a1', 'ก'],
    [['ISO_IR 13'], 'd4 cf c0 de', 'ﾔﾏﾀﾞ'],
    [['ISO_IR 192'], 'e5 b1 b1', '山'],
    [['GB18030'], 'cd f5', '王'],
    [['GBK'], 'cd f5', '王'],
  ])('%j', (terms, hex, expected) => {
    expect(decode(terms, hex)).toBe(expected);
  });

  test('reads sloppy spellings, and unknown terms as the default repertoire', () => {
    expect(decode(['ISO IR 100'], 'e9')).toBe('é');
    expect(decode(['ISO-IR-144'], 'bb')).toBe('Л');
    expect(decode(['NONSENSE'], '41')).toBe('A');
  });
});

describe('code extensions (PS3.5 6.1.2.5, Annexes H, I, K)', () => {
  test('Japanese name with JIS X 0208 (PS3.5 H.3.1)', () => {
    const value = 'Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B';
    expect(name(['', 'ISO 2022 IR 87'], value)).toBe('Yamada^Tarou=山田^太郎=やまだ^たろう');
  });

  test('Japanese name with JIS X 0201 in value 1 (PS3.5 H.3.2)', () => {
    const value = '\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J';
    expect(name(['ISO 2022 IR 13', 'ISO 2022 IR 87'], value)).toBe('ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎');
  });

  test('Korean name: KS X 1001 in G1 is forgotten at = and ^ (PS3.5 I.2)', () => {
    const value =
      'Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf';
    expect(name(['', 'ISO 2022 IR 149'], value)).toBe('Hong^Gildong=洪^吉洞=홍^길동');
  });

  test('Chinese name with GB 2312 (PS3.5 K.2)', () => {
    const value = 'Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab';
    expect(name(['', 'ISO 2022 IR 58'], value)).toBe('Zhang^XiaoDong=张^小东');
  });

  test('JIS X 0212 supplements JIS X 0208', () => {
    expect(decode(['', 'ISO 2022 IR 159'], '1b 24 28 44 30 21 1b 28 42 41')).toBe('丂A');
  });

  test('Cyrillic by escape, back to Latin-1 after a backslash', () => {
    expect(decode(['ISO 2022 IR 100', 'ISO 2022 IR 144'], '1b 2d 4c bb 5c e9')).toBe('Л\\é');
  });

  test('a byte 5C within a two-byte character is no backslash (PS3.5 6.1.2.5.3)', () => {
    const text = decode(['', 'ISO 2022 IR 87'], '1b 24 42 30 5c 1b 28 42');
    expect(text).toHaveLength(1);
    expect(text).not.toBe('\\');
    expect(decode(['GB18030'], '81 5c')).not.toContain('\\');
  });

  test('^ resets the sets in names only', () => {
    const value = '1b 2d 4c bb 5e bb';
    expect(decode(['ISO 2022 IR 100', 'ISO 2022 IR 144'], value, true)).toBe('Л^»');
    expect(decode(['ISO 2022 IR 100', 'ISO 2022 IR 144'], value, false)).toBe('Л^Л');
  });

  test('an escape that the standard does not know is passed over', () => {
    expect(decode(['', 'ISO 2022 IR 87'], '41 1b 42')).toBe('AB');
  });
});

describe.skipIf(!sharedData())('names of real files, as pydicom reads them (needs ../shared/data)', () => {
  test.each([
    ['pydicom/charset_files/chrArab.dcm', ['قباني^لنزار']],
    ['pydicom/charset_files/chrFren.dcm', ['Buc^Jérôme']],
    ['pydicom/charset_files/chrGerm.dcm', ['Äneas^Rüdiger']],
    ['pydicom/charset_files/chrH31.dcm', ['Yamada^Tarou', '山田^太郎', 'やまだ^たろう']],
    ['pydicom/charset_files/chrHbrw.dcm', ['שרון^דבורה']],
    ['pydicom/charset_files/chrI2.dcm', ['Hong^Gildong', '洪^吉洞', '홍^길동']],
    ['pydicom/charset_files/chrJapMulti.dcm', ['やまだ^たろう']],
    ['pydicom/charset_files/chrX1.dcm', ['Wang^XiaoDong', '王^小東']],
    ['fo-dicom/charset/chrGB2312.dcm', ['Zhang^XiaoDong', '张^小东']],
  ])('%s', (file, groups) => {
    const header = readHeader(readFileSync(join(sharedData() ?? '', 'dicom', file)));
    const read = personNameOf(header.attributes, TAG.PatientName);
    expect([read?.Alphabetic, read?.Ideographic, read?.Phonetic].filter(Boolean)).toEqual(groups);
  });
});
