/**
 * Builds the reading room into `dist/reading-room` when a source of it is newer than the last build.
 * `--force` builds in any case.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const BUILT = join(ROOT, 'dist', 'reading-room', 'index.html');
/** Everything the page is made of: its own room, the browser-safe rooms it imports, and what builds it. */
const SOURCES = ['viewer-extension', 'dicom/vocabulary', 'dicom/sr', 'package-lock.json'];

if (process.argv.includes('--force') || newest(SOURCES) > modifiedAt(BUILT)) build();

function build(): void {
  console.error('Building the reading room …');
  const { status } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js'),
      'build',
      '--config',
      'viewer-extension/standalone/vite.config.ts',
      '--logLevel',
      'warn',
    ],
    { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (status !== 0) {
    console.error('The reading room could not be built; the messages above say why.');
    process.exitCode = 1;
  }
}

function newest(paths: readonly string[]): number {
  const files = paths.flatMap((path) => {
    const full = join(ROOT, path);
    const found = statSync(full, { throwIfNoEntry: false });
    if (found?.isDirectory() !== true) return [full];
    return readdirSync(full, { recursive: true, encoding: 'utf8' }).map((name) => join(full, name));
  });
  return Math.max(...files.map(modifiedAt));
}

/** Milliseconds; 0 when there is no such file, which is then older than any. */
function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
