/**
 * Reads the JSON report of a vitest run: how many tests passed, failed and were skipped, and which skips are not allowed.
 */
import { z } from 'zod';

const REPORT = z.object({
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

/** A test with these words in its name may be skipped where the data are absent. */
export const NEEDS_SHARED_DATA = '(needs ../shared/data)';

/** Outcome of a vitest run. */
export interface TestCounts {
  readonly passed: number;
  /** Failed tests, and test files that could not be run at all. */
  readonly failed: number;
  readonly skipped: number;
  /** Full names of skipped tests that have no leave to be skipped. */
  readonly forbiddenSkips: readonly string[];
}

/** Counts a report. `sharedDataPresent`: nothing may be skipped for want of the shared data. Throws when the report is of another shape. */
export function readTestReport(text: string, sharedDataPresent: boolean): TestCounts {
  const report = REPORT.parse(JSON.parse(text));
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status === 'failed').length + brokenFiles.length,
    skipped: skipped.length,
    forbiddenSkips: skipped
      .map((test) => test.fullName)
      .filter((name) => sharedDataPresent || !name.includes(NEEDS_SHARED_DATA)),
  };
}
