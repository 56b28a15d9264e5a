/**
 * Keys for our commands: A, N and P as in the reading room where the host leaves them free, else with Shift.
 */
import type { HostWords } from './words.ts';

/** A key binding as OHIF's customization `ohif.hotkeyBindings` lists it. */
export interface HotkeyBinding {
  readonly commandName: string;
  readonly label?: string;
  readonly keys: readonly string[];
  readonly [other: string]: unknown;
}

/** Our commands: which of our words names them, and their letters. */
const COMMANDS = {
  osteonToggleOverlay: { label: 'toggle', letter: 'a' },
  osteonNextFinding: { label: 'next', letter: 'n' },
  osteonPreviousFinding: { label: 'previous', letter: 'p' },
} as const;

export type CommandLabels = Pick<HostWords, (typeof COMMANDS)[keyof typeof COMMANDS]['label']>;

type OwnCommand = keyof typeof COMMANDS;
const OWN = Object.entries(COMMANDS) as [OwnCommand, (typeof COMMANDS)[OwnCommand]][];

/** Commands of editing tools that a mode for reading radiographs does not offer: their keys are free there. */
const NOT_IN_READING = new Set(['addNewSegment', 'interpolateScrollForMarkerLabelmap']);

/** The bindings of the host with ours. `isOwnMode`: bindings of tools that our mode lacks are dropped. */
export function withOwnHotkeys(
  bindings: readonly HotkeyBinding[],
  isOwnMode: boolean,
  labels: CommandLabels,
): readonly HotkeyBinding[] {
  const others = bindings.filter(
    ({ commandName }) => !(commandName in COMMANDS) && !(isOwnMode && NOT_IN_READING.has(commandName)),
  );
  const taken = new Set(others.flatMap(({ keys }) => (Array.isArray(keys) ? keys : [keys]).map(lowerCase)));
  const own = OWN.map(([commandName, { label, letter }]) => ({
    commandName,
    label: labels[label],
    keys: [taken.has(letter) ? `shift+${letter}` : letter],
    isEditable: true,
  }));
  return [...others, ...own];
}

/** The key of a command as people read it: "A", "Shift+A". */
export function keyOf(bindings: readonly HotkeyBinding[], command: OwnCommand): string {
  const key = bindings.find(({ commandName }) => commandName === command)?.keys[0] ?? '';
  return key.replace(/(^|\+)\w/g, (part) => part.toUpperCase());
}

function lowerCase(key: unknown): string {
  return typeof key === 'string' ? key.toLowerCase() : '';
}
