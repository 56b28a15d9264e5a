/**
 * Opens the reading room in the person's browser, where there is a person and a screen. The only importer of `open`.
 */
import open from 'open';
import type { Environment } from '../setting-reader.ts';
import type { Log } from './log.ts';

/** True on a terminal with a screen behind it; in CI, over SSH without a display, or with output piped away there is none. */
export function hasScreen(environment: Environment, isTerminal: boolean, platform: NodeJS.Platform): boolean {
  if (!isTerminal || (environment['CI'] ?? '') !== '') return false;
  if (platform === 'win32' || platform === 'darwin') return (environment['SSH_CONNECTION'] ?? '') === '';
  return (environment['DISPLAY'] ?? environment['WAYLAND_DISPLAY'] ?? '') !== '';
}

/** Opens an address. A browser that does not start is only logged: the address was printed. */
export async function openBrowser(address: string, log: Log): Promise<void> {
  try {
    const browser = await open(address);
    browser.on('error', (error) => {
      log.debug({ error }, 'no browser could be opened');
    });
  } catch (error) {
    log.debug({ error }, 'no browser could be opened');
  }
}
