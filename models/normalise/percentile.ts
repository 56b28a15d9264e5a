/**
 * Percentiles with linear interpolation, as `numpy.percentile` defines them, without sorting the image.
 */

const BUCKETS = 4096;

/** The value at each percentile (0–100) of `values`. An empty list gives zeros. */
export function percentiles(values: Float32Array, wanted: readonly number[]): readonly number[] {
  if (values.length === 0) return wanted.map(() => 0);
  const ranks = rankFinder(values);
  return wanted.map((percent) => {
    const position = (percent / 100) * (values.length - 1);
    const below = Math.floor(position);
    const low = ranks(below);
    return below === position ? low : low + (ranks(below + 1) - low) * (position - below);
  });
}

/** A function that gives the k-th smallest value (0-based): counts into buckets once, sorts only the bucket asked for. */
function rankFinder(values: Float32Array): (rank: number) => number {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const perUnit = most > least ? (BUCKETS - 1) / (most - least) : 0;
  const bucketOf = (value: number) => Math.trunc((value - least) * perUnit);
  const counts = new Uint32Array(BUCKETS);
  for (const value of values) counts[bucketOf(value)]!++;
  const sorted = new Map<number, Float32Array>();
  return (rank) => {
    let bucket = 0;
    let before = 0;
    while (before + counts[bucket]! <= rank) before += counts[bucket++]!;
    let content = sorted.get(bucket);
    if (!content) {
      content = values.filter((value) => bucketOf(value) === bucket).sort();
      sorted.set(bucket, content);
    }
    return content[rank - before]!;
  };
}
