/**
 * Builds the reading room and the administration to `dist/reading-room`: plain files from one origin, without inline script
 * or style, so that a strict Content Security Policy fits.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const folder = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  root: folder,
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../../dist/reading-room', import.meta.url)),
    emptyOutDir: true,
    target: 'es2024',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
    rolldownOptions: { input: [`${folder}index.html`, `${folder}admin/index.html`] },
  },
});
