/**
 * The plan of the house as tests: which room may import which, who alone imports a library, no cycle, no long file.
 * `docs/architecture.md` says why.
 */
import { describe, expect, it } from 'vitest';
import { sourceFiles, type SourceFile } from './source-files.ts';

const FILES = sourceFiles();
const PRODUCT = FILES.filter(({ path }) => !path.startsWith('test/') && !path.startsWith('scripts/'));

/** Room → rooms it may import besides itself. The longest matching folder is a file's room. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'dicom/vocabulary': [],
  'dicom/read': ['dicom/vocabulary'],
  'dicom/pixels': ['dicom/vocabulary', 'dicom/read'],
  'dicom/transcode': ['dicom/vocabulary', 'dicom/read', 'dicom/pixels', 'dicom/write'],
  'dicom/sr': ['dicom/vocabulary'],
  'dicom/results': ['dicom/vocabulary', 'dicom/sr'],
  'dicom/write': ['dicom/vocabulary'],
  'dicom/deidentify': ['dicom/vocabulary'],
  'dicom/web-model': ['dicom/vocabulary', 'dicom/read'],
  'dicom/phantom': ['dicom/vocabulary', 'dicom/write'],
  models: ['dicom/vocabulary', 'dicom/pixels'],
  server: [
    'dicom/vocabulary',
    'dicom/read',
    'dicom/pixels',
    'dicom/transcode',
    'dicom/sr',
    'dicom/results',
    'dicom/write',
    'dicom/deidentify',
    'dicom/web-model',
    'dicom/phantom',
    'models',
    'server/review',
    'server/qa',
    'server/qa/statistics',
  ],
  'server/review': ['dicom/vocabulary', 'dicom/read', 'dicom/sr', 'dicom/results', 'dicom/write', 'server'],
  'server/qa': [
    'dicom/vocabulary',
    'dicom/read',
    'dicom/transcode',
    'dicom/sr',
    'dicom/results',
    'dicom/write',
    'dicom/deidentify',
    'dicom/pixels',
    'server',
    'server/review',
    'server/qa/statistics',
  ],
  'server/qa/statistics': ['dicom/vocabulary', 'dicom/sr'],
  'viewer-extension': ['dicom/vocabulary', 'dicom/sr'],
};

/** Libraries that touch bytes, pixels, tensors, sockets or canvas, and the one file that imports each. */
const SOLE_IMPORTERS: Readonly<Record<string, string>> = {
  'dicom-parser': 'dicom/read/byte-numbers.ts',
  dcmjs: 'dicom/write/part10-writer.ts',
  saxes: 'dicom/web-model/xml-tree.ts',
  'onnxruntime-node': 'models/runtime/session.ts',
  piscina: 'server/operations/thread-pool.ts',
  'pg-boss': 'server/analysis/study-queue.ts',
  pg: 'server/storage/database.ts',
  open: 'server/operations/open-browser.ts',
  yaml: 'server/routing/read-rules.ts',
  'express-rate-limit': 'server/http/request-limit.ts',
};
/** More of them, of which a test only demands that the importer be one. */
const ONE_IMPORTER = [
  'sharp',
  'cornerstone-core',
  'pino',
  'prom-client',
  'd3-contour',
  'yazl',
  '@cornerstonejs/codec-openjpeg/decodewasmjs',
  '@cornerstonejs/codec-charls/decodewasmjs',
  '@cornerstonejs/codec-openjpeg/wasmjs',
  '@cornerstonejs/codec-charls/wasmjs',
  '@cornerstonejs/codec-openjph/wasmjs',
  '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs',
];
/** Modules with side effects, which the pure rooms must not touch. Hashing is no side effect. */
const IMPURE =
  /^(node:)?(fs|fs\/promises|net|http|https|child_process|worker_threads|os|process|timers.*|dgram|tls)$/;
const PURE_ROOMS = /^(dicom|models\/(?!runtime)|server\/qa\/statistics)/;

function roomOf(path: string): string {
  const rooms = Object.keys(ROOMS).filter((room) => path.startsWith(`${room}/`));
  return rooms.toSorted((one, other) => other.length - one.length)[0] ?? path;
}

describe('the rooms', () => {
  it('hold every product file', () => {
    expect(PRODUCT.length).toBeGreaterThan(20);
    expect(PRODUCT.map(({ path }) => path).filter((path) => !(roomOf(path) in ROOMS))).toEqual([]);
  });

  it('import only the rooms the plan allows', () => {
    const forbidden = PRODUCT.flatMap((file) => {
      const room = roomOf(file.path);
      return (
        file.imports
          .filter(({ isOurs }) => isOurs)
          .map(({ target }) => ({ target, room: roomOf(target) }))
          // The version is read from package.json, which belongs to no room.
          .filter(({ target }) => target !== 'package.json')
          .filter((edge) => edge.room !== room && !ROOMS[room]?.includes(edge.room))
          .map(({ target }) => `${file.path} → ${target}`)
      );
    });
    expect(forbidden).toEqual([]);
  });

  it('keep dicom, models (but for its runtime) and the statistics free of files, sockets, clocks and chance', () => {
    const impure = PRODUCT.filter(({ path }) => PURE_ROOMS.test(path)).flatMap(({ path, imports, text }) => [
      ...imports.filter(({ target }) => IMPURE.test(target)).map(({ target }) => `${path} imports ${target}`),
      ...[
        'Math.random(',
        'randomUUID',
        'randomBytes',
        'getRandomValues',
        'Date.now(',
        'new Date()',
        'performance.now(',
        'process.env',
      ]
        .filter((call) => text.includes(call))
        .map((call) => `${path} calls ${call}`),
    ]);
    expect(impure).toEqual([]);
  });
});

describe('third-party libraries', () => {
  const importersOf = (library: string) =>
    PRODUCT.filter(({ imports }) =>
      imports.some(({ target, isTypeOnly }) => target === library && !isTypeOnly),
    ).map(({ path }) => path);

  it.each(Object.entries(SOLE_IMPORTERS))('%s is imported by %s alone', (library, importer) => {
    expect(importersOf(library)).toEqual([importer]);
  });

  it('express is imported by the application and its routers alone', () => {
    const elsewhere = importersOf('express').filter(
      (path) => path !== 'server/app.ts' && !path.startsWith('server/http/'),
    );
    expect(elsewhere).toEqual([]);
  });

  it.each(ONE_IMPORTER)('%s has one importer', (library) => {
    expect(importersOf(library)).toHaveLength(1);
  });
});

describe('files', () => {
  it('stay under 300 lines', () => {
    expect(FILES.filter(({ lines }) => lines >= 300).map(({ path, lines }) => `${path}: ${lines}`)).toEqual(
      [],
    );
  });

  it('import each other without a cycle', () => {
    expect(cycleIn(FILES)).toBeUndefined();
  });

  it('begin with a docstring', () => {
    const bare = PRODUCT.filter(
      ({ text, path }) => !path.endsWith('.d.ts') && !/^(\/\/ [^\n]*\n)*\/\*\*/.test(text),
    );
    expect(bare.map(({ path }) => path)).toEqual([]);
  });
});

/** A cycle of run-time imports as text; types may point both ways. */
function cycleIn(files: readonly SourceFile[]): string | undefined {
  const edges = new Map(
    files.map(({ path, imports }) => [
      path,
      imports.filter(({ isOurs, isTypeOnly }) => isOurs && !isTypeOnly).map(({ target }) => target),
    ]),
  );
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): string | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path].join(' → ');
    if (done.has(path)) return undefined;
    for (const next of edges.get(path) ?? []) {
      const found = walk(next, [...trail, path]);
      if (found) return found;
    }
    done.add(path);
    return undefined;
  };
  for (const path of edges.keys()) {
    const found = walk(path, []);
    if (found) return found;
  }
  return undefined;
}
