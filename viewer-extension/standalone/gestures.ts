/**
 * Mouse, pen and touch on the viewport, said as intents: window, pan, zoom, measure, pick.
 *
 * One pointer does what the chosen tool says; the middle button, or shift, pans; the wheel zooms about the pointer; two
 * fingers pan and pinch. A press without a move picks, unless the tool measures.
 */
import type { MeasurementKind } from '../core/measurement.ts';
import type { GrabPhase } from './review/region-hand.ts';

/** What one pointer does. */
export type PointerTool = 'window' | 'pan' | 'zoom' | MeasurementKind;

/** What a pointer does to a measurement; `cancel`: another finger came down. */
export type MeasurePhase = 'press' | 'move' | 'drop' | 'click' | 'cancel';

export interface GestureIntents {
  readonly tool: () => PointerTool;
  readonly measure: (phase: MeasurePhase, x: number, y: number) => void;
  /** Offers a press to what is being edited, and then all that the pointer does; true where it takes it. */
  readonly grab: (phase: GrabPhase, x: number, y: number) => boolean;
  /** Moves in CSS pixels. */
  readonly window: (x: number, y: number) => void;
  readonly pan: (x: number, y: number) => void;
  /** `x`, `y` in CSS pixels from the top left of the element. */
  readonly zoom: (factor: number, x: number, y: number) => void;
  readonly pick: (x: number, y: number) => void;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const CLICK_SLOP = 4;

/** Listens until the signal aborts. */
export function listenToGestures(element: HTMLElement, intents: GestureIntents, signal: AbortSignal): void {
  const pointers = new Map<number, Point>();
  let travelled = 0;
  let start: Point = { x: 0, y: 0 };
  let isPanning = false;
  let isGrabbed = false;
  const isMeasuring = () => isMeasure(intents.tool()) && !isPanning;
  const place = (event: MouseEvent): Point => {
    const frame = element.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  };
  const down = (event: PointerEvent) => {
    if (event.button === 2) return;
    element.setPointerCapture(event.pointerId);
    travelled = pointers.size === 0 ? 0 : Infinity;
    start = place(event);
    isPanning = event.button === 1 || event.shiftKey;
    const at = place(event);
    pointers.set(event.pointerId, at);
    if (event.button === 1) event.preventDefault();
    if (isGrabbed) intents.grab('cancel', at.x, at.y);
    isGrabbed = pointers.size === 1 && !isPanning && intents.grab('press', at.x, at.y);
    if (isGrabbed) return;
    if (isMeasuring()) intents.measure(pointers.size === 1 ? 'press' : 'cancel', at.x, at.y);
  };
  const move = (event: PointerEvent) => {
    const before = pointers.get(event.pointerId);
    const now = place(event);
    if (!before) {
      if (isMeasure(intents.tool())) intents.measure('move', now.x, now.y);
      return;
    }
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    pointers.set(event.pointerId, now);
    const [x, y] = [now.x - before.x, now.y - before.y];
    travelled += Math.abs(x) + Math.abs(y);
    const [other] = others;
    if (isGrabbed) intents.grab('move', now.x, now.y);
    else if (other) pinch(before, now, other, intents);
    else if (travelled < CLICK_SLOP) return;
    else if (isPanning || intents.tool() === 'pan') intents.pan(x, y);
    else if (isMeasuring()) intents.measure('move', now.x, now.y);
    else if (intents.tool() === 'zoom') intents.zoom(Math.exp(-y / 150), start.x, start.y);
    else intents.window(x, y);
  };
  const up = (event: PointerEvent) => {
    const at = place(event);
    const wasDown = pointers.delete(event.pointerId) && event.type === 'pointerup';
    if (isGrabbed) {
      isGrabbed = false;
      intents.grab(wasDown ? 'drop' : 'cancel', at.x, at.y);
      return;
    }
    if (!wasDown || travelled === Infinity) return;
    if (isMeasuring()) intents.measure(travelled < CLICK_SLOP ? 'click' : 'drop', at.x, at.y);
    else if (travelled < CLICK_SLOP) intents.pick(at.x, at.y);
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const at = place(event);
    const step = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 33 : event.deltaY;
    intents.zoom(Math.exp(-Math.max(-200, Math.min(200, step)) / 500), at.x, at.y);
  };
  element.addEventListener('pointerdown', down, { signal });
  element.addEventListener('pointermove', move, { signal });
  element.addEventListener('pointerup', up, { signal });
  element.addEventListener('pointercancel', up, { signal });
  element.addEventListener('wheel', wheel, { signal, passive: false });
}

function isMeasure(tool: PointerTool): tool is MeasurementKind {
  return tool === 'length' || tool === 'angle';
}

/** Half the finger's move pans; the change of distance zooms about the middle. */
function pinch(before: Point, now: Point, other: Point, intents: GestureIntents): void {
  intents.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  const apart = (point: Point) => Math.max(1, Math.hypot(point.x - other.x, point.y - other.y));
  intents.zoom(apart(now) / apart(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
}
