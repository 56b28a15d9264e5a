/** A whole server that holds studies for an hour lets one go when its modality says by MPPS that it is complete. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { analysisEnd, analysisNow } from '../support/analyses.ts';
import { dicomWebClient } from '../support/dicom-web-client.ts';
import { phantomStudy } from '../support/phantom-studies.ts';
import { createStep, setStep, stepBegun, stepEnded } from '../support/procedure-steps.ts';
import { startServer } from '../support/running-server.ts';

it('analyses a study at once when its step has ended', { timeout: 300_000 }, async () => {
  const { studyInstanceUid, sopInstanceUids, files } = phantomStudy('held by MPPS', 'sound hand');
  const folder = await mkdtemp(join(tmpdir(), 'osteon-steps-'));
  const server = await startServer(folder, { OSTEON_STUDY_QUIET_SECONDS: '3600', OSTEON_DIMSE_PORT: '0' });
  try {
    const port = server.dimsePort();
    await createStep(port, stepBegun(studyInstanceUid), '1.2.77.1');
    await dicomWebClient(`${server.address}/dicom-web`).store(files);
    expect(await analysisNow(server.address, studyInstanceUid)).toMatchObject({ state: 'waiting' });
    await setStep(port, stepEnded('COMPLETED', ...sopInstanceUids), '1.2.77.1');
    expect(await analysisEnd(server.address, studyInstanceUid)).toMatchObject({ state: 'done' });
  } finally {
    await server.stop();
    await rm(folder, { recursive: true });
  }
});
