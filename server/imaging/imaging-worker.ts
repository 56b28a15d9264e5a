/**
 * The thread in which frames are decoded, encoded and rendered.
 */
import { parentPort } from 'node:worker_threads';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { READY } from '../operations/thread-messages.ts';
import type { ImagingResult, ImagingTask } from './imaging-task.ts';
import { runImagingTask } from './run-imaging-task.ts';

parentPort?.postMessage(READY);

/** Runs one task. What the pixels do not give is a value; only a fault of ours rejects. */
export default async function run(task: ImagingTask): Promise<ImagingResult> {
  try {
    return { status: 'done', bytes: await runImagingTask(task) };
  } catch (error) {
    if (!(error instanceof PacsError)) throw error;
    return { status: 'refused', kind: error.kind, message: error.message };
  }
}
