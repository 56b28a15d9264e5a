/**
 * Search times on an index that grows: the median of each kind of search at each size, without HTTP.
 *
 * usage: node test/bench/search.ts [INSTANCES…]   (default 10000 100000 1000000; needs no server, makes its own database)
 */
import { StudyIndex } from '../../server/storage/study-index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { fillSyntheticIndex, INSTANCES_IN_STUDY } from '../support/synthetic-index.ts';
import { parseSearch } from '../../server/http/qido-parameters.ts';
import { searchKinds } from '../support/search-kinds.ts';

const sizes = process.argv.slice(2).map(Number);
const RUNS = 60;
const database = await createTestDatabase();
const index = new StudyIndex(database.pool);
let filled = 0;
for (const size of sizes.length === 0 ? [10_000, 100_000, 1_000_000] : sizes) {
  const studies = size / INSTANCES_IN_STUDY;
  await fillSyntheticIndex(database.pool, filled + 1, studies);
  filled = studies;
  for (const kind of searchKinds(studies)) {
    const { name, level } = kind;
    const times: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const search = parseSearch(kind.parametersFor(run), { level });
      const startedAt = performance.now();
      await index.search(search);
      times.push(performance.now() - startedAt);
    }
    times.sort((a, b) => a - b);
    console.log(
      `${size}\t${name}\t${(times[RUNS / 2] ?? 0).toFixed(2)} ms\tp95 ${(times[Math.floor(RUNS * 0.95)] ?? 0).toFixed(2)} ms`,
    );
  }
}
await database.close();
