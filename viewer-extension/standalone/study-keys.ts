/**
 * The keys of an open study. Where a slider or a text field has the focus, they are its own.
 */
import type { PointerTool } from './gestures.ts';
import { useKeys } from './keys.ts';
import type { Pane } from './panes.ts';

export interface StudyCommands {
  readonly pane: Pane;
  readonly setTool: (tool: PointerTool) => void;
  readonly toggleOverlay: () => void;
  readonly toggleHeat: () => void;
  readonly toggleCompare: () => void;
  readonly toggleLink: () => void;
  readonly savePicture: () => void;
  readonly clearMeasurements: () => void;
  readonly goToFinding: (step: 1 | -1) => void;
  readonly goToImage: (step: 1 | -1) => void;
}

/** Shares of the width for one press, and pixels for one step. */
const WINDOW_STEP = 0.1;
const PAN_STEP = 40;

export function useStudyKeys(commands: StudyCommands): void {
  const { viewport } = commands.pane;
  const tool = (name: PointerTool) => () => {
    commands.setTool(name);
  };
  const pan = (x: number, y: number) => () => viewport?.panBy(x * PAN_STEP, y * PAN_STEP);
  useKeys({
    a: commands.toggleOverlay,
    h: commands.toggleHeat,
    c: commands.toggleCompare,
    k: commands.toggleLink,
    s: commands.savePicture,
    n: () => {
      commands.goToFinding(1);
    },
    p: () => {
      commands.goToFinding(-1);
    },
    w: tool('window'),
    m: tool('pan'),
    z: tool('zoom'),
    l: tool('length'),
    g: tool('angle'),
    Delete: commands.clearMeasurements,
    i: () => viewport?.invert(),
    r: () => viewport?.rotateBy(90),
    f: () => viewport?.fit(),
    '1': () => viewport?.showActualSize(),
    '+': () => viewport?.zoomAtCentre(1.25),
    '=': () => viewport?.zoomAtCentre(1.25),
    '-': () => viewport?.zoomAtCentre(0.8),
    '[': () => viewport?.windowBy(-WINDOW_STEP, 0),
    ']': () => viewport?.windowBy(WINDOW_STEP, 0),
    ',': () => viewport?.windowBy(0, -WINDOW_STEP / 2),
    '.': () => viewport?.windowBy(0, WINDOW_STEP / 2),
    'Shift+ArrowLeft': pan(1, 0),
    'Shift+ArrowRight': pan(-1, 0),
    'Shift+ArrowUp': pan(0, 1),
    'Shift+ArrowDown': pan(0, -1),
    ArrowRight: () => {
      commands.goToImage(1);
    },
    ArrowLeft: () => {
      commands.goToImage(-1);
    },
    Escape: () => {
      location.hash = '#/';
    },
  });
}
