/**
 * Rows of text in aligned columns, for the terminal.
 */

/** Aligns `rows` under `headings`; the last column is not padded. Lines end without trailing spaces. */
export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const format = (line: readonly string[]): string =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [format(headings), rule, ...rows.map(format)].join('\n');
}
