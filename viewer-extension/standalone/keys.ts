/**
 * Single keys as commands, while no text is being typed.
 */
import { useEffect, useRef } from 'preact/hooks';

/** `event.key`, letters in lower case → command. */
export type KeyMap = Readonly<Record<string, () => void>>;

export function useKeys(keys: KeyMap): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
      const command = latest.current[event.key.length === 1 ? event.key.toLowerCase() : event.key];
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

/** A slider keeps its arrows, a text field all its keys. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLInputElement)) return false;
  return target.type === 'range'
    ? key.startsWith('Arrow')
    : target.type === 'search' || target.type === 'text';
}
