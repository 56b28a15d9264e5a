/**
 * Builds the reading room and the OHIF extension into `dist` when a source of theirs is newer than the last build.
 * `--force` builds in any case.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
/** What is built: its name for people, the configuration of its build, a file that the build leaves. */
const BUILDS = [
  ['the reading room', 'viewer-extension/standalone/vite.config.ts', 'dist/reading-room/index.html'],
  ['the OHIF extension', 'viewer-extension/ohif/vite.config.ts', 'dist/ohif-extension/ohif-extension.js'],
] as const;
/** Everything the pages are made of: their own room, the browser-safe rooms it imports, and what builds them. */
const SOURCES = ['viewer-extension', 'dicom/vocabulary', 'dicom/sr', 'package-lock.json'];

const changedAt = newest(SOURCES);
for (const [what, configuration, built] of BUILDS) {
  if (process.argv.includes('--force') || changedAt > modifiedAt(built)) build(what, configuration);
}

function build(what: string, configuration: string): void {
  console.error(`Building ${what} …`);
  const { status } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js'),
      'build',
      '--config',
      configuration,
      '--logLevel',
      'warn',
    ],
    { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (status !== 0) {
    console.error(`${what} could not be built; the messages above say why.`);
    process.exitCode = 1;
  }
}

function newest(paths: readonly string[]): number {
  const files = paths.flatMap((path) => {
    const full = join(ROOT, path);
    const found = statSync(full, { throwIfNoEntry: false });
    if (found?.isDirectory() !== true) return [path];
    return readdirSync(full, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name));
  });
  return Math.max(...files.map(modifiedAt));
}

/** Milliseconds; 0 when there is no such file, which is then older than any. */
function modifiedAt(path: string): number {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
