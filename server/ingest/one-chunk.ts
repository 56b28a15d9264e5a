/**
 * Bytes that are in memory already, as the body of a store.
 */

/** A body of one piece. */
export async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield bytes;
}
