/**
 * `npm run test:crash`: kills the server under load, again and again, and tells what was lost.
 *
 * usage: npm run test:crash -- [--kills N] [--seed N] [--clients N] [--targets LIST]
 *
 * LIST names some of server, database, both, backend, dimse, separated by commas.
 *
 * Ends with code 1 when an acknowledged instance is missing or other than sent, a listed one is not whole, or a file
 * lies about that no search lists.
 */
import { parseArgs } from 'node:util';
import { runCrashes, TARGETS } from './crash-run.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    clients: { type: 'string', default: '4' },
    targets: { type: 'string', default: TARGETS.join(',') },
  },
});
const startedAt = performance.now();
const report = await runCrashes({
  kills: Number(values.kills),
  seed: Number(values.seed),
  clients: Number(values.clients),
  targets: TARGETS.filter((target) => values.targets.split(',').includes(target)),
  onLine: (line) => {
    console.log(line);
  },
});
const { kills, sent, acknowledged, byDimse, keptUnanswered, problems } = report;
for (const problem of problems) console.log(`✗ ${problem}`);
console.log(
  [
    `${values.kills} kills (${TARGETS.map((target) => `${target} ${kills[target]}`).join(', ')}), seed ${values.seed}, ${values.clients} clients`,
    `${sent} instances sent, ${acknowledged} acknowledged (${byDimse} by C-STORE), ${keptUnanswered} stored without the sender knowing`,
    `${problems.length} problems, ${Math.round((performance.now() - startedAt) / 1000)} s`,
  ].join('\n'),
);
process.exitCode = problems.length === 0 ? 0 : 1;
