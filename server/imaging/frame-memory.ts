/**
 * Memory that frames are read into, used again for other frames. Fresh memory of the size of a radiograph costs more than
 * reading it. It is shared with the imaging threads, so that nothing is copied on the way.
 */

/** More than one frame of this size is seldom wanted at once. Bytes. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;
/** As many as are rendered at once. */
const MAX_KEPT = 3;
/** Sizes are rounded up, so that images of nearly one size share. Bytes. */
const GRAIN_BYTES = 1024 * 1024;

/** Keeps the memory of frames that are done with. */
export class FrameMemory {
  #kept: SharedArrayBuffer[] = [];

  /** Memory of so many bytes. What stands in it is of other frames: every byte of it must be read into. */
  take(bytes: number): Uint8Array<SharedArrayBuffer> {
    const at = this.#kept.findIndex(({ byteLength }) => byteLength >= bytes);
    const [kept] = at < 0 ? [] : this.#kept.splice(at, 1);
    const buffer = kept ?? new SharedArrayBuffer(Math.ceil(bytes / GRAIN_BYTES) * GRAIN_BYTES);
    return new Uint8Array(buffer, 0, bytes);
  }

  /** Takes memory back that nobody uses any more, threads included. The memory given back last is kept longest. */
  giveBack({ buffer }: Uint8Array<SharedArrayBuffer>): void {
    if (buffer.byteLength <= MAX_KEPT_BYTES) this.#kept = [buffer, ...this.#kept].slice(0, MAX_KEPT);
  }
}
