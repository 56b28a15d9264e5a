/**
 * An image of the report in small, as the server renders it, with its findings drawn above, each with the number that it has in the table beside it.
 */
import { h } from 'preact';
import { numberOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { findingsOf } from '../../dicom/vocabulary/finding.ts';
import { findingKey, isOnImage, type OverlayFinding } from '../core/findings.ts';
import { layOut, overlayShapes, regionShapes } from '../core/overlay-model.ts';
import type { OverlayShape } from '../core/overlay-shape.ts';
import type { StudyReport } from '../core/study-result.ts';
import { svgShapes } from '../painters/svg.ts';
import { spacingOf } from './display-image.ts';
import type { StudyImage } from './study.ts';

/** Longer side of the figure in CSS pixels, and pixels asked of the server for each of them, so that a print is sharp. */
const SIDE = 250;
const DENSITY = 3;

/** Of a digit of a label, in CSS pixels: digits are all of one width. */
const DIGIT_WIDTH = 8;

export interface ReportFigureProps {
  readonly report: StudyReport;
  /** Those of the image, in the order in which they are numbered. */
  readonly findings: readonly OverlayFinding[];
  readonly image: StudyImage;
  /** Address of the instance. */
  readonly url: string;
  readonly label: string;
}

export function ReportFigure({ report, findings, image, url, label }: ReportFigureProps) {
  const { metadata, frameNumber, address } = image;
  const [columns, rows] = [numberOf(metadata, TAG.Columns) ?? 1, numberOf(metadata, TAG.Rows) ?? 1];
  const { rowSpacing, columnSpacing } = spacingOf(metadata);
  const scale = SIDE / Math.max(columns * columnSpacing, rows * rowSpacing);
  const [width, height] = [columns * columnSpacing * scale, rows * rowSpacing * scale];
  const isHere = (finding: Parameters<typeof isOnImage>[0]) =>
    isOnImage(finding, address.sopInstanceUid, frameNumber);
  const shapes = [
    ...regionShapes(findingsOf(report.findings, 'bone-age').filter(isHere)),
    ...numbered(findings.filter(isHere), findings),
  ];
  const list = layOut(shapes, {
    width,
    height,
    pixelRatio: 1,
    project: ({ x, y }) => ({ x: (x * width) / columns, y: (y * height) / rows }),
    measure: (text) => DIGIT_WIDTH * text.length,
  });
  const frame = frameNumber > 1 ? `/frames/${frameNumber}` : '';
  const size = Math.round(SIDE * DENSITY);
  return (
    <figure class="sheet-figure" role="img" aria-label={label}>
      <img
        src={`${url}${frame}/rendered?accept=image/png&viewport=${size},${size}`}
        alt=""
        width={Math.round(width)}
        height={Math.round(height)}
      />
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {svgShapes(list).map(({ name, attributes, text }, index) =>
          h(name, { key: index, ...attributes }, text),
        )}
      </svg>
    </figure>
  );
}

/** Boxes with numbers: outlines would be lost at this size. */
function numbered(here: readonly OverlayFinding[], all: readonly OverlayFinding[]): readonly OverlayShape[] {
  const numbers = new Map(all.map((finding, index) => [findingKey(finding), index + 1]));
  return overlayShapes(here, { showBoxes: true, showPolygons: false }).map((shape) =>
    shape.kind === 'label' ? { ...shape, text: String(numbers.get(shape.findingId) ?? '') } : shape,
  );
}
