/**
 * Small things done with bytes in many tests.
 */

/** A body that arrives in pieces of `size` bytes. */
export async function* inPieces(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

/** Everything that a body yields. */
export async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A file in memory, to be read by ranges. */
export function rangesOf(file: Uint8Array): (start: number, end: number) => Promise<Uint8Array> {
  return (start, end) => Promise.resolve(file.subarray(start, end));
}
