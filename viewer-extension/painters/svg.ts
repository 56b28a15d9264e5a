/**
 * Paints a display list as SVG. Surface pixels are those of the SVG's own coordinate system.
 *
 * Neighbours with one stroke are one path, so that ten thousand boxes are two elements. Text is text content, never markup.
 */
import { LABEL } from '../core/label-text.ts';
import type { DisplayList } from '../core/overlay-shape.ts';
import { HALO_COLOUR } from '../core/overlay-style.ts';
import { labelFont } from './canvas.ts';
import { strokeRuns, type PaintRun, type PathItem, type TextItem } from './stroke-runs.ts';

/** An element as data: name, attributes and text. */
export interface SvgShape {
  readonly name: 'path' | 'rect' | 'text';
  readonly attributes: Readonly<Record<string, string>>;
  readonly text?: string;
}

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** The elements of a display list, in drawing order. */
export function svgShapes(list: DisplayList): readonly SvgShape[] {
  return strokeRuns(list).flatMap((run) => (run.kind === 'text' ? textShapes(run) : pathShapes(run)));
}

/** Replaces what `group` holds by the list. Elements that stay the same kind are reused. */
export function paintSvg(group: SVGGElement, list: DisplayList): void {
  const shapes = svgShapes(list);
  shapes.forEach((shape, index) => {
    const present = group.children[index];
    const isReusable = present?.localName === shape.name;
    const element = isReusable ? present : document.createElementNS(NAMESPACE, shape.name);
    if (present === undefined) group.append(element);
    else if (!isReusable) present.replaceWith(element);
    write(element, shape);
  });
  while (group.children.length > shapes.length) group.lastElementChild?.remove();
}

function write(element: Element, { attributes, text }: SvgShape): void {
  for (const { name } of [...element.attributes]) {
    if (!Object.hasOwn(attributes, name)) element.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  if (text !== undefined && element.textContent !== text) element.textContent = text;
}

function pathShapes({ stroke, paths }: Extract<PaintRun, { kind: 'paths' }>): readonly SvgShape[] {
  const d = paths.map(pathData).join('');
  const base = { d, fill: 'none', 'stroke-linejoin': 'round' };
  const isDashed = stroke.dash.length > 0;
  return [
    {
      name: 'path',
      attributes: {
        ...base,
        stroke: HALO_COLOUR,
        'stroke-opacity': isDashed ? '0.4' : '0.6',
        'stroke-width': String(stroke.haloWidth),
      },
    },
    {
      name: 'path',
      attributes: {
        ...base,
        stroke: stroke.colour,
        'stroke-width': String(stroke.width),
        ...(isDashed ? { 'stroke-dasharray': stroke.dash.join(' ') } : {}),
      },
    },
  ];
}

/** Two decimals are a hundredth of a screen pixel. */
function pathData({ points, isClosed }: PathItem): string {
  const places = points.map(({ x, y }) => `${round(x)} ${round(y)}`);
  return places.length === 0 ? '' : `M${places.join('L')}${isClosed ? 'Z' : ''}`;
}

function textShapes(item: TextItem): readonly SvgShape[] {
  const { frame, lines, fontSize, padding, isSelected, colour } = item;
  const scale = fontSize / LABEL.fontSize;
  const ground: SvgShape = {
    name: 'rect',
    attributes: {
      x: round(frame.x),
      y: round(frame.y),
      width: round(frame.width),
      height: round(frame.height),
      rx: String(3 * scale),
      fill: isSelected ? colour : HALO_COLOUR,
      'fill-opacity': isSelected ? '1' : '0.8',
    },
  };
  const words = lines.map((line, index): SvgShape => {
    const middle = frame.y + padding / 2 + (index + 0.5) * LABEL.lineHeight * scale;
    return {
      name: 'text',
      text: line,
      attributes: {
        x: round(frame.x + padding),
        y: round(middle),
        'dominant-baseline': 'central',
        style: `font: ${labelFont(fontSize)}`,
        fill: isSelected ? HALO_COLOUR : colour,
      },
    };
  });
  return [ground, ...words];
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
