/**
 * The findings as a Cornerstone3D tool: it draws from our store whenever the host draws annotations, and owns none.
 *
 * Trap: Cornerstone3D's `imageToWorldCoords` takes the spacing of rows for that of columns, so pixels that are not square
 * would put the overlay elsewhere. The geometry of what is on the screen is asked of the viewport instead.
 */
import { apply, type Affine } from '../../dicom/vocabulary/geometry.ts';
import { LABEL } from '../core/label-text.ts';
import { layOut } from '../core/overlay-model.ts';
import type { DisplayList, Surface } from '../core/overlay-shape.ts';
import { labelFont } from '../painters/canvas.ts';
import { paintSvg } from '../painters/svg.ts';
import { isCrowd, type CrowdCanvases } from './crowd-canvas.ts';
import type { Cornerstone, HostViewport, SvgHelper } from './host.ts';
import type { ImageName, ResultStore } from './result-store.ts';

export const TOOL_NAME = 'OsteonFindings';
/** Class of the group that holds all that is drawn. */
export const OVERLAY_CLASS = 'osteon-overlay';

/** Far enough apart that rounding does not show at any zoom. */
const SPAN = 1000;

/** What the tool has drawn. It outlives a visit to a mode: the host keeps the first tool of a name that it is given. */
export interface Drawing {
  /** In CSS pixels, by the id of the viewport. */
  readonly lists: Map<string, DisplayList>;
  readonly crowds: CrowdCanvases;
}

/** The tool as the host registers it: a class whose instances draw. */
export function overlayTool(
  cornerstone: Cornerstone,
  store: ResultStore,
  { lists, crowds }: Drawing,
): unknown {
  const measure = textMeasure();
  return class FindingsTool extends cornerstone.tools.AnnotationDisplayTool {
    static readonly toolName = TOOL_NAME;

    renderAnnotation = ({ viewport }: { readonly viewport: HostViewport }, helper: SvgHelper): boolean => {
      const image = imageNameOf(cornerstone, viewport);
      const shapes = image ? store.shapesOn(image) : [];
      const toSurface = shapes.length > 0 ? placementOf(viewport) : undefined;
      if (!toSurface || !isCrowd(shapes)) crowds.hide(viewport.id);
      if (!toSurface) {
        lists.delete(viewport.id);
        return false;
      }
      const layOutNow = () => {
        const list = layOut(shapes, surfaceOf(viewport, toSurface, measure));
        lists.set(viewport.id, list);
        return list;
      };
      if (isCrowd(shapes)) crowds.show(viewport, { shapes, toSurface, layOut: layOutNow });
      else paintSvg(groupOf(helper, viewport.id), layOutNow());
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

/** Where image points lie on the viewport, in CSS pixels: the affine through three points, exact since every view is one. */
function placementOf(viewport: HostViewport): Affine | undefined {
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
  return {
    a: (right[0] - start[0]) / SPAN,
    b: (right[1] - start[1]) / SPAN,
    c: (down[0] - start[0]) / SPAN,
    d: (down[1] - start[1]) / SPAN,
    e: start[0],
    f: start[1],
  };
}

/** {@link placementOf} as a function of points. */
export function projectionOf(viewport: HostViewport) {
  const toSurface = placementOf(viewport);
  return toSurface && (({ x, y }: { readonly x: number; readonly y: number }) => apply(toSurface, x, y));
}

function surfaceOf({ element }: HostViewport, toSurface: Affine, measure: Surface['measure']): Surface {
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    pixelRatio: 1,
    project: ({ x, y }) => apply(toSurface, x, y),
    measure,
  };
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
