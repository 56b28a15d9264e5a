/**
 * How large a deflated object would become, found without holding it: whoever reads a frame later inflates all of it.
 *
 * Trap: a thousandfold is possible (a deflate bomb), so inflating stops at the limit, not behind it.
 */
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw, constants } from 'node:zlib';
import { dataSetStart } from '../../dicom/read/part10-reader.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { StagedObject } from '../storage/object-store.ts';

/** File Meta Information is far shorter. */
const META_BYTES = 64 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** Throws `too-large` when the data set of a deflated object (PS3.5 A.5) inflates to more than `maxBytes`, `malformed-dicom` when it cannot be inflated. */
export async function requireInflatedWithin(staged: StagedObject, maxBytes: number): Promise<void> {
  const start = dataSetStart(await staged.read({ start: 0, end: META_BYTES }));
  let inflatedBytes = 0;
  const counted = new Writable({
    write(chunk: Buffer, _encoding, done) {
      inflatedBytes += chunk.length;
      done(inflatedBytes > maxBytes ? tooLarge(maxBytes) : null);
    },
  });
  try {
    const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
    await pipeline(Readable.from(chunksOf(staged, start)), inflate, counted);
  } catch (cause) {
    if (cause instanceof PacsError) throw cause;
    throw new PacsError('malformed-dicom', 'The deflated data set cannot be inflated (PS3.5 A.5)', { cause });
  }
}

function tooLarge(maxBytes: number): PacsError {
  return new PacsError(
    'too-large',
    `The deflated data set inflates to more than ${maxBytes} bytes, the configured limit`,
  );
}

/** The bytes from `start` to the end, a piece at a time. */
async function* chunksOf(staged: StagedObject, start: number): AsyncGenerator<Uint8Array> {
  for (let at = start; at < staged.sizeBytes; at += CHUNK_BYTES) {
    yield await staged.read({ start: at, end: at + CHUNK_BYTES });
  }
}
