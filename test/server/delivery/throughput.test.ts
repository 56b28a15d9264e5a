/** What went through: what others sent is counted, what the server made itself is not. */
import { expect, it } from 'vitest';
import { hoursOfWork } from '../../../server/delivery/throughput.ts';
import type { Origin } from '../../../server/storage/stored-instance.ts';
import { inPieces } from '../../support/bytes.ts';
import { phantomStudy } from '../../support/phantom-studies.ts';
import { ownStorage } from '../../support/served-storage.ts';

const storage = await ownStorage();

it('counts each instance that came, and neither results nor the demonstration', async () => {
  const arrived = async () =>
    (await hoursOfWork(storage.pool, 24)).reduce((sum, { instances }) => sum + instances, 0);
  const counts: Partial<Record<Origin, number>> = {};
  for (const origin of ['dimse', 'analysis', 'stow', 'demo', 'import'] as const) {
    const { files } = phantomStudy(origin === 'analysis' ? 'dimse' : origin, 'broken wrist');
    const bytes = files[origin === 'analysis' ? 1 : 0] ?? new Uint8Array();
    expect(await storage.instances().store(inPieces(bytes), { origin })).toMatchObject({ status: 'stored' });
    counts[origin] = await arrived();
  }
  expect(counts).toEqual({ dimse: 1, analysis: 1, stow: 2, demo: 2, import: 3 });
});
