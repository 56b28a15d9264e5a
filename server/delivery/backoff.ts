/**
 * How long to wait before the next try. Pure: chance comes in.
 */

/** Doubles from `firstSeconds` at the first failure up to `mostSeconds`, and varies by a fifth so that not all come back at once. */
export function backoffSeconds(
  failures: number,
  { firstSeconds, mostSeconds }: { readonly firstSeconds: number; readonly mostSeconds: number },
  chance: number,
): number {
  const plain = Math.min(mostSeconds, firstSeconds * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return plain * (0.8 + 0.4 * chance);
}
