/**
 * Parts of a page, stacked from the top: lines of text, tables, space. A block knows its height before it is drawn.
 */
import { extentOfText, LETTER, lettersAcross, type DrawnShape } from '../vocabulary/drawing.ts';
import { imagePoint } from '../vocabulary/geometry.ts';

/** Something as wide as the page that is drawn from a row of pixels downwards. */
export interface Block {
  readonly height: number;
  shapesAt(top: number): readonly DrawnShape[];
}

/** Pixels of a page: its width, and what is left free at each side. */
export const PAGE = { columns: 1000, margin: 40 } as const;

export function space(height: number): Block {
  return { height, shapesAt: () => [] };
}

/** Text, broken into lines at spaces where it is wider than the page. */
export function textBlock(text: string, scale: number, grey = 1): Block {
  const { height } = extentOfText('', scale);
  const lines = wrapped(text, lettersAcross(PAGE.columns - 2 * PAGE.margin, scale));
  return {
    height: lines.length * height,
    shapesAt: (top) =>
      lines.map((line, index) => ({
        kind: 'text',
        text: line,
        at: imagePoint(PAGE.margin, top + index * height + scale),
        scale,
        grey,
      })),
  };
}

/** Rows of cells that begin at the given columns, in letters from the margin; the first row is the heading. */
export function tableBlock(
  starts: readonly number[],
  rows: readonly (readonly string[])[],
  scale: number,
): Block {
  const height = extentOfText('', scale).height + 2 * scale;
  const lineOf = (cells: readonly string[], top: number, grey: number): DrawnShape[] =>
    cells.map((text, index) => ({
      kind: 'text',
      text,
      at: imagePoint(PAGE.margin + (starts[index] ?? 0) * pitchOf(scale), top + 2 * scale),
      scale,
      grey,
    }));
  return {
    height: rows.length * height,
    shapesAt: (top) => [
      ...rows.flatMap((cells, index) => lineOf(cells, top + index * height, index === 0 ? 0.7 : 1)),
      {
        kind: 'area',
        box: {
          left: PAGE.margin,
          top: top + height - 1,
          right: PAGE.columns - PAGE.margin,
          bottom: top + height,
        },
        grey: 0.5,
      },
    ],
  };
}

/** Lines of at most `letters` letters, broken at spaces where there are any. An empty text is one empty line. */
export function wrapped(text: string, letters: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (Array.from(longer).length <= letters) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = piecesOf(word, letters);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  return [...lines, line];
}

function piecesOf(word: string, letters: number): readonly string[] {
  const all = Array.from(word);
  const count = Math.max(1, Math.ceil(all.length / letters));
  return Array.from({ length: count }, (_, index) =>
    all.slice(index * letters, (index + 1) * letters).join(''),
  );
}

function pitchOf(scale: number): number {
  return (LETTER.columns + LETTER.space) * scale;
}
