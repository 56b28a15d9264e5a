/**
 * The image with the overlay above it: two canvases, so that the overlay can go without touching the image.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { layOut, LABEL } from '../core/overlay-model.ts';
import { hullOf, type DisplayList, type OverlayShape } from '../core/overlay-shape.ts';
import { labelFont, paintDisplayList } from '../painters/canvas.ts';
import { CornerstoneViewport, type ViewState } from './cornerstone-viewport.ts';
import { listenToGestures } from './gestures.ts';
import { paintHeat } from './heat-layer.ts';
import { imageKey, type ImageStore } from './image-store.ts';
import { messageOf } from './message.ts';
import type { StudyImage } from './study.ts';

export interface RadiographProps {
  readonly image: StudyImage;
  readonly store: ImageStore;
  /** What lies over the image; empty when the overlay is off. */
  readonly shapes: readonly OverlayShape[];
  /** Where the fracture model looked; absent when it is off. */
  readonly heat: OffscreenCanvas | undefined;
  readonly onView: (view: ViewState | undefined) => void;
  readonly onPick: (findingId: string) => void;
  readonly onViewport: (viewport: CornerstoneViewport | undefined) => void;
  /** Called when the image stands on the screen. */
  readonly onShown: () => void;
}

export function Radiograph(props: RadiographProps) {
  const host = useRef<HTMLDivElement>(null);
  const surface = useRef<HTMLDivElement>(null);
  const heat = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const viewport = useRef<CornerstoneViewport | undefined>(undefined);
  const displayed = useRef<DisplayList>([]);
  const latest = useRef(props);
  const [problem, setProblem] = useState<string>();
  const [isLoading, setLoading] = useState(true);
  latest.current = props;

  const paint = () => {
    const [canvas, current] = [overlay.current, viewport.current];
    const context = canvas?.getContext('2d');
    if (!canvas || !current || !context) return;
    const below = heat.current?.getContext('2d');
    if (below) paintHeat(below, latest.current.heat, current.placement());
    displayed.current = displayList(context, current, latest.current.shapes);
    paintDisplayList(context, displayed.current, canvas);
    latest.current.onView(current.state);
  };

  useEffect(() => {
    const [box, inner] = [host.current, surface.current];
    const canvases = [heat.current, overlay.current].filter((canvas) => canvas !== null);
    if (!box || !inner || canvases.length < 2) return undefined;
    fitSurface(box, inner, canvases);
    const created = new CornerstoneViewport(inner, paint);
    viewport.current = created;
    latest.current.onViewport(created);
    const observer = new ResizeObserver(() => {
      fitSurface(box, inner, canvases);
      created.resize();
      paint();
    });
    observer.observe(box);
    const controller = new AbortController();
    listenToGestures(box, gesturesFor(created, displayed, latest), controller.signal);
    return () => {
      controller.abort();
      observer.disconnect();
      created.dispose();
      latest.current.onViewport(undefined);
    };
  }, []);

  useEffect(() => {
    let isCurrent = true;
    setProblem(undefined);
    setLoading(true);
    props.store.load(props.image).then(
      (image) => {
        if (!isCurrent) return;
        setLoading(false);
        viewport.current?.show(image, imageKey(props.image));
        latest.current.onShown();
      },
      (error: unknown) => {
        if (!isCurrent) return;
        setLoading(false);
        setProblem(messageOf(error));
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [imageKey(props.image)]);

  useEffect(paint, [props.shapes, props.heat]);

  return (
    <div class="radiograph" ref={host} role="img" aria-label={`Radiograph ${props.image.caption}`}>
      <div class="radiograph-surface" ref={surface} data-loading={isLoading} hidden={problem !== undefined} />
      <canvas class="radiograph-heat" ref={heat} aria-hidden="true" />
      <canvas class="radiograph-overlay" ref={overlay} aria-hidden="true" />
      {isLoading && <p class="radiograph-message">Loading image…</p>}
      {problem !== undefined && (
        <p class="radiograph-message" role="alert">
          This image cannot be shown. {problem}
        </p>
      )}
    </div>
  );
}

/** Lays the surface out in device pixels and scales it back to the size of its host. */
function fitSurface(host: HTMLElement, surface: HTMLElement, canvases: readonly HTMLCanvasElement[]): void {
  const ratio = window.devicePixelRatio;
  const [width, height] = [Math.round(host.clientWidth * ratio), Math.round(host.clientHeight * ratio)];
  surface.style.width = `${width}px`;
  surface.style.height = `${height}px`;
  surface.style.transform = `scale(${1 / ratio})`;
  for (const canvas of canvases) {
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
  }
}

function displayList(
  context: CanvasRenderingContext2D,
  viewport: CornerstoneViewport,
  shapes: readonly OverlayShape[],
): DisplayList {
  const project = viewport.projection();
  if (!project) return [];
  context.font = labelFont(LABEL.fontSize);
  return layOut(shapes, {
    width: context.canvas.width,
    height: context.canvas.height,
    pixelRatio: window.devicePixelRatio,
    project,
    measure: (text) => context.measureText(text).width,
  });
}

function gesturesFor(
  viewport: CornerstoneViewport,
  displayed: { readonly current: DisplayList },
  latest: { readonly current: RadiographProps },
) {
  const device = (length: number) => length * window.devicePixelRatio;
  return {
    window: (x: number, y: number) => {
      viewport.windowBy(x / 250, y / 400);
    },
    pan: (x: number, y: number) => {
      viewport.panBy(device(x), device(y));
    },
    zoom: (factor: number, x: number, y: number) => {
      viewport.zoomAt(factor, { x: device(x), y: device(y) });
    },
    pick: (x: number, y: number) => {
      const findingId = findingAt(displayed.current, device(x), device(y));
      if (findingId) latest.current.onPick(findingId);
    },
  };
}

/** The smallest shape whose hull holds the point. */
function findingAt(list: DisplayList, x: number, y: number): string | undefined {
  const hits = list.flatMap((item) => {
    const hull = item.kind === 'path' ? hullOf(item.points) : item.frame;
    const isInside =
      hull && x >= hull.x && x <= hull.x + hull.width && y >= hull.y && y <= hull.y + hull.height;
    return isInside && item.findingId ? [{ id: item.findingId, area: hull.width * hull.height }] : [];
  });
  return hits.toSorted((one, other) => one.area - other.area)[0]?.id;
}
