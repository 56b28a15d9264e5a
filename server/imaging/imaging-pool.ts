/**
 * Decoding, rendering and encoding off the event loop: one JPEG 2000 frame of 20 MB would hold up every other request
 * for a second. A pool of its own, so that an image is shown while others are being analysed.
 */
import { join } from 'node:path';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { createGate } from '../operations/gate.ts';
import { startThreadPool } from '../operations/thread-pool.ts';
import { framesOf, type ImagingResult, type ImagingTask, type RunImaging } from './imaging-task.ts';

/** Longest time one task may take in its thread, in ms. */
const TASK_TIMEOUT_MS = 120_000;

export interface ImagingPool {
  /** Runs a task in a thread, with the errors of the work. Also `busy` when it takes too long and `undecodable-pixels` when the thread broke. */
  readonly run: RunImaging;
  close(): Promise<void>;
}

/** Starts `threads` threads. */
export function startImagingPool(threads: number): ImagingPool {
  const pool = startThreadPool<ImagingTask, ImagingResult>({
    workerFile: join(import.meta.dirname, 'imaging-worker.ts'),
    threads,
  });
  const places = createGate(threads); // so that waiting for a thread does not count as running
  return {
    async run(task) {
      const result = await runInThread(task);
      if (result.status === 'refused') throw new PacsError(result.kind, result.message);
      return result.bytes;
    },
    close: () => pool.close(),
  };

  async function runInThread(task: ImagingTask): Promise<ImagingResult> {
    try {
      return await places.pass(() =>
        pool.run(task, { transfer: buffersOf(task), timeoutMs: TASK_TIMEOUT_MS }),
      );
    } catch (cause) {
      if (cause instanceof PacsError) throw cause;
      const isSlow = cause instanceof Error && (cause.name === 'AbortError' || cause.name === 'TimeoutError');
      throw isSlow
        ? new PacsError('busy', `Pixels were not processed within ${TASK_TIMEOUT_MS / 1000} s`, { cause })
        : new PacsError('undecodable-pixels', 'The imaging thread stopped before it had a result', { cause });
    }
  }
}

/** Buffers that belong to the task alone are handed over; a view into something greater is copied. */
function buffersOf(task: ImagingTask): ArrayBuffer[] {
  const views = task.kind === 'inflate' ? [task.file] : framesOf(task).map(({ bytes }) => bytes);
  const buffers = views.flatMap(({ buffer, byteLength }) =>
    buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [],
  );
  return [...new Set(buffers)];
}
