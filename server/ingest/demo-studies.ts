/**
 * Loads the synthetic demo studies into an empty installation, once.
 *
 * Trap: their UIDs are always the same, so loading again after an interruption stores only what is missing.
 */
import { once } from 'node:events';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { oneChunk } from './one-chunk.ts';
import type { InstanceStore } from './store-instances.ts';

/** What loading needs. */
export interface DemoServices {
  readonly dataFolder: string;
  readonly instances: Pick<InstanceStore, 'store'>;
  /** Ends the loading between two instances. */
  readonly signal: AbortSignal;
}

/** Loads the demo studies unless they were loaded into this data folder before. Returns how many instances were stored. */
export async function loadDemoStudies({ dataFolder, instances, signal }: DemoServices): Promise<number> {
  const marker = join(dataFolder, 'demo-loaded');
  if (await isThere(marker)) return 0;
  const worker = new Worker(new URL('demo-worker.ts', import.meta.url));
  let stored = 0;
  let storing: Promise<void> = Promise.resolve();
  worker.on('message', (bytes: unknown) => {
    storing = storing.then(async () => {
      if (signal.aborted || !(bytes instanceof Uint8Array)) return;
      const outcome = await instances.store(oneChunk(bytes), { origin: 'demo' });
      if (outcome.status === 'refused') throw outcome.failure;
      if (outcome.status === 'stored') stored += 1;
    });
    storing.catch(() => worker.terminate());
  });
  const stop = (): void => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await once(worker, 'exit');
    await storing;
  } catch (cause) {
    throw new PacsError('internal', 'The demo studies could not be made', { cause });
  } finally {
    signal.removeEventListener('abort', stop);
  }
  if (!signal.aborted)
    await writeFile(marker, 'The demo studies were loaded. Delete this file to load them again.\n');
  return stored;
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
