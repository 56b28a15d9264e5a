/**
 * One or two images side by side: what stands in each pane, and which of them the tools work on.
 */
import { useEffect, useState } from 'preact/hooks';
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
  useEffect(() => {
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
      setPanes((before) => ({ ...before, [name]: { ...(before[name] ?? EMPTY), ...change } }));
    },
  };
}
