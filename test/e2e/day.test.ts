/** A short day at a hospital; `npm run simulate:day` runs a whole one. */
import { expect, it } from 'vitest';
import { runDay } from '../simulation/day-run.ts';

it(
  'ends with the results of every study in every place where they belong',
  { timeout: 900_000 },
  async () => {
    const report = await runDay({ studies: 9 });
    expect(report.problems).toEqual([]);
    expect(report.workersKilled).toBe(1);
    expect(report.deliveredLate).toBeGreaterThan(0);
    // One report a study at least, presentation states where there is a fracture.
    expect(report.results).toBeGreaterThan(9);
    if (report.diskFilled) expect(report.refusals).toBeGreaterThan(0);
  },
);
