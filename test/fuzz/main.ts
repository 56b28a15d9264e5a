/**
 * `npm run test:fuzz`: damaged copies of real DICOM files, as many as asked for.
 *
 * usage: npm run test:fuzz -- [--cases N] [--seed N] [--threads N] [--max-file-kb N] [--folder PATH] [--case N]
 *
 * Ends with code 1 when a case ended in a crash, a hang, more than 2 s of processor time, or an error without a name.
 * `--case N` walks that one case alone, in this thread.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sharedData } from '../support/shared-data.ts';
import { corpusFiles, damagedFile } from './damaged-file.ts';
import { fuzz } from './fuzz.ts';
import { walk } from './walk.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    'max-file-kb': { type: 'string', default: '1024' },
    folder: { type: 'string', default: join(sharedData() ?? '.', 'dicom') },
    case: { type: 'string' },
  },
});
const seed = Number(values.seed);
const maxFileBytes = Number(values['max-file-kb']) * 1024;

if (values.case === undefined) {
  const cases = Number(values.cases);
  const startedAt = performance.now();
  const { outcomes, failures } = await fuzz({
    folder: values.folder,
    cases,
    seed,
    threads: Number(values.threads),
    maxFileBytes,
    onProgress: (done) => {
      if (done % 10_000 < 100) process.stderr.write(`${done} of ${cases}\n`);
    },
  });
  for (const failure of failures) console.log(`✗ ${failure}`);
  for (const [name, count] of [...outcomes].toSorted((one, other) => other[1] - one[1])) {
    console.log(`${String(count).padStart(9)}  ${name}`);
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`${cases} cases, seed ${seed}: ${failures.length} failures, ${seconds} s`);
  process.exitCode = failures.length === 0 ? 0 : 1;
} else {
  const { name, bytes, done } = damagedFile(
    corpusFiles(values.folder, maxFileBytes),
    seed,
    Number(values.case),
  );
  console.log(`${name}: ${done.join(', ')}, ${bytes.length} bytes`);
  console.log(await walk(bytes));
}
