/**
 * A storage, and a DICOMweb server on it, for as long as the tests of a file run: called at the top of the file, it sees
 * by itself to what comes after each test and at the end.
 */
import { afterAll, afterEach } from 'vitest';
import type { DicomWebServices } from '../../server/http/dicom-web-services.ts';
import { serveDicomWeb, type TestServer } from './http-server.ts';
import { createTestStorage, type TestStorage } from './storage.ts';

export interface OwnStorageOptions {
  /** True where every test of the file sees what was stored before it; else each begins with nothing. */
  readonly keepsAll?: boolean;
}

/** A storage of the file's own. */
export async function ownStorage({ keepsAll = false }: OwnStorageOptions = {}): Promise<TestStorage> {
  const storage = await createTestStorage();
  afterAll(() => storage.close());
  if (!keepsAll) afterEach(() => storage.clear());
  return storage;
}

/** A storage and a server on it; `services` replace those of the storage. */
export async function servedStorage({
  services = () => ({}),
  ...options
}: OwnStorageOptions & {
  readonly services?: (storage: TestStorage) => Partial<DicomWebServices>;
} = {}): Promise<{ readonly storage: TestStorage; readonly server: TestServer }> {
  const storage = await ownStorage(options);
  const server = await serveDicomWeb(storage, services(storage));
  afterAll(() => server.close()); // hooks run backwards: before the storage closes
  return { storage, server };
}
