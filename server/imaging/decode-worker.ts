/**
 * The thread in which frames are decoded for retrieval and rendering.
 */
import { parentPort } from 'node:worker_threads';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { READY } from '../operations/thread-messages.ts';
import type { DecodeResult, DecodeTask } from './decode-task.ts';

parentPort?.postMessage(READY);

/** Decodes one frame. What the pixels do not give is a value; only a fault of ours rejects. */
export default async function decode({ bytes, header, frameIndex }: DecodeTask): Promise<DecodeResult> {
  try {
    return { status: 'decoded', frame: await decodeFrame(bytes, header, frameIndex) };
  } catch (error) {
    if (!(error instanceof PacsError)) throw error;
    return { status: 'refused', kind: error.kind, message: error.message };
  }
}
