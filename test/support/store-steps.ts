/**
 * What the tests of failing stores and of repair share: an object store that fails at a step, and what must be left then.
 */
import { expect } from 'vitest';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { InstanceStore } from '../../server/ingest/store-instances.ts';
import type { ObjectStore, StagedObject } from '../../server/storage/object-store.ts';
import { dicomFile } from './dicom-file.ts';
import { storeBytes, type TestStorage } from './storage.ts';
import { wrappedObject, wrappedStore } from './wrapped-store.ts';

const broken = (): never => {
  throw new PacsError('storage-unavailable', 'The disk is full (ENOSPC)');
};

/** Where a store fails. */
export type Step = 'none' | 'stage' | 'read' | 'sync' | 'moveTo' | 'after moveTo';

/** The object store of `storage`, failing at one step. */
export function failingAt({ objects }: TestStorage, step: Step): ObjectStore {
  const staged = (inner: StagedObject): StagedObject =>
    wrappedObject(inner, {
      read: async (range) => (step === 'read' ? broken() : await inner.read(range)),
      sync: async () => {
        if (step === 'sync') broken();
        await inner.sync();
      },
      moveTo: async (key) => {
        if (step === 'moveTo') broken();
        await inner.moveTo(key);
        if (step === 'after moveTo') broken();
      },
    });
  return wrappedStore(objects, {
    stage: async (body, options) =>
      step === 'stage' ? broken() : staged(await objects.stage(body, options)),
  });
}

/** Stores an instance that cannot be: nothing is visible, nothing stays behind. */
export async function expectNothingStored(storage: TestStorage, instances: InstanceStore): Promise<void> {
  const bytes = dicomFile();
  const outcome = await storeBytes(instances, bytes);
  expect(outcome.status).toBe('refused');
  expect(await storage.index.listInstances({ studyUid: '1.2.3' })).toEqual([]);
  expect((await storage.index.searchStudies({ matches: [], limit: 10, offset: 0 })).matches).toEqual([]);
  expect(await storage.files()).toEqual({ kept: [], staged: [] });
  expect(await storage.reservations()).toBe(0);
}

/** Stores the same instance once nothing fails any more. */
export async function expectRetryWorks(storage: TestStorage): Promise<void> {
  const bytes = dicomFile();
  expect((await storeBytes(storage.instances(), bytes)).status).toBe('stored');
  const [instance] = await storage.index.listInstances({ studyUid: '1.2.3' });
  expect(Buffer.from(await storage.objects.read(instance?.objectKey ?? ''))).toEqual(bytes);
}
