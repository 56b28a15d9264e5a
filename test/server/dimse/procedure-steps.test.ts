/**
 * Modality Performed Procedure Step: what a modality may say, and what it does to a study that is held. PS3.4 F.7.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { dataSetOf } from '../../../dicom/vocabulary/dictionary.ts';
import type { DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { beginAnalysis, endHold, recordArrival } from '../../../server/analysis/analysis-records.ts';
import { readStepChange, readStepCreation } from '../../../server/dimse/procedure-step.ts';
import { STATUS } from '../../../server/dimse/responses.ts';
import { query } from '../../../server/storage/database.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { openDimseNetwork } from '../../support/dimse-network.ts';
import { createStep, setStep, stepBegun, stepEnded } from '../../support/procedure-steps.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';

const storage = await ownStorage();
const complete: string[] = [];
const faults: unknown[] = [];
/** What letting a study go fails with. */
let failure: PacsError | undefined;
const { port } = await openDimseNetwork(
  storage,
  {},
  {
    onStudyComplete: (studyUid) => {
      complete.push(studyUid);
      return failure ? Promise.reject(failure) : Promise.resolve();
    },
    onFault: (error) => faults.push(error),
  },
);
afterEach(async () => {
  complete.length = 0;
  faults.length = 0;
  failure = undefined;
  await query(storage.pool, 'TRUNCATE procedure_step');
});

const STEP = '1.2.77.1';
const BEGUN = stepBegun('1.2.3');
const create = (dataSet: DataSet, uid?: string) => createStep(port, dataSet, uid);
const set = (dataSet: DataSet, uid = STEP) => setStep(port, dataSet, uid);
const store = (SOPInstanceUID: string) => storeBytes(storage.instances(), dicomFile({ SOPInstanceUID }));

describe('a performed procedure step', () => {
  it('that is completed, with all that it names here, completes its study', async () => {
    await store('1.2.3.1');
    expect(await create(BEGUN, STEP)).toMatchObject({ Status: STATUS.success, AffectedSOPInstanceUID: STEP });
    expect(complete).toEqual([]);
    expect(await set(stepEnded('COMPLETED', '1.2.3.1'))).toMatchObject({ Status: STATUS.success });
    expect(complete).toEqual(['1.2.3']);
  });

  it.each([
    ['names what is not here yet', stepEnded('COMPLETED', '1.2.3.1', '1.2.3.2')],
    ['was discontinued', stepEnded('DISCONTINUED', '1.2.3.1')],
    ['goes on', stepEnded('IN PROGRESS', '1.2.3.1')],
    ['names nothing', stepEnded('COMPLETED')],
  ])('that %s does not', async (_what, change) => {
    await store('1.2.3.1');
    await create(BEGUN, STEP);
    expect(await set(change)).toMatchObject({ Status: STATUS.success });
    expect(complete).toEqual([]);
  });

  it('has ended for its modality also where the study cannot be let go', async () => {
    await store('1.2.3.1');
    await create(BEGUN, STEP);
    failure = new PacsError('storage-unavailable', 'The queue is away');
    expect(await set(stepEnded('COMPLETED', '1.2.3.1'))).toMatchObject({ Status: STATUS.success });
    expect(faults).toEqual([failure]);
  });

  it('does not while another of the study goes on', async () => {
    await store('1.2.3.1');
    await create(BEGUN, STEP);
    await create(BEGUN, '1.2.77.2');
    await set(stepEnded('COMPLETED', '1.2.3.1'));
    expect(complete).toEqual([]);
    await set(stepEnded('DISCONTINUED'), '1.2.77.2');
    expect(complete).toEqual(['1.2.3']);
  });
});

describe('a study that is held', () => {
  const held = { inSeconds: 3600 };
  afterEach(() => query(storage.pool, 'TRUNCATE analysis'));

  it('is due with the image that comes last, where that is after the step has ended', async () => {
    await create(BEGUN, STEP);
    await set(stepEnded('COMPLETED', '1.2.3.1', '1.2.3.2'));
    await store('1.2.3.1');
    expect(await recordArrival(storage.pool, '1.2.3', held)).toBeGreaterThan(3500);
    await store('1.2.3.2');
    expect(await recordArrival(storage.pool, '1.2.3', held)).toBe(0);
  });

  it('is let go once, with the priority that it has, and only where something waits', async () => {
    expect(await endHold(storage.pool, '1.2.3')).toBeUndefined();
    await recordArrival(storage.pool, '1.2.3', { ...held, priority: 20 });
    expect(await beginAnalysis(storage.pool, '1.2.3')).toBeUndefined();
    expect(await endHold(storage.pool, '1.2.3')).toBe(20);
    expect(await beginAnalysis(storage.pool, '1.2.3')).toBeDefined();
    expect(await endHold(storage.pool, '1.2.3')).toBeUndefined();
  });
});

describe('what a modality may say', () => {
  it('is held against the standard', async () => {
    expect(await create(stepEnded('COMPLETED'), STEP)).toMatchObject({ Status: 0xa900 });
    expect(await create(dataSetOf({ PerformedProcedureStepStatus: 'IN PROGRESS' }), STEP)).toMatchObject({ Status: 0xa900 });
    expect(await create(BEGUN, 'no uid')).toMatchObject({ Status: 0xa900 });
    await create(BEGUN, STEP);
    expect(await create(BEGUN, STEP)).toMatchObject({ Status: STATUS.duplicateInstance });
    expect(await set(stepEnded('DONE'))).toMatchObject({ Status: 0xa900 });
    expect(await set(stepEnded('COMPLETED'), '1.2.77.9')).toMatchObject({ Status: STATUS.noSuchInstance });
    await set(stepEnded('COMPLETED'));
    expect(await set(stepEnded('DISCONTINUED'))).toMatchObject({ Status: STATUS.processingFailure });
  }); // prettier-ignore

  it('has limits', () => {
    const uids = Array.from({ length: 10_001 }, (_, number) => `1.2.3.${String(number)}`);
    const scheduled = (count: number) =>
      dataSetOf({
        PerformedProcedureStepStatus: 'IN PROGRESS',
        ScheduledStepAttributesSequence: uids
          .slice(0, count)
          .map((StudyInstanceUID) => dataSetOf({ StudyInstanceUID })),
      });
    expect(readStepCreation(scheduled(100))).toHaveLength(100);
    expect(() => readStepCreation(scheduled(101))).toThrow('(0040,0270) names 101, and may name 100 at most');
    expect(readStepChange(stepEnded('COMPLETED', ...uids.slice(1))).madeUids).toHaveLength(10_000);
    expect(() => readStepChange(stepEnded('COMPLETED', ...uids))).toThrow('may name 10000 at most');
  });

  it('may leave the UID to us', async () => {
    const { AffectedSOPInstanceUID: uid = '' } = await create(BEGUN);
    expect(uid).toMatch(/^2\.25\.\d+$/);
    expect(await set(stepEnded('COMPLETED'), uid)).toMatchObject({ Status: STATUS.success });
  });
});
