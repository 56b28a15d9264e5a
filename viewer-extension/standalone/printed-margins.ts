/**
 * What stands in the margins of every printed page: whose report it is, what it is for, and the number of the page.
 *
 * Trap: the texts come from headers that anyone may have written, and a style sheet is a language; every character but
 * letters and digits is therefore escaped (CSS Syntax 4.3.7).
 */
import { useEffect } from 'preact/hooks';

export interface PrintedMargins {
  readonly left: string;
  readonly top: string;
  /** The word before the number of a page. */
  readonly page: string;
}

/** The style sheet that writes the margins. CSS Paged Media 4. */
export function marginStyles({ left, top, page }: PrintedMargins): string {
  const type = 'font: 8pt "Inter Variable", system-ui, sans-serif; color: #333;';
  return `@page {
  size: A4;
  margin: 17mm 15mm 18mm;
  @top-left { content: none; }
  @top-right { content: ${cssString(top)}; ${type} }
  @bottom-left { content: ${cssString(left)}; ${type} }
  @bottom-right { content: ${cssString(`${page} `)} counter(page) " / " counter(pages); ${type} }
}`;
}

/** A text as a CSS string. */
export function cssString(text: string): string {
  const escape = (character: string) => `\\${(character.codePointAt(0) ?? 0).toString(16)} `;
  return `"${text.replaceAll(/[^\p{L}\p{N} ]/gu, escape)}"`;
}

/** Writes the margins while the page that calls it is open. A constructed sheet is no inline style, which the policy forbids. */
export function usePrintedMargins(margins: PrintedMargins): void {
  const text = marginStyles(margins);
  useEffect(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    };
  }, [text]);
}
