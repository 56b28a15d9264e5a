/**
 * `npm run audit-check`: walks the chain of the audit trail and says whether anything in it was changed or removed.
 *
 * usage: npm run audit-check [-- --end NUMBER:HASH]
 *
 * It prints where the chain ends. Whoever keeps that elsewhere, and gives it to a later check as `--end`, also learns of a trail
 * that was written anew as a whole. Ends with code 1 when something is wrong. With the embedded database, stop the server first.
 */
import { parseArgs } from 'node:util';
import { asPacsError, PacsError } from '../dicom/vocabulary/failure.ts';
import { checkAuditTrail, type ChainEnd } from '../server/security/audit-records.ts';
import { withDatabase } from './with-database.ts';

const { values } = parseArgs({ options: { end: { type: 'string' } } });

try {
  const check = await withDatabase((pool) =>
    checkAuditTrail(pool, values.end === undefined ? undefined : endOf(values.end)),
  );
  const { checked, unchained, end, problem } = check;
  console.log(`${checked} events are chained, ${unchained} are from before the chain`);
  if (problem === undefined) console.log(`The chain is whole. It ends with ${end.sequence}:${end.hash}`);
  else {
    console.error(`The audit trail was tampered with. ${problem}.`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(asPacsError(error).message);
  process.exitCode = 2;
}

function endOf(text: string): ChainEnd {
  const [, sequence, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (sequence === undefined || hash === undefined) {
    throw new PacsError('invalid-configuration', '--end is not NUMBER:HASH, as an earlier check printed it');
  }
  return { sequence: Number(sequence), hash };
}
