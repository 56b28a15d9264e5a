/**
 * Sign-in at a real provider of OpenID Connect, in a real Chromium: the reading room, OHIF, services, and the way out.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureOhif, OHIF_VERSION } from '../../server/operations/ohif-download.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import { launchBrowser } from '../support/browser.ts';
import { freePorts } from '../support/free-port.ts';
import { multipartOf } from '../support/http-server.ts';
import {
  AUDIENCE,
  CLIENT,
  signInAs,
  startIdentityProvider,
  type IdentityProvider,
} from '../support/identity-provider.ts';
import { violationsOf } from '../support/page-checks.ts';
import { radiograph } from '../support/reading-room-studies.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';

const STUDY = '1.2.826.0.1.3680043.10.99.1';
/** What a hostile sender writes into each text that pages show. */
const SCRIPT = '<img src=x onerror="window.hacked=1">';
const HOSTILE = {
  PatientName: SCRIPT,
  PatientID: SCRIPT,
  AccessionNumber: '<b onclick=1>',
  StudyDescription: `"><script>window.hacked=1</script>`,
  SeriesDescription: SCRIPT,
} as const;
const OHIF = await ensureOhif({}).catch(() => undefined);

let folder: string;
let provider: IdentityProvider;
let server: RunningServer;
let browser: Browser;
let ohif: string;

beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: join(import.meta.dirname, '..', '..') });
  folder = await mkdtemp(join(tmpdir(), 'osteon-sign-in-'));
  if (OHIF !== undefined) {
    await mkdir(join(folder, 'cache'));
    await symlink(dirname(OHIF), join(folder, 'cache', `ohif-app-${OHIF_VERSION}`));
  }
  const [port = 0, ohifPort = 0] = await freePorts(2);
  ohif = `http://127.0.0.1:${ohifPort}`;
  provider = await startIdentityProvider([`http://127.0.0.1:${port}`, ohif]);
  [server, browser] = await Promise.all([
    startServer(join(folder, 'data'), {
      OSTEON_PORT: String(port),
      OSTEON_OHIF_PORT: String(ohifPort),
      OSTEON_CACHE: join(folder, 'cache'),
      OSTEON_AUTHENTICATION: 'required',
      OSTEON_OIDC_ISSUER: provider.issuer,
      OSTEON_OIDC_CLIENT_ID: CLIENT.id,
      OSTEON_OIDC_CLIENT_SECRET: CLIENT.secret,
      OSTEON_JWT_AUDIENCE: AUDIENCE,
      OSTEON_WORKERS: '1',
    }),
    launchBrowser(),
  ]);
  expect(await send(`Bearer ${await provider.serviceToken()}`)).toBe(200);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
  await provider.close();
  await rm(folder, { recursive: true });
});

const newPage = async (): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  return await context.newPage();
};

/** Sends the study, as a service does; the status. */
async function send(authorization?: string): Promise<number> {
  const { metadata, pixels } = radiograph(STUDY, 1, HOSTILE);
  const body = multipartOf([writePart10(metadata, { pixelData: pixels ?? new Uint8Array() })]);
  const response = await fetch(`${server.address}/dicom-web/studies`, {
    method: 'POST',
    headers: {
      'Content-Type': 'multipart/related; type="application/dicom"; boundary=boundary-of-test',
      ...(authorization !== undefined && { authorization }),
    },
    body: new Uint8Array(body),
  });
  return response.status;
}

it('takes the token of a service, and refuses nobody’s, a stranger’s audience, and a damaged one', async () => {
  const token = await provider.serviceToken();
  expect(await send()).toBe(401);
  expect(await send(`Bearer ${token.slice(0, -4)}AAAA`)).toBe(401);
  expect(await send(`Bearer ${await provider.serviceToken('https://elsewhere.example')}`)).toBe(401);
  expect(await send(`Bearer ${token}`)).toBe(200);
});

describe('the reading room', () => {
  it('leads to the provider, shows studies and who one is, and lets one out again', async () => {
    const page = await newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${server.address}/`);
    expect(new URL(page.url()).origin).toBe(provider.issuer);
    await signInAs(page, 'rita');
    await page.locator(`a[href*="${STUDY}"]`).first().waitFor();
    await page.getByText('Rita Reader').waitFor();
    expect(page.url()).toBe(`${server.address}/`);
    const cookies = await page.context().cookies(server.address);
    const session = cookies.find(({ name }) => name === 'osteon-session');
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', secure: false });
    // What scripts of the page can read holds nothing of the session.
    expect(await page.evaluate(() => document.cookie)).toBe('');
    const screenshots = process.env['OSTEON_SCREENSHOTS'];
    if (screenshots !== undefined) await page.screenshot({ path: join(screenshots, 'signed-in.png') });

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: /yes/i }).click();
    await page.waitForURL(`${server.address}/auth/signed-out`);
    const response = await page.request.get(`${server.address}/dicom-web/studies`, {
      headers: { cookie: `osteon-session=${session?.value ?? ''}` },
    });
    expect(response.status()).toBe(401);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('comes back to the study that was asked for, when the session has ended meanwhile', async () => {
    const page = await newPage();
    await page.goto(`${server.address}/`);
    await signInAs(page, 'rita');
    await page.locator(`a[href*="${STUDY}"]`).first().waitFor();
    // Ours ends; that at the provider goes on, so that nothing is asked of the reader.
    await page.context().clearCookies({ name: 'osteon-session' });
    await page.goto(`${server.address}/#/studies/${STUDY}`);
    await expect.poll(() => page.url(), { timeout: 30_000 }).toBe(`${server.address}/#/studies/${STUDY}`);
    await page.locator('canvas').first().waitFor();
    // What a sender wrote is shown as text, whatever it is.
    expect(await page.evaluate(() => Reflect.get(window, 'hacked') as unknown)).toBeUndefined();
    expect(await page.locator('img[src=x]').count()).toBe(0);
    expect((await page.context().cookies(server.address)).map(({ name }) => name)).toContain(
      'osteon-session',
    );
    await page.context().close();
  });

  it('lets nobody in who has no role', async () => {
    const page = await newPage();
    await page.goto(`${server.address}/`);
    await signInAs(page, 'nora');
    await page.getByRole('heading', { name: 'No role' }).waitFor();
    expect((await page.request.get(`${server.address}/dicom-web/studies`)).status()).toBe(401);
    await page.context().close();
  });

  it('shows who did what to whoever may see it, on a page without a script or a violation', async () => {
    const page = await newPage();
    await page.goto(`${server.address}/api/audit-trail/page?action=sign-in`);
    await signInAs(page, 'quinn');
    await page.getByRole('heading', { name: 'Audit trail' }).waitFor();
    const rows = page.locator('tbody tr');
    expect(await rows.first().innerText()).toMatch(/person quinn\s+sign-in\s+success/);
    await page.getByLabel('Study Instance UID').fill(STUDY);
    await page.getByLabel('What').selectOption('store-instances');
    const stored = async (): Promise<number> => {
      await page.getByRole('button', { name: 'Search' }).click();
      return await rows.filter({ hasText: 'service gateway' }).count();
    };
    await expect.poll(stored, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(await violationsOf(page)).toEqual([]);
    const screenshots = process.env['OSTEON_SCREENSHOTS'];
    if (screenshots !== undefined) await page.screenshot({ path: join(screenshots, 'audit.png') });
    await rows.first().getByRole('link').click();
    expect(await page.content()).toContain('110104');
    await page.context().close();
  });

  it('lets a role do what it may, and no more', async () => {
    const page = await newPage();
    await page.goto(`${server.address}/`);
    await signInAs(page, 'quinn');
    await page.getByText('Quinn Quality').waitFor();
    const statusOf = (path: string, method = 'GET') =>
      page.evaluate(
        async ([where = '', how = '']) => (await fetch(where, { method: how })).status,
        [path, method],
      );
    expect(await statusOf('/dicom-web/studies')).toBe(200);
    expect(await statusOf('/dicom-web/studies', 'POST')).toBe(403);
    expect(await statusOf('/metrics')).toBe(403);
    await page.context().close();
  });
});

describe.skipIf(OHIF === undefined)('OHIF', () => {
  it('leads to the provider from its own port, comes back to the study, and draws it', async () => {
    const page = await newPage();
    await page.addInitScript(() => {
      localStorage.setItem('shownTours', JSON.stringify(['basicViewerTour']));
    });
    await page.goto(`${ohif}/osteon?StudyInstanceUIDs=${STUDY}`);
    expect(new URL(page.url()).origin).toBe(provider.issuer);
    await signInAs(page, 'rita');
    await page.locator('.cornerstone-canvas').first().waitFor({ timeout: 120_000 });
    expect(await page.evaluate(() => Reflect.get(window, 'hacked') as unknown)).toBeUndefined();
    expect(page.url()).toContain(`${ohif}/osteon?StudyInstanceUIDs=${STUDY}`);
    // Pictures are fetched by the page, not by the program: the session lets them through too.
    const thumbnail = page.locator('img[src*="/thumbnail"]').first();
    await expect
      .poll(() => thumbnail.evaluate((image: HTMLImageElement) => image.naturalWidth))
      .toBeGreaterThan(0);
    // One sign-in is enough for both: the cookie is that of the host.
    await page.goto(`${server.address}/`);
    await page.getByText('Rita Reader').waitFor();
    // The reading room still loads, and would leave for the sign-in by itself.
    await page.goto('about:blank');
    // OHIF is in the browser by now; it is its requests that meet the end of the session.
    await page.context().clearCookies({ name: 'osteon-session' });
    // OHIF leaves for the sign-in while it still loads, which aborts the navigation: what counts is where it ends.
    await page
      .goto(`${ohif}/osteon?StudyInstanceUIDs=${STUDY}`, { waitUntil: 'commit' })
      .catch(() => undefined);
    await page.locator('.cornerstone-canvas').first().waitFor({ timeout: 120_000 });
    await page.context().close();
  });
});
