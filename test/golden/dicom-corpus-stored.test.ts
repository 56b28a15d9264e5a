/**
 * Every file of the shared corpus sent by STOW-RS: kept and given back byte for byte, or refused by the failure that
 * `dicom-corpus.csv` names in its last column (no DICOM, or without the UIDs that identify an instance).
 *
 * Trap: thirty UIDs of the corpus occur with different bytes; such a file meets an empty store.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itemsOf, numberOf, textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { FAILURES, type FailureKind } from '../../dicom/vocabulary/failure.ts';
import { serveDicomWeb, stow, type TestServer } from '../support/http-server.ts';
import { sharedData } from '../support/shared-data.ts';
import { createTestStorage, type TestStorage } from '../support/storage.ts';

const corpus = join(sharedData() ?? '', 'dicom');
const golden = readFileSync(join(import.meta.dirname, 'dicom-corpus.csv'), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const cells = line.split(',');
    return { file: cells[0] ?? '', stored: cells[5] ?? '' };
  });

describe.skipIf(!sharedData())('the corpus in the store (needs ../shared/data)', () => {
  let storage: TestStorage;
  let server: TestServer;
  beforeAll(async () => {
    storage = await createTestStorage();
    server = await serveDicomWeb(storage);
  });
  afterAll(async () => {
    await server.close();
    await storage.close();
  });

  /** Sends a file, to an empty store where its UID is taken by other bytes. */
  async function send(bytes: Uint8Array): Promise<{ status: number; answer: DataSet }> {
    const response = await stow(`${server.base}/studies`, [bytes]);
    const answer = (await response.json()) as DataSet;
    if (failureReasonIn(answer) !== FAILURES['duplicate-instance'].failureReason) {
      return { status: response.status, answer };
    }
    await storage.clear();
    return await send(bytes);
  }

  it.each(golden.filter(({ stored }) => stored === 'stored'))(
    '$file comes back as it came',
    async ({ file }) => {
      const bytes = readFileSync(join(corpus, file));
      const { status, answer } = await send(bytes);
      expect(status).toBe(200);
      const [reference] = itemsOf(answer, TAG.ReferencedSOPSequence);
      const url = textOf(reference ?? {}, TAG.RetrieveURL) ?? '';
      const retrieved = await fetch(url, { headers: { Accept: 'application/dicom; transfer-syntax=*' } });
      expect(retrieved.status).toBe(200);
      expect(Buffer.compare(Buffer.from(await retrieved.arrayBuffer()), bytes)).toBe(0);
      const sopInstanceUid = textOf(reference ?? {}, TAG.ReferencedSOPInstanceUID) ?? '';
      const studyUid = /studies\/([0-9.]+)/.exec(url)?.[1] ?? '';
      const instances = await storage.index.listInstances({ studyUid });
      const kept = instances.find((instance) => instance.sopInstanceUid === sopInstanceUid);
      expect(Buffer.compare(await storage.objects.read(kept?.objectKey ?? ''), bytes)).toBe(0);
    },
  );

  it.each(golden.filter(({ stored }) => stored !== 'stored'))(
    '$file is refused: $stored',
    async ({ file, stored }) => {
      const { status, answer } = await send(readFileSync(join(corpus, file)));
      expect(status).toBe(409);
      expect(failureReasonIn(answer)).toBe(FAILURES[stored as FailureKind].failureReason);
      expect(itemsOf(answer, TAG.ReferencedSOPSequence)).toEqual([]);
    },
  );
});

/** Failure Reason (0008,1197) of the one instance that was refused. PS3.18 Table I.2-2. */
function failureReasonIn(answer: DataSet): number | undefined {
  const [item] = [...itemsOf(answer, TAG.FailedSOPSequence), ...itemsOf(answer, TAG.OtherFailuresSequence)];
  return item && numberOf(item, TAG.FailureReason);
}
