/** The delivery queue as a process of its own, on a database and an object store that others made: to be killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startDeliveryQueue } from '../../server/delivery/delivery-queue.ts';
import { Destinations } from '../../server/delivery/open-destination.ts';
import { readRules } from '../../server/routing/read-rules.ts';
import { createPool } from '../../server/storage/database.ts';
import { FileObjectStore } from '../../server/storage/file-object-store.ts';
import { StudyIndex } from '../../server/storage/study-index.ts';

/** What such a process works on. */
export interface DeliveringPlace {
  readonly databaseUrl: string;
  readonly folder: string;
  /** Text of the routing file. */
  readonly rules: string;
}

export interface DeliveringProcess {
  /** Ends it by SIGKILL and waits. */
  kill(): Promise<void>;
}

/** Starts one and waits until it works. */
export async function startDelivering(place: DeliveringPlace): Promise<DeliveringProcess> {
  const script = `const { deliver } = await import(${JSON.stringify(import.meta.filename)}); await deliver(${JSON.stringify(place)});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** The process itself. */
export async function deliver({ databaseUrl, folder, rules }: DeliveringPlace): Promise<void> {
  const database = createPool({ databaseUrl });
  const read = readRules(rules, 'routing.yaml', []);
  startDeliveryQueue({
    database,
    index: new StudyIndex(database),
    objects: await FileObjectStore.open(folder),
    destinations: new Destinations(() => {
      throw new Error('no DICOM here');
    }),
    rules: () => read,
    keepDays: 0,
    onError: (error) => {
      throw error;
    },
    everyMs: 10,
  });
  console.log('delivering');
}
