import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSearch } from '../../../server/http/qido-parameters.ts';
import { query } from '../../../server/storage/database.ts';
import { searchStatement } from '../../../server/storage/search-sql.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/postgres.ts';
import { searchKinds } from '../../support/search-kinds.ts';
import { fillSyntheticIndex } from '../../support/synthetic-index.ts';

/** Enough that reading a whole table costs more than any index. */
const STUDIES = 5_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await fillSyntheticIndex(database.pool, 1, STUDIES);
});
afterAll(async () => {
  await database.close();
});

/** Every node of a plan, from the top. */
function nodesOf(plan: Record<string, unknown>): Record<string, unknown>[] {
  const { Plans } = plan;
  const below = Array.isArray(Plans) ? Plans : [];
  return [plan, ...below.flatMap((child) => nodesOf(child as Record<string, unknown>))];
}

describe('the plan of a search', () => {
  it.each(searchKinds(STUDIES).map((kind) => [kind.name, kind] as const))(
    'for %s reads no whole table and finds few rows too many',
    async (_name, kind) => {
      const search = parseSearch(kind.parametersFor(1), { level: kind.level });
      const { text, values } = searchStatement(search);
      const [row] = await query(database.pool, `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
      const [{ Plan: plan }] = row?.['QUERY PLAN'] as [{ Plan: Record<string, unknown> }];
      const nodes = nodesOf(plan);
      expect(nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
      const discarded = nodes.map((node) => Number(node['Rows Removed by Filter'] ?? 0));
      expect(Math.max(...discarded)).toBeLessThan(STUDIES / 5);
    },
  );
});
