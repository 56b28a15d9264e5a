/**
 * Decoded images of the open study: each frame is fetched once, shared by viewport and thumbnail, and the least
 * recently shown are let go.
 */
import { displayImageOf, type DisplayImage } from './display-image.ts';
import type { DicomWebClient } from './dicomweb-client.ts';
import type { StudyImage } from './study.ts';

const BUDGET_BYTES = 400 * 1024 * 1024;

export class ImageStore {
  readonly #client: DicomWebClient;
  readonly #images = new Map<string, Promise<DisplayImage>>();
  readonly #sizes = new Map<string, number>();

  constructor(client: DicomWebClient) {
    this.#client = client;
  }

  /** The image of a frame. A failure is not kept, so that the next call asks again. */
  load(image: StudyImage): Promise<DisplayImage> {
    const key = imageKey(image);
    const known = this.#images.get(key);
    this.#images.delete(key);
    const pending = known ?? this.#fetch(image, key);
    this.#images.set(key, pending);
    return pending;
  }

  async #fetch(image: StudyImage, key: string): Promise<DisplayImage> {
    try {
      const bytes = await this.#client.frame(image.address, image.frameNumber);
      const decoded = displayImageOf(image.metadata, bytes);
      this.#sizes.set(key, decoded.samples.byteLength);
      this.#trim(key);
      return decoded;
    } catch (error) {
      this.#images.delete(key);
      throw error;
    }
  }

  #trim(keep: string): void {
    let total = [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const key of this.#images.keys()) {
      if (total <= BUDGET_BYTES) return;
      const size = this.#sizes.get(key);
      if (key === keep || size === undefined) continue;
      total -= size;
      this.#images.delete(key);
      this.#sizes.delete(key);
    }
  }
}

/** Identifies a frame among all studies. */
export function imageKey({ address, frameNumber }: StudyImage): string {
  return `${address.sopInstanceUid}/${frameNumber}`;
}
