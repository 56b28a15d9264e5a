/**
 * `npm run simulate:day`: a day at a hospital, as `day-run.ts` describes it.
 *
 * usage: npm run simulate:day -- [--studies N]
 *
 * Ends with code 1 when a result is not in every place where it belongs. Only root may mount the disk that fills.
 */
import { parseArgs } from 'node:util';
import { runDay } from './day-run.ts';

const { values } = parseArgs({ options: { studies: { type: 'string', default: '300' } } });
const startedAt = performance.now();
const report = await runDay({
  studies: Number(values.studies),
  onLine: (line) => {
    console.log(`${String(Math.round((performance.now() - startedAt) / 1000)).padStart(5)} s  ${line}`);
  },
});
for (const problem of report.problems) console.log(`✗ ${problem}`);
console.log(
  [
    `${report.studies} studies, ${report.results} result objects, each in the server, the PACS and the archive`,
    `${report.refusals} sendings refused and done again, ${report.deliveredLate} deliveries that needed more than one try, ${report.workersKilled} worker killed, ${report.diskFilled ? 'the disk filled once' : 'no disk could be mounted'}`,
    `${report.problems.length} problems, ${Math.round((performance.now() - startedAt) / 1000)} s`,
  ].join('\n'),
);
process.exitCode = report.problems.length === 0 ? 0 : 1;
