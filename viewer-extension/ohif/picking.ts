/**
 * A click or tap on a viewport of the host, told apart from the drags that its tools live on.
 */

/** How far a pointer may travel and still click, in CSS pixels. */
const CLICK_SLOP = 4;

/** Calls `pick` with the place in CSS pixels from the top left of the element. Nothing is kept from the host. */
export function listenToClicks(
  element: HTMLElement,
  pick: (x: number, y: number) => void,
  signal: AbortSignal,
): void {
  let start: PointerEvent | undefined;
  const options = { signal, capture: true };
  element.addEventListener(
    'pointerdown',
    (event) => {
      start = event.isPrimary && event.button === 0 ? event : undefined;
    },
    options,
  );
  element.addEventListener(
    'pointerup',
    (event) => {
      const down = start;
      start = undefined;
      if (down?.pointerId !== event.pointerId) return;
      if (Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > CLICK_SLOP) return;
      const frame = element.getBoundingClientRect();
      pick(event.clientX - frame.left, event.clientY - frame.top);
    },
    options,
  );
}
