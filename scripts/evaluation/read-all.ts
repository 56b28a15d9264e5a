/**
 * Reads many images in threads and keeps each reading with its truth.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Case } from '../../models/evaluation/image-reading.ts';
import { startThreadPool } from '../../server/operations/thread-pool.ts';
import type { Labelled } from './data-sets.ts';
import { showProgress } from './progress.ts';
import type { ReaderSetup, ReadingResult, ReadingTask } from './reading-task.ts';

/** A file that could not be analysed, and why. */
export interface Unread {
  readonly file: string;
  readonly reason: string;
}

export interface ImageReader {
  /** Reads every image as `taskOf` says, in order. A file that is no image is left out and told of in {@link unread}. */
  readAll<Truth extends { readonly file: string }>(
    what: string,
    images: readonly Labelled<Truth>[],
    taskOf: (image: Labelled<Truth>) => Omit<ReadingTask, 'path'>,
  ): Promise<readonly Case<Truth>[]>;
  readonly unread: readonly Unread[];
  close(): Promise<void>;
}

/** One thread a processor, one processor a network: more images a minute than one image on all of them. */
export async function startReader(
  setup: Omit<ReaderSetup, 'intraOpThreads'>,
  threads = availableParallelism(),
): Promise<ImageReader> {
  const intraOpThreads = Math.max(1, Math.floor(availableParallelism() / threads));
  const pool = startThreadPool<ReadingTask, ReadingResult>({
    workerFile: join(import.meta.dirname, 'reading-worker.ts'),
    threads,
    workerData: { ...setup, intraOpThreads } satisfies ReaderSetup,
  });
  await pool.ready;
  const unread: Unread[] = [];
  return {
    async readAll(what, images, taskOf) {
      const progress = showProgress(what, images.length);
      const results = await Promise.all(
        images.map(async (image) => {
          const result = await pool.run({ ...taskOf(image), path: image.path });
          progress.step();
          return { truth: image.truth, result };
        }),
      );
      progress.end();
      return results.flatMap(({ truth, result }) => {
        if (result.status === 'read') return [{ truth, reading: result.reading }];
        unread.push({ file: truth.file, reason: result.reason });
        return [];
      });
    },
    unread,
    close: () => pool.close(),
  };
}
