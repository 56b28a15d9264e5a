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
  // Loops by index: a typed array's iterator takes ten times as long.
  const { length } = values;
  let least = Infinity;
  let most = -Infinity;
  for (let index = 0; index < length; index++) {
    const value = values[index]!;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const perUnit = most > least ? (BUCKETS - 1) / (most - least) : 0;
  const buckets = new Uint16Array(length);
  const counts = new Uint32Array(BUCKETS);
  for (let index = 0; index < length; index++) {
    const bucket = ((values[index]! - least) * perUnit) | 0;
    buckets[index] = bucket;
    counts[bucket]!++;
  }
  const sorted = new Map<number, Float32Array>();
  const sortedBucket = (wanted: number): Float32Array => {
    const content = new Float32Array(counts[wanted]!);
    for (let index = 0, at = 0; at < content.length; index++) {
      if (buckets[index] === wanted) content[at++] = values[index]!;
    }
    return content.sort();
  };
  return (rank) => {
    let bucket = 0;
    let before = 0;
    while (before + counts[bucket]! <= rank) before += counts[bucket++]!;
    const content = sorted.get(bucket) ?? sortedBucket(bucket);
    sorted.set(bucket, content);
    return content[rank - before]!;
  };
}
