/**
 * What every test in Chromium does with a page: look for barriers with axe-core, and take a picture where one is wanted.
 */
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe-core finds wrong with a page, or with its parts of these selectors: rule and elements. */
export async function violationsOf(page: Page, ...parts: readonly string[]): Promise<readonly string[]> {
  const context = parts.length > 0 ? JSON.stringify({ include: parts.map((part) => [part]) }) : 'document';
  // It comes by the debugger, which the page's policy does not bind.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const found: unknown = await page.evaluate(
    `axe.run(${context}).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target).join(', ')))`,
  );
  return Array.isArray(found) ? found.map(String) : ['axe gave no answer'];
}

/** Keeps a picture of a page or of a part of it in the folder of `OSTEON_SCREENSHOTS`; does nothing without one. */
export async function picture(shown: Page | Locator, name: string): Promise<void> {
  const folder = process.env['OSTEON_SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await shown.screenshot({ path: join(folder, `${name}.png`) });
}
