/**
 * The findings as a Cornerstone3D tool: it draws from our store whenever the host draws annotations, and owns none.
 *
 * Trap: Cornerstone3D's `imageToWorldCoords` takes the spacing of rows for that of columns, so pixels that are not square
 * would put the overlay elsewhere. The geometry of what is on the screen is asked of the viewport instead.
 */
import { apply, type Affine } from '../../dicom/vocabulary/geometry.ts';
import { LABEL } from '../core/label-text.ts';
import { layOut } from '../core/overlay-model.ts';
import type { DisplayList } from '../core/overlay-shape.ts';
import { labelFont } from '../painters/canvas.ts';
import { paintSvg } from '../painters/svg.ts';
import type { Cornerstone, HostViewport, SvgHelper } from './host.ts';
import type { ImageName, ResultStore } from './result-store.ts';

export const TOOL_NAME = 'OsteonFindings';
/** Class of the group that holds all that is drawn. */
export const OVERLAY_CLASS = 'osteon-overlay';

/** Far enough apart that rounding does not show at any zoom. */
const SPAN = 1000;

/** The tool as the host registers it: a class whose instances draw. What is drawn on a viewport is kept in `drawn` by its id. */
export function overlayTool(
  cornerstone: Cornerstone,
  store: ResultStore,
  drawn: Map<string, DisplayList>,
): unknown {
  const measure = textMeasure();
  return class FindingsTool extends cornerstone.tools.AnnotationDisplayTool {
    static readonly toolName = TOOL_NAME;

    renderAnnotation = ({ viewport }: { readonly viewport: HostViewport }, helper: SvgHelper): boolean => {
      const image = imageNameOf(cornerstone, viewport);
      const shapes = image ? store.shapesOn(image) : [];
      const project = image && shapes.length > 0 ? projectionOf(viewport) : undefined;
      drawn.delete(viewport.id);
      if (!project) return false;
      const surface = {
        width: viewport.element.clientWidth,
        height: viewport.element.clientHeight,
        pixelRatio: 1,
        project,
        measure,
      };
      const list = layOut(shapes, surface);
      drawn.set(viewport.id, list);
      paintSvg(groupOf(helper, viewport.id), list);
      return true;
    };
  };
}

/** Which image a viewport shows; `undefined` where it shows none. */
export function imageNameOf(
  { core }: Pick<Cornerstone, 'core'>,
  viewport: HostViewport,
): ImageName | undefined {
  const imageId = viewport.getCurrentImageId();
  if (imageId === undefined) return undefined;
  const instance = core.metaData.get('instance', imageId) as
    { readonly SOPInstanceUID?: unknown } | undefined;
  const uid = instance?.SOPInstanceUID;
  const frame = /[/=]frames?[/=](\d+)/.exec(imageId)?.[1] ?? /[?&]frame=(\d+)/.exec(imageId)?.[1] ?? '1';
  return typeof uid === 'string' ? { sopInstanceUid: uid, frameNumber: Number(frame) } : undefined;
}

/** Where image points lie on the viewport: the affine through three points, exact since every view is one. */
export function projectionOf(viewport: HostViewport) {
  const image = viewport.getImageData();
  if (!image) return undefined;
  const { origin, direction, spacing } = image;
  // Positions in the host's world count from the centre of the first pixel.
  const place = (x: number, y: number) =>
    viewport.worldToCanvas(
      [0, 1, 2].map(
        (axis) =>
          (origin[axis] ?? 0) +
          (direction[axis] ?? 0) * (spacing[0] ?? 1) * (x - 0.5) +
          (direction[3 + axis] ?? 0) * (spacing[1] ?? 1) * (y - 0.5),
      ),
    );
  const [start, right, down] = [place(0, 0), place(SPAN, 0), place(0, SPAN)];
  const toSurface: Affine = {
    a: (right[0] - start[0]) / SPAN,
    b: (right[1] - start[1]) / SPAN,
    c: (down[0] - start[0]) / SPAN,
    d: (down[1] - start[1]) / SPAN,
    e: start[0],
    f: start[1],
  };
  return ({ x, y }: { readonly x: number; readonly y: number }) => apply(toSurface, x, y);
}

function groupOf(helper: SvgHelper, viewportId: string): SVGGElement {
  const name = `${TOOL_NAME}:${viewportId}`;
  const present = helper.getSvgNode(name);
  if (present instanceof SVGGElement) {
    helper.setNodeTouched(name);
    return present;
  }
  const group = document.createElementNS('http://www.w3.org/2000/svg', 'g');
  group.setAttribute('class', OVERLAY_CLASS);
  group.setAttribute('pointer-events', 'none');
  helper.appendNode(group, name);
  return group;
}

function textMeasure(): (text: string) => number {
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  return (text) => {
    if (!context) return text.length * LABEL.fontSize * 0.6;
    context.font = labelFont(LABEL.fontSize);
    return context.measureText(text).width;
  };
}
