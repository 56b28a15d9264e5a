/**
 * The administration of a running server in a real Chromium: what it shows is so, what its buttons do is done, in both
 * languages, and axe-core finds nothing.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { analysisEnd } from '../support/analyses.ts';
import { launchBrowser } from '../support/browser.ts';
import { dicomWebClient } from '../support/dicom-web-client.ts';
import { picture, violationsOf } from '../support/page-checks.ts';
import { phantomStudy } from '../support/phantom-studies.ts';
import { startReceivingPacs, type ReceivingPacs } from '../support/receiving-pacs.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';

/** A whole server, a browser, and networks that may have to share the machine. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
let pacs: ReceivingPacs;
let server: RunningServer;
let browser: Browser;
let page: Page;
const ends: (() => Promise<unknown>)[] = [];
const complaints: string[] = [];

const RULES = (priority: string): string => `version: 1
destinations:
  pacs: { dicomweb: "${pacs.root}" }
  archive: { folder: "${join(folder, 'archive')}", objects: [sr] }
rules:
  - name: Hands at night
    when: { bodyPart: HAND, time: { from: "18:00", to: "07:00" } }
    priority: ${priority}
  - name: Everything
    send: [pacs, { to: archive, objects: [sr] }]
`;

beforeAll(async () => {
  const { files, studyInstanceUid } = phantomStudy('administered', 'sound hand');
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: join(import.meta.dirname, '..', '..') });
  folder = await mkdtemp(join(tmpdir(), 'osteon-admin-'));
  ends.push(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'archive'));
  pacs = await startReceivingPacs();
  ends.push(() => pacs.close());
  pacs.mood = { failureReason: 0xa900 };
  await writeFile(join(folder, 'routing.yaml'), RULES('high'));
  server = await startServer(join(folder, 'data'), {
    OSTEON_ROUTING: join(folder, 'routing.yaml'),
    OSTEON_STUDY_QUIET_SECONDS: '0',
    OSTEON_DIMSE_PORT: '0',
  });
  ends.push(() => server.stop());
  await dicomWebClient(`${server.address}/dicom-web`).store(files);
  await analysisEnd(server.address, studyInstanceUid);
  browser = await launchBrowser();
  ends.push(() => browser.close());
  page = await browser.newPage({ viewport: { width: 1400, height: 1000 }, locale: 'en-GB' });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(`${server.address}/admin`);
  await section('Destinations').waitFor();
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
  expect(complaints).toEqual([]);
});

const section = (name: string) => page.getByRole('region', { name });
const row = (name: string) => section('Destinations').getByRole('row', { name: new RegExp(`^${name} `) });

/** Has the page told something else of a part of the administration than the server says. */
async function told(part: string, change: (said: Record<string, unknown>) => unknown): Promise<void> {
  await page.unroute(`**/api/${part}`);
  await page.route(`**/api/${part}`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: change((await response.json()) as Record<string, unknown>) });
  });
}

/** The whole page, not only what is in sight. */
const shoot = (name: string) => picture(page.locator('body'), name);

it('lies at /admin, and says what to type into a modality', async () => {
  expect(new URL(page.url()).pathname).toBe('/admin');
  const guide = section('Connect a modality or PACS');
  for (const text of ['OSTEON', '127.0.0.1', String(server.dimsePort()), `${server.address}/dicom-web`]) {
    await guide.getByText(text, { exact: true }).first().waitFor();
  }
  await guide.getByText('OSTEON_DIMSE_PEERS').waitFor();
});

it('shows what became of the deliveries, and is clean to axe in both languages', async () => {
  await row('pacs').getByRole('cell', { name: pacs.root.slice(7, -10) }).waitFor();
  await section('Dead letters').getByText('Failure Reason A900').waitFor();
  await section('Rules').getByText('bodyPart: HAND; time: from: 18:00; to: 07:00').waitFor();
  await shoot('admin');
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole('button', { name: '한국어' }).click();
  await section('전송 대상').waitFor();
  await shoot('admin-korean');
  expect(await violationsOf(page)).toEqual([]);
  expect(await page.locator('html').getAttribute('lang')).toBe('ko');
  await page.getByRole('button', { name: 'English' }).click();
}); // prettier-ignore

it('says by which title to call where others are let in, and only there', async () => {
  const guide = section('Connect a modality or PACS');
  const port = server.dimsePort();
  await guide.getByText(`echoscu -aec OSTEON 127.0.0.1 ${port}`, { exact: true }).waitFor();
  await told('node', (node) => ({ ...node, dimse: { aeTitle: 'OSTEON', host: '10.1.0.1', port } }));
  await guide.getByText(`echoscu -aet CT1 -aec OSTEON 10.1.0.1 ${port}`, { exact: true }).waitFor();
  await page.unroute('**/api/node');
});

it('says how many there are where it shows not all, and offers no retry that nobody would take up', async () => {
  const dead = section('Dead letters');
  await dead.getByRole('button', { name: 'Retry' }).waitFor();
  await told('destinations', () => ({
    destinations: [
      { name: 'pacs', isConfigured: false, counts: { dead: 250 } },
      { name: 'archive', isConfigured: true, counts: { dead: 4, waiting: 3, sending: 2 } },
    ],
  }));
  await dead.getByRole('heading', { name: 'Dead letters 1 of 254', exact: true }).waitFor();
  await section('On their way').getByRole('heading', { name: 'On their way 0 of 5', exact: true }).waitFor();
  await dead.getByRole('button', { name: 'Retry' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '한국어' }).click();
  await section('전송 실패').getByRole('heading', { name: '전송 실패 254건 중 1건', exact: true }).waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  await page.unroute('**/api/destinations');
  await dead.getByRole('button', { name: 'Retry' }).waitFor();
});

it('says in the language of the page what the server could not do, until it can', async () => {
  const closed = complaints.length;
  const refuse = (route: Route) => route.fulfill({ status: 503, json: { error: 'storage-unavailable', message: 'no' } });
  await page.route('**/retry', refuse);
  await page.route('**/echo', refuse);
  const said = page.getByRole('alert').filter({ hasText: 'This could not be done. The server is busy' });
  await section('Dead letters').getByRole('button', { name: 'Retry' }).click();
  await said.waitFor();
  await page.getByRole('button', { name: 'Echo pacs' }).click();
  await row('pacs').getByText('The server is busy').waitFor();
  // Nobody heard of the destination.
  expect(await row('pacs').getByRole('cell').nth(2).innerText()).toMatch(/^–/);
  await shoot('admin-refused');
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole('button', { name: '한국어' }).click();
  await page.getByRole('alert').filter({ hasText: '실행하지 못했습니다. 서버가 바쁘거나' }).waitFor();
  await section('전송 대상').getByRole('status').filter({ hasText: '서버가 바쁘거나' }).waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  await page.unroute('**/retry');
  await page.unroute('**/echo');
  await page.getByRole('button', { name: 'Read the file again' }).click();
  await said.waitFor({ state: 'detached' });
  // Chromium tells every refused request.
  complaints.splice(closed);
}); // prettier-ignore

it('forgets what an echo said when something happened since', async () => {
  pacs.mood = 'up';
  const standing = row('pacs').getByRole('cell').nth(2);
  const pause = { until: new Date(Date.now() + 60_000).toISOString(), reason: 'The server answered HTTP 503' };
  const counts = { delivered: 1, deliveredLastHour: 0 };
  const become = (changes: object) =>
    told('destinations', () => ({ destinations: [{ name: 'pacs', isConfigured: true, counts, ...changes }] }));
  await become({});
  await standing.getByText('–', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Echo pacs' }).click();
  await standing.getByText(/Answered in \d+ ms/).waitFor();
  await standing.getByText('up', { exact: true }).waitFor();
  await become({ pause });
  await standing.getByText('not reached').waitFor();
  await standing.getByText(pause.reason).waitFor();
  await become({ counts: { delivered: 2, deliveredLastHour: 1 } });
  await standing.getByText('up', { exact: true }).waitFor();
  expect(await standing.getByRole('status').count()).toBe(0);
  await page.unroute('**/api/destinations');
}); // prettier-ignore

it('echoes a destination that is there, and says why one is not', async () => {
  pacs.mood = 'up';
  await page.getByRole('button', { name: 'Echo pacs' }).click();
  await row('pacs')
    .getByText(/Answered in \d+ ms/)
    .waitFor();
  await rm(join(folder, 'archive'), { recursive: true });
  await page.getByRole('button', { name: 'Echo archive' }).click();
  await row('archive').getByText('The folder cannot be written (ENOENT)').waitFor();
  await mkdir(join(folder, 'archive'));
});

it('tries a dead letter again', async () => {
  await section('Dead letters').getByRole('button', { name: 'Retry' }).click();
  await section('Dead letters').getByText('No dead letter.').waitFor();
  await expect.poll(() => pacs.kept.size).toBeGreaterThan(0);
  await expect.poll(async () => await row('pacs').getByRole('cell').nth(6).innerText()).toBe('1');
});

it('names each fault of the routing file by its line, and takes over one that is right', async () => {
  await writeFile(join(folder, 'routing.yaml'), RULES('urgent'));
  await page.getByRole('button', { name: 'Read the file again' }).click();
  const faults = section('Rules').getByRole('alert');
  await faults.getByRole('row', { name: /^8 rules\[0\]\.priority/ }).waitFor();
  await shoot('admin-faults');
  expect(await violationsOf(page)).toEqual([]);
  await writeFile(join(folder, 'routing.yaml'), RULES('low'));
  await page.getByRole('button', { name: 'Read the file again' }).click();
  await section('Rules').getByText('priority low').waitFor();
  expect(await faults.count()).toBe(0);
});

it('keeps out whoever may not administer: the page then says so and shows nothing', async () => {
  await page.route('**/api/**', (route) => route.fulfill({ status: 403, json: { error: 'forbidden', message: 'no' } }));
  const closed = complaints.length;
  await page.reload();
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('region').count()).toBe(0);
  // Chromium tells every refused request.
  complaints.splice(closed);
}); // prettier-ignore
