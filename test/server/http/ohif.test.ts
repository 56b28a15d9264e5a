/** OHIF on its own port: what is served while it is fetched, once it is there, and where `/ohif` leads. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Router } from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createMetrics } from '../../../server/http/metrics.ts';
import { createOhifApp } from '../../../server/http/ohif.ts';
import { SILENT_LOG } from '../../../server/operations/log.ts';
import type { OhifState } from '../../../server/operations/ohif-application.ts';
import { localAccess } from '../../support/local-access.ts';
import { serveOnLoopback, type LoopbackServer } from '../../support/loopback.ts';

const SCRIPT = 'window.PUBLIC_URL="/"';
const INDEX = `<!doctype html><script>${SCRIPT}</script><script src="/app.js"></script>`;
let folder: string;
let state: OhifState;
let server: LoopbackServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'osteon-ohif-'));
  await mkdir(join(folder, 'extension'));
  await writeFile(join(folder, 'index.html'), INDEX);
  await writeFile(join(folder, 'app.0123456789abcdef.js'), 'app');
  await writeFile(join(folder, 'app-config.js'), 'the one that came with it');
  await writeFile(join(folder, 'extension', 'ohif-extension.js'), 'export default {}');
  state = { kind: 'ready', folder };
  const dicomWeb = Router();
  dicomWeb.get('/studies', (_request, response) => {
    response.json([]);
  });
  const application = {
    get state() {
      return state;
    },
  };
  const app = createOhifApp({
    log: SILENT_LOG,
    access: localAccess(),
    metrics: createMetrics(() => Promise.resolve(new Map())),
    requestsPerMinute: 0,
    dicomWeb,
    analyses: Router(),
    reviews: Router().get('/:study', (_request, response) => {
      response.json({ seen: 'here' });
    }),
    extensionFolder: join(folder, 'extension'),
    application,
  });
  server = await serveOnLoopback(app);
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

async function get(path: string) {
  const response = await fetch(`${server.origin}${path}`);
  return { status: response.status, headers: response.headers, body: await response.text() };
}

describe('OHIF on its port', () => {
  it('gives its files as they are, and its page for every address of its own', async () => {
    expect((await get('/')).body).toBe(INDEX);
    expect((await get('/viewer?StudyInstanceUIDs=1.2')).body).toBe(INDEX);
    const bundle = await get('/app.0123456789abcdef.js');
    expect([bundle.body, bundle.headers.get('cache-control')]).toEqual([
      'app',
      'public, max-age=31536000, immutable',
    ]);
  });

  it('has our configuration, extension, DICOMweb and reviews beside it', async () => {
    const { body, headers } = await get('/app-config.js');
    expect(headers.get('content-type')).toContain('javascript');
    const configuration = JSON.parse(/^window\.config = ([^]*?\n});\n/.exec(body)?.[1] ?? '') as {
      extensions: string[];
      modes: string[];
    };
    expect(configuration.extensions).toEqual(['/osteon/ohif-extension.js']);
    expect((await get(configuration.modes[0] ?? '')).body).toBe('export default {}');
    expect((await get('/dicom-web/studies')).body).toBe('[]');
    expect(JSON.parse((await get('/api/reviews/1.2')).body)).toEqual({ seen: 'here' });
  });

  it('allows the inline scripts of its page by their hashes, and no other', async () => {
    const policy = (await get('/viewer')).headers.get('content-security-policy') ?? '';
    const scripts = /script-src ([^;]*)/.exec(policy)?.[1]?.split(' ');
    const hash = createHash('sha256').update(SCRIPT).digest('base64');
    expect(scripts).toEqual(["'self'", "'wasm-unsafe-eval'", `'sha256-${hash}'`]);
  });

  it('says how far it is while it is fetched, and why it is not there', async () => {
    state = { kind: 'fetching', share: 0.427 };
    const waiting = await get('/viewer');
    expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([503, '2']);
    expect(waiting.body).toContain('42 %');
    state = { kind: 'absent', reason: 'npm failed: <b>no network</b>' };
    const absent = await get('/');
    expect(absent.status).toBe(503);
    expect(absent.body).toContain('npm failed: &#60;b&#62;no network');
    expect((await get('/dicom-web/studies')).status).toBe(200);
  });
});
