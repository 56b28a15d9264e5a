/**
 * Wildcard matching in memory, to compare the database's with.
 */

/** PS3.4 C.2.2.2 said once more, differently. */
export function plainMatch(key: string, value: string): boolean {
  if (/^\*?$/.test(key.replace(/\*+/g, '*'))) return true;
  const pattern = key
    .split('')
    .map((character) =>
      character === '*'
        ? '.*'
        : character === '?'
          ? '.'
          : `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`,
    )
    .join('');
  return value !== '' && new RegExp(`^${pattern}$`, 'su').test(value);
}
