/**
 * A bone age on a line of ages: the age read with its interval, the age that the birth date says, and the spread of the
 * reference at that age.
 */
import { extentOfText, type DrawnShape } from '../vocabulary/drawing.ts';
import type { Finding } from '../vocabulary/finding.ts';
import { imagePoint, type BoundingBox } from '../vocabulary/geometry.ts';
import { PAGE, type Block } from './page-blocks.ts';

/** Rows of the chart from its top, in pixels. */
const ROWS = { bands: 30, bandsEnd: 110, boneAge: 70, axis: 120, axisLabels: 126, height: 160 } as const;
const TEXT_SCALE = 2;
/** Months shown beyond what is drawn, at each end. */
const MARGIN_MONTHS = 12;
/** Most years between labels is when so many months are shown. */
const YEARLY_UP_TO = 144;

/** The chart of one finding. */
export function boneAgeChart(finding: Finding<'bone-age'>): Block {
  const axis = axisOf(finding);
  return {
    height: ROWS.height,
    shapesAt: (top) => [
      ...bands(finding, axis, top),
      ...ticks(axis, top),
      ...chronologicalAge(finding, axis, top),
      ...boneAge(finding, axis, top),
    ],
  };
}

interface Axis {
  readonly least: number;
  readonly most: number;
  /** Column of an age in months. */
  columnOf(months: number): number;
}

function axisOf({ months, uncertaintyMonths = 0, chronologicalMonths, score }: Finding<'bone-age'>): Axis {
  const spread = score && 'standardDeviationMonths' in score ? 2 * score.standardDeviationMonths : 0;
  const ages = [
    months - uncertaintyMonths,
    months + uncertaintyMonths,
    ...(chronologicalMonths === undefined
      ? []
      : [chronologicalMonths - spread, chronologicalMonths + spread]),
  ];
  const least = Math.max(0, Math.floor((Math.min(...ages) - MARGIN_MONTHS) / 12) * 12);
  const most = Math.ceil((Math.max(...ages) + MARGIN_MONTHS) / 12) * 12;
  const width = PAGE.columns - 2 * PAGE.margin;
  return {
    least,
    most,
    columnOf: (age) =>
      PAGE.margin + (Math.min(Math.max(age, least), most) - least) * (width / (most - least)),
  };
}

/** Two and one standard deviations of the reference around the chronological age. */
function bands({ chronologicalMonths, score }: Finding<'bone-age'>, axis: Axis, top: number): DrawnShape[] {
  if (chronologicalMonths === undefined || !score || !('standardDeviationMonths' in score)) return [];
  const { standardDeviationMonths } = score;
  return [2, 1].map((deviations) => ({
    kind: 'area',
    box: {
      left: axis.columnOf(chronologicalMonths - deviations * standardDeviationMonths),
      right: axis.columnOf(chronologicalMonths + deviations * standardDeviationMonths),
      top: top + ROWS.bands,
      bottom: top + ROWS.bandsEnd,
    },
    grey: deviations === 2 ? 0.2 : 0.35,
  }));
}

function ticks(axis: Axis, top: number): DrawnShape[] {
  const years = axis.most - axis.least > YEARLY_UP_TO ? 2 : 1;
  const ages = Array.from(
    { length: Math.floor((axis.most - axis.least) / (12 * years)) + 1 },
    (_, index) => axis.least + index * 12 * years,
  );
  const line: DrawnShape = {
    kind: 'area',
    box: around(axis.columnOf(axis.least), axis.columnOf(axis.most), top + ROWS.axis, top + ROWS.axis + 2),
    grey: 0.7,
  };
  return [
    line,
    ...ages.flatMap((age): DrawnShape[] => {
      const column = axis.columnOf(age);
      return [
        {
          kind: 'area',
          box: around(column - 1, column + 1, top + ROWS.axis - 6, top + ROWS.axis),
          grey: 0.7,
        },
        label(`${age / 12} y`, column, top + ROWS.axisLabels, 0.7),
      ];
    }),
  ];
}

function chronologicalAge(
  { chronologicalMonths }: Finding<'bone-age'>,
  axis: Axis,
  top: number,
): DrawnShape[] {
  if (chronologicalMonths === undefined) return [];
  const column = axis.columnOf(chronologicalMonths);
  return [
    { kind: 'area', box: around(column - 1, column + 1, top + ROWS.bands, top + ROWS.bandsEnd), grey: 0.8 },
    label('age', column, top + ROWS.bandsEnd - 18, 0.8),
  ];
}

function boneAge(
  { months, uncertaintyMonths = 0 }: Finding<'bone-age'>,
  axis: Axis,
  top: number,
): DrawnShape[] {
  const column = axis.columnOf(months);
  const row = top + ROWS.boneAge;
  const [from, to] = [axis.columnOf(months - uncertaintyMonths), axis.columnOf(months + uncertaintyMonths)];
  return [
    { kind: 'area', box: around(from, to, row - 1, row + 1), grey: 1 },
    { kind: 'area', box: around(column - 6, column + 6, row - 6, row + 6), grey: 1 },
    label('bone age', column, row - 30, 1),
  ];
}

/** A text with its middle at a column, kept on the page. */
function label(text: string, column: number, top: number, grey: number): DrawnShape {
  const { width } = extentOfText(text, TEXT_SCALE);
  const left = Math.min(Math.max(column - width / 2, 0), PAGE.columns - width);
  return { kind: 'text', text, at: imagePoint(Math.round(left), top), scale: TEXT_SCALE, grey };
}

function around(left: number, right: number, top: number, bottom: number): BoundingBox {
  return { left, right, top, bottom };
}
