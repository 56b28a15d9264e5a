/**
 * Scripts in the routing file: in conditions, names of nodes and folders, and in what is wrong with the file. The page of
 * administration shows them as text, and the API answers nothing that a browser would take for a page.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { dicomWebClient } from '../support/dicom-web-client.ts';
import { picture } from '../support/page-checks.ts';
import { phantomStudy } from '../support/phantom-studies.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

const SCRIPT = '<img src=x onerror="window.hacked=1">';
const { files, studyInstanceUid } = phantomStudy('hostile rules', 'sound hand');

let folder: string;
let server: RunningServer;
let browser: Browser;
let page: Page;

/** JSON is YAML too. */
const rulesWith = (more: object) =>
  JSON.stringify({
    version: 1,
    destinations: {
      archive: { folder: join(folder, `<script>window.hacked=1<`) },
      node: { dicom: { host: '127.0.0.1', port: 1, aeTitle: '<b onclick=1>' } },
    },
    rules: [
      {
        name: 'Hostile',
        when: {
          description: [SCRIPT, `*"><script>window.hacked=1</script>*`],
          callingAe: SCRIPT,
          attributes: { InstitutionName: `'"--></style>${SCRIPT}` },
        },
        send: ['archive', 'node'],
      },
      { name: 'Everything', send: ['archive'] },
    ],
    ...more,
  });

beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: join(import.meta.dirname, '..', '..') });
  folder = await mkdtemp(join(tmpdir(), 'osteon-hostile-rules-'));
  await writeFile(join(folder, 'routing.yaml'), rulesWith({}));
  [server, browser] = await Promise.all([
    startServer(join(folder, 'data'), { OSTEON_ROUTING: join(folder, 'routing.yaml'), OSTEON_WORKERS: '1' }),
    launchBrowser(),
  ]);
  await dicomWebClient(`${server.address}/dicom-web`).store(files);
  page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

/** Nothing ran, and nothing of it became an element. */
async function expectHarmless(): Promise<void> {
  expect(await page.evaluate(() => Reflect.get(window, 'hacked') as unknown)).toBeUndefined();
  expect(await page.locator('img[src=x], b[onclick], td script').count()).toBe(0);
}

it('are shown as text by the page of administration', async () => {
  await page.goto(`${server.address}/admin`);
  await page.getByText('Hostile').first().waitFor();
  expect(await page.locator('body').innerText()).toContain('onerror="window.hacked=1"');
  await picture(page, 'hostile-rules');
  await expectHarmless();
});

it('are shown as text where they make the file wrong', async () => {
  await writeFile(
    join(folder, 'routing.yaml'),
    rulesWith({ [SCRIPT]: 1, rules: [{ name: SCRIPT, when: { attributes: { [SCRIPT]: 'x' } } }] }),
  );
  await page.getByRole('button', { name: 'Read the file again' }).click();
  await page.getByRole('alert').first().waitFor();
  await picture(page, 'hostile-faults');
  await expectHarmless();
});

it.each([
  ['GET', '/api/routing', undefined],
  ['POST', '/api/routing/reload', {}],
  ['POST', '/api/routing/explanations', { studyInstanceUid, rules: '' }],
  ['POST', '/api/routing/explanations', { studyInstanceUid: SCRIPT }],
  ['GET', `/api/destinations`, undefined],
  ['POST', `/api/destinations/${encodeURIComponent(SCRIPT)}/echo`, {}],
  ['GET', `/api/deliveries?state=${encodeURIComponent(SCRIPT)}`, undefined],
])('are no page in the answer to %s %s', async (method, path, body) => {
  const text = body && 'rules' in body ? { ...body, rules: rulesWith({}) } : body;
  const response = await fetch(`${server.address}${path}`, {
    method,
    headers: { 'content-type': 'application/json', origin: server.address },
    ...(text && { body: JSON.stringify(text) }),
  });
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  JSON.parse(await response.text());
});
