/**
 * How presses become a measurement: a drag sets two points at once, presses one by one set them one by one. Pure.
 */
import type { ImagePoint } from '../../dicom/vocabulary/geometry.ts';
import { POINTS_OF, type MeasurementKind } from '../core/measurement.ts';

/** A measurement under way. The last point follows the pointer until it is set. */
export interface Draft {
  readonly kind: MeasurementKind;
  readonly points: readonly ImagePoint[];
}

/** What a pointer, or the keyboard's cross, does. `set`: released after a drag, or pressed for a second time. */
export type MeasureEvent =
  | { readonly type: 'press' | 'move'; readonly at: ImagePoint }
  | { readonly type: 'release'; readonly at: ImagePoint; readonly wasDragged: boolean };

/** The draft after an event; `done` holds all points once the last is set. */
export function measured(
  draft: Draft | undefined,
  kind: MeasurementKind,
  event: MeasureEvent,
): { readonly draft?: Draft; readonly done?: readonly ImagePoint[] } {
  const current = draft?.kind === kind ? draft : undefined;
  if (event.type === 'press') {
    return { draft: current ? withLast(current, event.at) : { kind, points: [event.at, event.at] } };
  }
  if (!current) return {};
  const moved = withLast(current, event.at);
  if (event.type !== 'release') return { draft: moved };
  const isFirstPress = moved.points.length === 2 && samePlace(moved.points[0], moved.points[1]);
  if (isFirstPress && !event.wasDragged) return { draft: moved };
  if (moved.points.length >= POINTS_OF[kind]) return { done: moved.points };
  return { draft: { kind, points: [...moved.points, event.at] } };
}

function withLast({ kind, points }: Draft, at: ImagePoint): Draft {
  return { kind, points: [...points.slice(0, -1), at] };
}

function samePlace(one: ImagePoint | undefined, other: ImagePoint | undefined): boolean {
  return one?.x === other?.x && one?.y === other?.y;
}
