/**
 * The image with the overlay above it: two canvases, so that the overlay can go without touching the image.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { LABEL } from '../core/label-text.ts';
import { calibrationOf, type Measurement } from '../core/measurement.ts';
import { layOutMeasurements, MEASUREMENT_COLOUR } from '../core/measurement-layout.ts';
import { layOut } from '../core/overlay-model.ts';
import type { DisplayItem, DisplayList, OverlayShape, Surface, SurfacePoint } from '../core/overlay-shape.ts';
import { labelFont, paintDisplayList } from '../painters/canvas.ts';
import { CornerstoneViewport, type ViewState } from './cornerstone-viewport.ts';
import { listenToGestures, type PointerTool } from './gestures.ts';
import { paintHeat } from './heat-layer.ts';
import { imageKey, type ImageStore } from './image-store.ts';
import type { Draft } from './measuring.ts';
import { messageOf } from './problem.ts';
import { RadiographGestures } from './radiograph-gestures.ts';
import type { RegionHand } from './review/region-hand.ts';
import type { StudyImage } from './study.ts';
import { useWords } from './words.ts';

/**
 * Thousands of thin lines are what a processor draws well and a graphics card badly: ten thousand boxes take a tenth of a
 * second this way and, without a card, ten seconds the other.
 */
const OVERLAY_CONTEXT: CanvasRenderingContext2DSettings = { willReadFrequently: true };

export interface RadiographProps {
  readonly image: StudyImage;
  readonly store: ImageStore;
  /** What lies over the image; empty when the overlay is off. */
  readonly shapes: readonly OverlayShape[];
  /** Where the fracture model looked; absent when it is off. */
  readonly heat?: OffscreenCanvas | undefined;
  readonly tool: PointerTool;
  /** What changes or draws a region; absent while nothing is edited. */
  readonly hand?: RegionHand | undefined;
  /** Those of this image. */
  readonly measurements: readonly Measurement[];
  readonly onMeasured: (draft: Draft) => void;
  readonly onView: (view: ViewState | undefined) => void;
  readonly onPick: (findingId: string) => void;
  readonly onViewport: (viewport: CornerstoneViewport | undefined) => void;
  /** Called when the image stands on the screen. */
  readonly onShown: () => void;
}

export function Radiograph(props: RadiographProps) {
  const words = useWords();
  const host = useRef<HTMLDivElement>(null);
  const surface = useRef<HTMLDivElement>(null);
  const heat = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const viewport = useRef<CornerstoneViewport | undefined>(undefined);
  const gestures = useRef<RadiographGestures | undefined>(undefined);
  const displayed = useRef<DisplayList>([]);
  const latest = useRef({ ...props, detector: words.atDetector });
  const [problem, setProblem] = useState<unknown>();
  const [isLoading, setLoading] = useState(true);
  latest.current = { ...props, detector: words.atDetector };

  const paint = () => {
    const [canvas, current] = [overlay.current, viewport.current];
    const context = canvas?.getContext('2d', OVERLAY_CONTEXT);
    if (!canvas || !current || !context) return;
    const below = heat.current?.getContext('2d');
    if (below) paintHeat(below, latest.current.heat, current.placement());
    displayed.current = displayList(context, current, latest.current, gestures.current);
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
      // Not laid out, as on paper: what is drawn stays as it is.
      if (box.clientWidth === 0 || box.clientHeight === 0) return;
      fitSurface(box, inner, canvases);
      created.resize();
      paint();
    });
    observer.observe(box);
    const controller = new AbortController();
    gestures.current = new RadiographGestures(created, {
      tool: () => latest.current.tool,
      displayed: () => displayed.current,
      hand: () => latest.current.hand,
      onPick: (id) => {
        latest.current.onPick(id);
      },
      onDone: (draft) => {
        latest.current.onMeasured(draft);
      },
      onChange: paint,
    });
    listenToGestures(box, gestures.current.intents, controller.signal);
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
    gestures.current?.reset();
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
        setProblem(error);
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [imageKey(props.image)]);

  useEffect(() => {
    gestures.current?.changeTool();
  }, [props.tool]);
  useEffect(paint, [props.shapes, props.heat, props.measurements, props.hand, words]);

  return (
    <div
      class="radiograph"
      ref={host}
      role="img"
      tabIndex={0}
      data-tool={props.tool}
      aria-label={`${words.radiograph} ${props.image.caption}`}
      onKeyDown={(event) => {
        const canvas = overlay.current;
        if (!canvas || !gestures.current?.key(event, canvas)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <div class="radiograph-surface" ref={surface} data-loading={isLoading} hidden={problem !== undefined} />
      <canvas class="radiograph-heat" ref={heat} aria-hidden="true" />
      <canvas class="radiograph-overlay" ref={overlay} aria-hidden="true" />
      {isLoading && <p class="radiograph-message">{words.loadingImage}</p>}
      {problem !== undefined && (
        <p class="radiograph-message" role="alert">
          {words.cannotShow} {messageOf(problem, words.problem)}
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
  { image, shapes, measurements, hand: editing, detector }: RadiographProps & { readonly detector: string },
  hand: RadiographGestures | undefined,
): DisplayList {
  const project = viewport.projection();
  if (!project) return [];
  context.font = labelFont(LABEL.fontSize);
  const surface: Surface = {
    width: context.canvas.width,
    height: context.canvas.height,
    pixelRatio: window.devicePixelRatio,
    project,
    measure: (text) => context.measureText(text).width,
  };
  const calibration = calibrationOf(image.metadata);
  const all = hand?.draft ? [...measurements, { ...hand.draft, id: -1 }] : measurements;
  const note = calibration.plane === 'detector' ? detector : '';
  return [
    ...layOut(shapes, surface),
    ...layOutMeasurements(all, calibration, surface, note),
    ...(editing?.items(surface) ?? []),
    ...(hand?.cross ? crossAt(hand.cross, surface.pixelRatio) : []),
  ];
}

/** Where the keyboard points. */
function crossAt({ x, y }: SurfacePoint, ratio: number): readonly DisplayItem[] {
  const stroke = { colour: MEASUREMENT_COLOUR, width: ratio, haloWidth: 3 * ratio, dash: [] };
  const arm = (dx: number, dy: number): DisplayItem => {
    const points = [
      { x: x - dx * ratio, y: y - dy * ratio },
      { x: x + dx * ratio, y: y + dy * ratio },
    ];
    return { kind: 'path', findingId: '', points, isClosed: false, stroke };
  };
  return [arm(11, 0), arm(0, 11)];
}
