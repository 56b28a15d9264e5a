/** Paths that lead out of a folder: sent as they are, since `fetch` would tidy them up. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { authenticate } from '../../../server/security/authentication.ts';
import { emptyApp, emptyOhifApp } from '../../support/empty-apps.ts';
import { serveOnLoopback, type LoopbackServer } from '../../support/loopback.ts';

const SECRET = 'what lies beside the folder';
let folder: string;
const servers: LoopbackServer[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'osteon-traversal-'));
  for (const name of ['pages', '.pages']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'pages', 'index.html'), 'the page');
  writeFileSync(join(folder, 'pages', '.hidden'), SECRET);
  writeFileSync(join(folder, 'secret.txt'), SECRET);
  for (const app of [
    emptyApp(authenticate(), join(folder, 'pages')),
    emptyOhifApp(authenticate(), join(folder, 'pages')),
  ]) {
    servers.push(await serveOnLoopback(app));
  }
});
afterAll(async () => {
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true });
});

async function get(
  server: LoopbackServer | undefined,
  path: string,
): Promise<{ status: number; body: string }> {
  const port = server?.port;
  const sent = request({ host: '127.0.0.1', port, path, headers: { host: `127.0.0.1:${port}` } }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode ?? 0, body };
}

it('serves what lies in the folder', async () => {
  expect(await get(servers[0], '/index.html')).toMatchObject({ status: 200, body: 'the page' });
});

it.each(
  ['', '/osteon', '/dicom-web/studies', '/dicom-web/studies/1.2/instances'].flatMap((start) =>
    [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e%2fsecret.txt',
      '/..%5csecret.txt',
      '/..\\secret.txt',
      '/....//secret.txt',
      '/%00/../secret.txt',
      '/.hidden',
      '//../secret.txt',
      '/%252e%252e%252fsecret.txt',
      '/..;/secret.txt',
    ].map((end) => start + end),
  ),
)('%s leads nowhere', async (path) => {
  for (const server of servers) {
    const { status, body } = await get(server, path);
    expect(body).not.toContain(SECRET);
    // OHIF's port answers unknown places with its page, which is being fetched here.
    expect([400, 403, 404, 503, ...(path.startsWith('/dicom-web') ? [500, 405] : [])]).toContain(status);
  }
});
