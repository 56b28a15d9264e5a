import { describe, expect, it } from 'vitest';
import { hasScreen } from '../../../server/operations/open-browser.ts';

describe('a browser is opened', () => {
  it('only on a terminal with a screen behind it', () => {
    expect(hasScreen({ DISPLAY: ':0' }, true, 'linux')).toBe(true);
    expect(hasScreen({ WAYLAND_DISPLAY: 'wayland-0' }, true, 'linux')).toBe(true);
    expect(hasScreen({}, true, 'linux')).toBe(false);
    expect(hasScreen({ DISPLAY: ':0' }, false, 'linux')).toBe(false);
    expect(hasScreen({ DISPLAY: ':0', CI: 'true' }, true, 'linux')).toBe(false);
    expect(hasScreen({}, true, 'darwin')).toBe(true);
    expect(hasScreen({ SSH_CONNECTION: '10.0.0.1' }, true, 'darwin')).toBe(false);
  });
});
