/**
 * Single keys as commands, while no text is being typed.
 */
import { useEffect, useRef } from 'preact/hooks';

/** `event.key`, letters in lower case, arrows with `Shift+` where it is held → command. */
export type KeyMap = Readonly<Record<string, () => void>>;

export function useKeys(keys: KeyMap): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
      const command = latest.current[nameOf(event)];
      if (!command) return;
      event.preventDefault();
      command();
    };
    window.addEventListener('keydown', listen);
    return () => {
      window.removeEventListener('keydown', listen);
    };
  }, []);
}

function nameOf({ key, shiftKey }: KeyboardEvent): string {
  if (key.length === 1) return key.toLowerCase();
  return shiftKey && key.startsWith('Arrow') ? `Shift+${key}` : key;
}

/** True for a key that goes into a field, in a shadow tree too: outside of it, `target` is no more than the tree's host. */
export function isTyped(event: KeyboardEvent): boolean {
  const [element] = event.composedPath();
  return (
    element instanceof HTMLElement &&
    (element.isContentEditable || element.matches('input, select, textarea'))
  );
}

/** True for a key that a field needs itself: a slider keeps its arrows, a text field and a list of choices all their keys. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (target instanceof HTMLSelectElement) return key !== 'Escape';
  if (!(target instanceof HTMLInputElement)) return false;
  return target.type === 'range'
    ? key.startsWith('Arrow')
    : target.type === 'search' || target.type === 'text';
}
