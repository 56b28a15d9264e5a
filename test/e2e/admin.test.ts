/**
 * The administration of a running server in a real Chromium: what it shows is so, what its buttons do is done, in both
 * languages, and axe-core finds nothing.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { analysisEnd } from '../support/analyses.ts';
import { launchBrowser } from '../support/browser.ts';
import { dicomWebClient } from '../support/dicom-web-client.ts';
import { phantomStudy } from '../support/phantom-studies.ts';
import { startReceivingPacs, type ReceivingPacs } from '../support/receiving-pacs.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';

/** A whole server, a browser, and networks that may have to share the machine. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const SCREENSHOTS = process.env['OSTEON_SCREENSHOTS'];

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

async function shoot(name: string): Promise<void> {
  if (SCREENSHOTS !== undefined) await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
} // prettier-ignore

async function violations(): Promise<readonly string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const found: unknown = await page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target).join(', ')))`,
  );
  return Array.isArray(found) ? found.map(String) : ['axe gave no answer'];
}

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
  expect(await violations()).toEqual([]);
  await page.getByRole('button', { name: '한국어' }).click();
  await section('전송 대상').waitFor();
  await shoot('admin-korean');
  expect(await violations()).toEqual([]);
  expect(await page.locator('html').getAttribute('lang')).toBe('ko');
  await page.getByRole('button', { name: 'English' }).click();
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
  expect(await violations()).toEqual([]);
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
