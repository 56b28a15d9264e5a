/**
 * The report sheet as one file that opens anywhere: its markup, its styles, its pictures inside.
 */
import colours from './styles/colours.css?inline';
import paper from './styles/paper.css?inline';
import base from './styles/base.css?inline';
import panel from './styles/panel.css?inline';
import sheetStyles from './styles/report-sheet.css?inline';
import { request } from './dicomweb-client.ts';

/** The sheet as an HTML page titled `title`. Throws a `RequestError` when a picture cannot be had. */
export async function savedSheet(sheet: HTMLElement, title: string): Promise<Blob> {
  const page = document.implementation.createHTMLDocument(title);
  const copy = page.importNode(sheet, true);
  copy.querySelector('.sheet-tree')?.remove();
  for (const picture of copy.querySelectorAll('img')) {
    const response = await request(picture.src, {});
    picture.src = await dataUrlOf(await response.blob());
  }
  page.documentElement.lang = sheet.lang;
  page.body.append(copy);
  // As text: a style element in a document of this page would fall under its policy.
  const styles = [colours, base, panel, sheetStyles, paper].join('\n');
  const html = page.documentElement.outerHTML.replace(
    '<head>',
    () => `<head><meta charset="utf-8"><style>${styles}</style>`,
  );
  return new Blob([`<!doctype html>\n${html}`], { type: 'text/html' });
}

async function dataUrlOf(blob: Blob): Promise<string> {
  return await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => {
      resolve(typeof reader.result === 'string' ? reader.result : '');
    });
    reader.addEventListener('error', () => {
      reject(new Error('A picture cannot be read', { cause: reader.error }));
    });
    reader.readAsDataURL(blob);
  });
}
