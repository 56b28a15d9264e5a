/**
 * Letters of 5 × 7 points for text that is burnt into images. Drawn here so that an image is the same on every machine,
 * whatever fonts it has.
 *
 * A glyph is seven rows from the top, each a digit of base 32 whose highest bit is the left point. Trap: only ASCII has
 * glyphs; accents are taken off, and what is left over becomes a question mark.
 */
import { LETTER } from '../vocabulary/drawing.ts';

// prettier-ignore
const ROWS: Readonly<Record<string, string>> = {
  ' ': '0000000', '!': '4444004', '"': 'aaa0000', '#': 'aavavaa', '%': 'op248j3', '&': 'cik8lid', "'": 'c480000',
  '(': '2488842', ')': '8422248', '*': '04lel40', '+': '044v440', ',': '0000c48', '-': '000v000', '.': '00000cc',
  '/': '01248g0', ':': '0cc0cc0', ';': '0cc0c48', '<': '248g842', '=': '00v0v00', '>': '8421248', '?': 'eh12404',
  '@': 'eh1dlle', '[': 'e88888e', ']': 'e22222e', '^': '4ah0000', _: '000000v',
  0: 'ehjlphe', 1: '4c4444e', 2: 'eh1248v', 3: 'v2421he', 4: '26aiv22', 5: 'vgu11he', 6: '68guhhe', 7: 'v124888',
  8: 'ehhehhe', 9: 'ehhf12c',
  A: 'ehhvhhh', B: 'uhhuhhu', C: 'ehggghe', D: 'uhhhhhu', E: 'vgguggv', F: 'vgguggg', G: 'ehgnhhf', H: 'hhhvhhh',
  I: 'e44444e', J: '72222ic', K: 'hikokih', L: 'ggggggv', M: 'hrllhhh', N: 'hhpljhh', O: 'ehhhhhe', P: 'uhhuggg',
  Q: 'ehhhlid', R: 'uhhukih', S: 'fgge11u', T: 'v444444', U: 'hhhhhhe', V: 'hhhhha4', W: 'hhhllla', X: 'hha4ahh',
  Y: 'hhha444', Z: 'v1248gv',
  a: '00e1fhf', b: 'ggmphhu', c: '00egghe', d: '11djhhf', e: '00ehvge', f: '698s888', g: '0fhhf1e', h: 'ggmphhh',
  i: '40c444e', j: '20622ic', k: 'ggikoki', l: 'c44444e', m: '00qllhh', n: '00mphhh', o: '00ehhhe', p: '00uhugg',
  q: '00djf11', r: '00mpggg', s: '00ege1u', t: '88s8896', u: '00hhhjd', v: '00hhha4', w: '00hhlla', x: '00ha4ah',
  y: '00hhf1e', z: '00v248v',
};

/** Points of a text in a line, `isSet(column, row)`; one column of space between letters. */
export function pointsOfText(text: string): {
  readonly columns: number;
  readonly isSet: (column: number, row: number) => boolean;
} {
  const letters = Array.from(text.normalize('NFKD').replaceAll(/\p{M}/gu, ''));
  const glyphs = letters.map((letter) => {
    const rows = ROWS[letter] ?? ROWS['?'] ?? '';
    return Array.from(rows, (digit) => Number.parseInt(digit, 32));
  });
  const pitch = LETTER.columns + LETTER.space;
  return {
    columns: glyphs.length * pitch,
    isSet(column, row) {
      const bit = LETTER.columns - 1 - (column % pitch);
      return bit >= 0 && (((glyphs[Math.floor(column / pitch)]?.[row] ?? 0) >> bit) & 1) === 1;
    },
  };
}
