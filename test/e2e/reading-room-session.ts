/**
 * The reading room in a real Chromium before a PACS of canned studies: what every such test file shares.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { buildReadingRoom, launchBrowser } from '../support/browser.ts';
import { MockPacs } from '../support/mock-pacs.ts';
import {
  analysed,
  boxIn,
  doneStudy,
  fractureAt,
  radiograph,
  regionOf,
  sourceOf,
} from '../support/reading-room-studies.ts';

const VIEWPORT = { width: 1280, height: 800 };

/** The page of the running test, its PACS, and what its console complained of. */
export interface ReadingRoomSession {
  readonly pacs: MockPacs;
  readonly page: Page;
  complaints: string[];
  /** Opens a study and waits for its image. */
  openStudy(uid: string): Promise<void>;
  /** Waits until cornerstone and then the overlay have drawn. */
  drawn(): Promise<void>;
  /** Replaces the page by one with so many device pixels a CSS pixel. */
  useDenseScreen(deviceScaleFactor: number): Promise<void>;
}

/** Call once at the top of a test file. No test may leave an error, a warning or a policy violation in the console. */
export function readingRoomSession(): ReadingRoomSession {
  let browser: Browser;
  let pacs: MockPacs;
  let page: Page;
  let cleanUp: () => Promise<void>;
  const session: ReadingRoomSession = {
    complaints: [],
    get pacs() {
      return pacs;
    },
    get page() {
      return page;
    },
    openStudy: async (uid) => {
      await page.goto(`${pacs.url}/#/studies/${uid}`);
      await page.locator('.radiograph-surface[data-loading="false"]').waitFor();
      await page.locator('.strip-view').waitFor();
    },
    drawn: () => threeFrames(page),
    useDenseScreen: async (deviceScaleFactor) => {
      await page.close();
      page = await listenedPage(browser, session, deviceScaleFactor);
    },
  };

  beforeAll(async () => {
    const { folder, remove } = await buildReadingRoom();
    cleanUp = remove;
    [browser, pacs] = await Promise.all([launchBrowser(), MockPacs.start(folder)]);
  });
  afterAll(async () => {
    await browser.close();
    await pacs.stop();
    await cleanUp();
  });
  beforeEach(async () => {
    pacs.studies.length = 0;
    pacs.requested.length = 0;
    pacs.reportsHeld = Promise.resolve();
    session.complaints = [];
    page = await listenedPage(browser, session, 1);
  });
  afterEach(async () => {
    await page.close();
    expect(session.complaints).toEqual([]);
  });
  return session;
}

/** A study of one image with one definite fracture where its bright rectangle is. */
export function fractureStudy(
  uid: string,
  attributes: Parameters<typeof radiograph>[2] = {},
  isMonochrome1 = false,
) {
  const image = radiograph(uid, 1, attributes, isMonochrome1);
  const source = sourceOf(uid, 1, attributes);
  const fracture = fractureAt(source, 'fracture-1', { box: boxIn(attributes) });
  return doneStudy(uid, [image], [analysed(source, [regionOf(source), fracture])]);
}

async function listenedPage(
  browser: Browser,
  session: ReadingRoomSession,
  deviceScaleFactor: number,
): Promise<Page> {
  const page = await browser.newPage({ viewport: VIEWPORT, deviceScaleFactor });
  page.on('pageerror', (error) => session.complaints.push(error.message));
  page.on('console', (message) => {
    const isComplaint = message.type() === 'error' || message.type() === 'warning';
    // Tests read canvases back, of which Chromium warns.
    if (isComplaint && !message.text().includes('willReadFrequently'))
      session.complaints.push(message.text());
  });
  return page;
}

async function threeFrames(page: Page): Promise<void> {
  for (let frame = 0; frame < 3; frame += 1) {
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
}
