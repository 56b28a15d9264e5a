/**
 * Frame decoding off the event loop: one JPEG 2000 frame of 20 MB would hold up every other request for a second. A pool of
 * its own, so that an image is shown while others are being analysed.
 */
import { join } from 'node:path';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { PixelFrame } from '../../dicom/vocabulary/image.ts';
import type { InstanceHeader } from '../../dicom/vocabulary/instance.ts';
import { createGate } from '../operations/gate.ts';
import { startThreadPool } from '../operations/thread-pool.ts';
import type { DecodeResult, DecodeTask } from './decode-task.ts';

/** Longest time one frame may take in its thread, in ms. */
const TASK_TIMEOUT_MS = 120_000;

export interface DecodePool {
  /** `decodeFrame` in a thread: same arguments, same result, same errors. Also `busy` when it takes too long and `undecodable-pixels` when the thread broke. */
  decode(bytes: Uint8Array, header: InstanceHeader, frameIndex: number): Promise<PixelFrame>;
  close(): Promise<void>;
}

/** Starts `threads` threads. */
export function startDecodePool(threads: number): DecodePool {
  const pool = startThreadPool<DecodeTask, DecodeResult>({
    workerFile: join(import.meta.dirname, 'decode-worker.ts'),
    threads,
  });
  const places = createGate(threads); // so that waiting for a thread does not count as running
  return {
    async decode(bytes, header, frameIndex) {
      const result = await run({ bytes, header, frameIndex });
      if (result.status === 'refused') throw new PacsError(result.kind, result.message);
      return result.frame;
    },
    close: () => pool.close(),
  };

  async function run(task: DecodeTask): Promise<DecodeResult> {
    try {
      return await places.pass(() => pool.run(task, { timeoutMs: TASK_TIMEOUT_MS }));
    } catch (cause) {
      const isSlow = cause instanceof Error && (cause.name === 'AbortError' || cause.name === 'TimeoutError');
      throw isSlow
        ? new PacsError('busy', `A frame was not decoded within ${TASK_TIMEOUT_MS / 1000} s`, { cause })
        : new PacsError('undecodable-pixels', 'The decoding thread stopped before it had a frame', { cause });
    }
  }
}
