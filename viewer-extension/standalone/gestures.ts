/**
 * Mouse, pen and touch on the viewport, said as intents: window, pan, zoom, pick.
 *
 * One pointer sets the window; the middle button, or shift, pans; the wheel zooms about the pointer; two fingers pan
 * and pinch. A press without a move picks.
 */
export interface GestureIntents {
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
  let isPanning = false;
  const place = (event: MouseEvent): Point => {
    const frame = element.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  };
  const down = (event: PointerEvent) => {
    if (event.button === 2) return;
    element.setPointerCapture(event.pointerId);
    travelled = pointers.size === 0 ? 0 : Infinity;
    isPanning = event.button === 1 || event.shiftKey;
    pointers.set(event.pointerId, place(event));
    if (event.button === 1) event.preventDefault();
  };
  const move = (event: PointerEvent) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = place(event);
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    pointers.set(event.pointerId, now);
    const [x, y] = [now.x - before.x, now.y - before.y];
    travelled += Math.abs(x) + Math.abs(y);
    const [other] = others;
    if (other) pinch(before, now, other, intents);
    else if (travelled < CLICK_SLOP) return;
    else if (isPanning) intents.pan(x, y);
    else intents.window(x, y);
  };
  const up = (event: PointerEvent) => {
    const at = place(event);
    if (pointers.delete(event.pointerId) && travelled < CLICK_SLOP && event.type === 'pointerup') {
      intents.pick(at.x, at.y);
    }
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

/** Half the finger's move pans; the change of distance zooms about the middle. */
function pinch(before: Point, now: Point, other: Point, intents: GestureIntents): void {
  intents.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  const apart = (point: Point) => Math.max(1, Math.hypot(point.x - other.x, point.y - other.y));
  intents.zoom(apart(now) / apart(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
}
