/**
 * `npm run test:ohif-versions [-- VERSION…]`: runs the tests of the OHIF extension on older versions of OHIF, each fetched once.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ohifVersionOf, OHIF_VERSIONS } from '../server/operations/ohif-download.ts';

const ROOT = join(import.meta.dirname, '..');
const TESTS = ['test/e2e/ohif.test.ts', 'test/e2e/ohif-hostile.test.ts'];
const asked = process.argv.slice(2).map(ohifVersionOf);

for (const version of asked.length > 0 ? asked : OHIF_VERSIONS) {
  console.log(`\nOHIF ${version}`);
  const { status } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...TESTS],
    { cwd: ROOT, stdio: 'inherit', env: { ...process.env, OSTEON_TEST_OHIF: version } },
  );
  if (status !== 0) process.exitCode = 1;
}
