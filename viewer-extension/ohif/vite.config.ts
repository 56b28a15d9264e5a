/**
 * Builds the OHIF extension to `dist/ohif-extension`: one ECMAScript module, without imports, that any OHIF can load by its
 * address.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const folder = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  root: folder,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  publicDir: false,
  build: {
    outDir: fileURLToPath(new URL('../../dist/ohif-extension', import.meta.url)),
    emptyOutDir: true,
    target: 'es2024',
    lib: { entry: 'extension.ts', formats: ['es'], fileName: () => 'ohif-extension.js' },
  },
});
