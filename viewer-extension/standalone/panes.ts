/**
 * One or two images side by side: what stands in each pane, and which of them the tools work on.
 */
import { useLayoutEffect, useState } from 'preact/hooks';
import type { CornerstoneViewport, ViewState } from './cornerstone-viewport.ts';
import type { WindowPreset } from './window-presets.ts';

/** A pane as its radiograph tells of it. */
export interface Pane {
  readonly viewport?: CornerstoneViewport | undefined;
  readonly view?: ViewState | undefined;
  readonly presets: readonly WindowPreset[];
}

export const PANE_NAMES = ['main', 'compared'] as const;
export type PaneName = (typeof PANE_NAMES)[number];

const EMPTY: Pane = { presets: [] };

export interface Panes {
  readonly active: PaneName;
  readonly setActive: (name: PaneName) => void;
  readonly of: (name: PaneName) => Pane;
  readonly change: (name: PaneName, change: Partial<Pane>) => void;
  /** True while one pane does what the other does. */
  readonly isLinked: boolean;
  readonly setLinked: (isLinked: boolean) => void;
}

export function usePanes(): Panes {
  const [active, setActive] = useState<PaneName>('main');
  const [panes, setPanes] = useState<Readonly<Partial<Record<PaneName, Pane>>>>({});
  const [isLinked, setLinked] = useState(false);
  const [main, compared] = PANE_NAMES.map((name) => panes[name]?.viewport);
  // Before the next key: an effect after the frame would let one pane go ahead of the other.
  useLayoutEffect(() => {
    if (!isLinked || !main || !compared) return undefined;
    [main.follower, compared.follower] = [compared, main];
    return () => {
      [main.follower, compared.follower] = [undefined, undefined];
    };
  }, [isLinked, main, compared]);
  return {
    isLinked,
    setLinked,
    active,
    setActive,
    of: (name) => panes[name] ?? EMPTY,
    change: (name, change) => {
      setPanes((before) => {
        const pane = before[name] ?? EMPTY;
        return isNothingNew(pane, change) ? before : { ...before, [name]: { ...pane, ...change } };
      });
    },
  };
}

/** True for what a pane says already: a pan changes nothing that the page shows, and must not draw it anew at every frame. */
function isNothingNew(pane: Pane, change: Partial<Pane>): boolean {
  return (Object.keys(change) as (keyof Pane)[]).every((key) =>
    key === 'view' ? isSameView(pane.view, change.view) : pane[key] === change[key],
  );
}

function isSameView(one: ViewState | undefined, other: ViewState | undefined): boolean {
  if (!one || !other) return one === other;
  return (Object.keys(one) as (keyof ViewState)[]).every((key) => one[key] === other[key]);
}
