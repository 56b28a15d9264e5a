/**
 * How fast both viewers are in Chromium before a server on the same machine: a radiograph of 12 MB opened, the overlay after
 * it, and the frames of a pan with 50 findings.
 *
 * usage: npm run bench:viewer [-- RUNS]   (default 5; builds what is not built, and fetches OHIF once)
 *
 * Times are those of the page's own clock, at the frame that follows the drawing. Without a graphics card everything is drawn
 * by the processor, which server, browser and this program share: the pan without an overlay, printed beside the other,
 * says what the machine can do at all.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import { ensureOhif } from '../../server/operations/ohif-download.ts';
import { launchBrowser } from '../support/browser.ts';
import { analysed, fractureAt, radiograph, reportOf, sourceOf } from '../support/reading-room-studies.ts';
import { startServer } from '../support/running-server.ts';
import { listen, panned, timesOf, type OpenTimes, type PanFrames } from './viewer-page.ts';

/** 2100 by 2800 pixels of two bytes: 11.8 MB. */
const SIZE = { Rows: 2800, Columns: 2100 };
const FINDINGS = 50;
const STUDY = '1.2.826.0.1.9';
/** How long a pan lasts, in seconds. */
const PAN_SECONDS = 4;

const runs = Number(process.argv[2] ?? 5);
const root = join(import.meta.dirname, '..', '..');
spawnSync(process.execPath, [join(root, 'scripts', 'build.ts')], { stdio: 'inherit' });
await ensureOhif();
const folder = await mkdtemp(join(tmpdir(), 'osteon-bench-'));
const [server, browser] = await Promise.all([
  startServer(folder, { OSTEON_OHIF_PORT: '0', OSTEON_MODALITIES: 'CR', OSTEON_WORKERS: '1' }),
  launchBrowser(),
]);
try {
  await store();
  const ohif = /OHIF +(http:\S+)\//.exec(server.output())?.[1] ?? '';
  const list: OpenTimes[] = [];
  const link: OpenTimes[] = [];
  const other: OpenTimes[] = [];
  for (let run = 0; run < runs; run += 1) {
    list.push(await openFromList());
    link.push(await openAt(`${server.address}/#/studies/${STUDY}`));
    other.push(await openAt(`${ohif}/osteon?StudyInstanceUIDs=${STUDY}`));
  }
  printTimes('reading room, a click in the list', list);
  printTimes('reading room, a link in a new window', link);
  printTimes('OHIF, a link in a new window', other);
  await printPans('reading room', `${server.address}/#/studies/${STUDY}`, '.radiograph');
  await printPans('OHIF', `${ohif}/osteon?StudyInstanceUIDs=${STUDY}`, '.cornerstone-canvas');
} finally {
  await browser.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

/** Stores the radiograph and a report of so many findings in a grid. */
async function store(): Promise<void> {
  const image = radiograph(STUDY, 1, SIZE);
  const source = sourceOf(STUDY, 1, SIZE);
  const findings = Array.from({ length: FINDINGS }, (_, index) => {
    const [left, top] = [100 + 190 * (index % 10), 300 + 450 * Math.floor(index / 10)];
    return fractureAt(source, `fracture-${index + 1}`, {
      box: { left, top, right: left + 150, bottom: top + 300 },
      probability: 0.9 - index / 100,
      certainty: index % 2 === 0 ? 'definite' : 'suspicious',
    });
  });
  const report = reportOf([{ metadata: image.metadata, outcome: analysed(source, findings) }]);
  const parts = [image, report].flatMap(({ metadata, pixels }) => [
    Buffer.from('--b\r\nContent-Type: application/dicom\r\n\r\n'),
    writePart10(metadata, pixels ? { pixelData: pixels } : {}),
    Buffer.from('\r\n'),
  ]);
  const response = await fetch(`${server.address}/dicom-web/studies`, {
    method: 'POST',
    headers: { 'Content-Type': 'multipart/related; type="application/dicom"; boundary=b' },
    body: Buffer.concat([...parts, Buffer.from('--b--\r\n')]),
  });
  if (response.status !== 200) throw new Error(`STOW-RS answered ${response.status}`);
}

/** A window of its own, with nothing in its cache. */
async function newPage(): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(() => {
    localStorage.setItem('shownTours', JSON.stringify(['basicViewerTour']));
  });
  await page.addInitScript(listen);
  return page;
}

async function openAt(address: string): Promise<OpenTimes> {
  const page = await newPage();
  await page.goto(address);
  const times = await timesOf(page);
  await page.close();
  return times;
}

async function openFromList(): Promise<OpenTimes> {
  const page = await newPage();
  await page.goto(server.address);
  await page.locator('tbody tr').first().click();
  const times = await timesOf(page);
  await page.close();
  return times;
}

async function printPans(viewer: string, address: string, target: string): Promise<void> {
  const page = await newPage();
  await page.goto(address);
  await timesOf(page);
  await page.waitForTimeout(3000); // until everything has come to rest
  printPan(`${viewer}, pan with ${FINDINGS} findings`, await panned(page, target, PAN_SECONDS));
  await page.keyboard.press('a');
  printPan(`${viewer}, pan with the overlay hidden`, await panned(page, target, PAN_SECONDS));
  await page.close();
}

function printTimes(what: string, times: readonly OpenTimes[]): void {
  const said = (pick: (one: OpenTimes) => number) => {
    const all = times.map(pick).toSorted((one, other) => one - other);
    return `${(all[Math.floor(all.length / 2)] ?? NaN).toFixed(0)} ms (${(all[0] ?? NaN).toFixed(0)} to ${(all.at(-1) ?? NaN).toFixed(0)})`;
  };
  console.log(
    `${what}: image after ${said(({ imageMs }) => imageMs)}, overlay ${said(({ overlayMs }) => overlayMs)} after it`,
  );
}

function printPan(what: string, { frameMs }: PanFrames): void {
  const sorted = frameMs.toSorted((one, other) => one - other);
  const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? NaN).toFixed(1);
  const seconds = frameMs.reduce((sum, time) => sum + time, 0) / 1000;
  console.log(
    `${what}: ${(frameMs.length / seconds).toFixed(1)} frames a second; a frame p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms`,
  );
}
