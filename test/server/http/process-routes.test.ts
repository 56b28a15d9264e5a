import { request as httpRequest } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Router } from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { createApp } from '../../../server/app.ts';
import { ohifRedirect } from '../../../server/http/ohif.ts';
import { createMetrics, type Metrics } from '../../../server/http/metrics.ts';
import { SILENT_LOG, type LogFields } from '../../../server/operations/log.ts';
import { principalOf, requirePermission } from '../../../server/security/authentication.ts';
import { localAccess } from '../../support/local-access.ts';
import { serveOnLoopback, type LoopbackServer } from '../../support/loopback.ts';

const UID = '1.2.840.113619.2.99';
let folder: string;
let metrics: Metrics;
let logged: LogFields[];
let draining: boolean;
let ohifPort: number | undefined;
let componentFails: boolean;
let server: LoopbackServer;

/** Of one address in a minute; no test but that of the limit comes near. */
const MOST_REQUESTS = 20;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'osteon-app-'));
  await writeFile(join(folder, 'index.html'), '<title>Osteon</title>');
  [logged, draining, componentFails, ohifPort] = [[], false, false, undefined];
  metrics = createMetrics(() => Promise.resolve(new Map([['done', 3]])));
  const dicomWeb = Router();
  dicomWeb.get('/studies/:study', requirePermission('read-studies'), (request, response) => {
    response.json({ principal: principalOf(request).id });
  });
  dicomWeb.get('/studies/:study/metadata', () => {
    throw new PacsError('not-found', 'No such study is stored');
  });
  dicomWeb.post('/studies', (_request, response) => {
    response.json({});
  });
  const app = createApp({
    log: { ...SILENT_LOG, debug: (fields) => logged.push(fields) },
    metrics,
    access: localAccess(),
    requestsPerMinute: MOST_REQUESTS,
    corsOrigins: new Set(),
    health: {
      isDraining: () => draining,
      components: [
        {
          name: 'database',
          check: () => (componentFails ? Promise.reject(new Error('host db-7 is gone')) : Promise.resolve()),
        },
      ],
    },
    dicomWeb,
    analyses: Router(),
    studyEvents: Router(),
    imports: Router(),
    reviews: Router(),
    audit: Router(),
    api: Router(),
    invokeImageDisplay: Router(),
    ohif: ohifRedirect(() => ohifPort),
    extensionFolder: folder,
    readingRoomFolder: folder,
  });
  server = await serveOnLoopback(app);
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** A request with any Host header; `fetch` does not let one set it. */
async function send(
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }> {
  const request = httpRequest({ host: '127.0.0.1', port: server.port, path, agent: false, ...options });
  request.end();
  return await new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString(),
          headers: response.headers,
        });
      });
    });
  });
}

describe('health', () => {
  it('is live whatever the components do, and ready only while all of them work', async () => {
    expect(await send('/health/ready')).toMatchObject({
      status: 200,
      body: '{"status":"up","components":{"database":{"status":"up"}}}',
    });
    componentFails = true;
    expect(await send('/health/live')).toMatchObject({ status: 200, body: '{"status":"up"}' });
    const ready = await send('/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.body).toBe('{"status":"down","components":{"database":{"status":"down"}}}');
  });

  it('is not ready once the server drains', async () => {
    draining = true;
    expect(await send('/health/ready')).toMatchObject({ status: 503 });
  });
});

describe('logs and metrics', () => {
  it('name routes by their templates: no UID, no query string', async () => {
    await send(`/dicom-web/studies/${UID}?PatientName=Doe`);
    await send(`/dicom-web/studies/${UID}/metadata`);
    await send(`/dicom-web/nothing/${UID}`);
    await send(`/${UID}`);
    await send('/');
    expect(logged.map(({ route, status }) => [route, status])).toEqual([
      ['/dicom-web/studies/:study', 200],
      ['/dicom-web/studies/:study/metadata', 404],
      ['/dicom-web/unmatched', 404],
      ['unmatched', 404],
      ['static', 200],
    ]);
    const text = await metrics.text();
    expect(text).toContain('route="/dicom-web/studies/:study",status="200"} 1');
    for (const output of [text, JSON.stringify(logged)]) {
      expect(output).not.toContain(UID);
      expect(output).not.toContain('Doe');
    }
  });

  it('keep an invented method from becoming a label', async () => {
    await send('/', { method: 'PROPFIND' });
    expect(await metrics.text()).toContain('method="other"');
  });

  it('are served to Prometheus, with the states of the analyses', async () => {
    const { status, headers, body } = await send('/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain('osteon_analyses{state="done"} 3');
  });
});

describe('authentication', () => {
  it('gives a request from this machine the local principal', async () => {
    expect((await send(`/dicom-web/studies/${UID}`)).body).toBe('{"principal":"local"}');
  });

  it.each(['localhost:8600', '127.0.0.1', '[::1]:8600', 'LOCALHOST'])('takes the Host %s', async (host) => {
    expect((await send('/health/live', { headers: { host } })).status).toBe(200);
  });

  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:8600', '10.0.0.1'])(
    'refuses the Host %s, which a rebound DNS name would bring',
    async (host) => {
      const { status, body } = await send('/health/live', { headers: { host } });
      expect(status).toBe(403);
      expect(body).toContain('forbidden');
    },
  );

  it('lets no page of another site change anything', async () => {
    const post = (origin: string) => send('/dicom-web/studies', { method: 'POST', headers: { origin } });
    expect((await post('https://evil.example')).status).toBe(403);
    expect((await post('null')).status).toBe(403);
    expect((await post(`http://localhost:${server.port}`)).status).toBe(200);
  });
});

describe('the reading room', () => {
  it('is served under a policy that admits scripts of this origin alone', async () => {
    const { status, headers, body } = await send('/');
    expect([status, body]).toEqual([200, '<title>Osteon</title>']);
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['x-powered-by']).toBeUndefined();
  });
});

describe('an address that asks too often', () => {
  it('is told to come again, 429 with Retry-After (RFC 6585 4), while health and metrics go on answering', async () => {
    for (let count = 0; count < MOST_REQUESTS; count++) {
      expect((await send('/dicom-web/studies', { method: 'POST' })).status).toBe(200);
    }
    const refused = await send('/dicom-web/studies', { method: 'POST' });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(JSON.parse(refused.body)).toEqual({
      error: 'too-many-requests',
      message: `More than ${MOST_REQUESTS} requests came from one address in a minute`,
    });
    expect((await send('/health/live')).status).toBe(200);
    expect((await send('/metrics')).status).toBe(200);
  });
});

describe('/ohif', () => {
  it('leads to the same place on the port of OHIF, by the name this machine was called', async () => {
    ohifPort = 8601;
    const { status, headers } = await send(`/ohif/viewer?StudyInstanceUIDs=${UID}`, {
      headers: { Host: `localhost:${server.port}` },
    });
    expect([status, headers['location']]).toEqual([
      302,
      `http://localhost:8601/viewer?StudyInstanceUIDs=${UID}`,
    ]);
  });

  it('is not there where OHIF is not served', async () => {
    expect(await send('/ohif')).toMatchObject({ status: 404 });
  });
});
