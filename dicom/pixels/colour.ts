/** YBR → RGB. PS3.3 C.7.6.3.1.2. Trap: YBR_FULL_422 in native form stores Y1 Y2 Cb Cr for two pixels. */
import type { SampleArray } from '../vocabulary/image.ts';

/** Turns YBR_FULL samples (colour by pixel, full range, 8 bits) into RGB. */
export function rgbFromYbrFull(samples: SampleArray): Uint8ClampedArray<ArrayBuffer> {
  const rgb = new Uint8ClampedArray(samples.length);
  for (let at = 0; at + 2 < samples.length; at += 3) {
    const y = samples[at] ?? 0;
    const cb = (samples[at + 1] ?? 0) - 128;
    const cr = (samples[at + 2] ?? 0) - 128;
    rgb[at] = y + 1.402 * cr;
    rgb[at + 1] = y - 0.344136 * cb - 0.714136 * cr;
    rgb[at + 2] = y + 1.772 * cb;
  }
  return rgb;
}

/** Gives every pixel of native YBR_FULL_422 its own Cb and Cr. `count` pixels. */
export function upsampleYbr422(samples: SampleArray, count: number): Uint8Array {
  const full = new Uint8Array(count * 3);
  for (let pixel = 0; pixel < count; pixel++) {
    const pair = (pixel >> 1) * 4;
    full[pixel * 3] = samples[pair + (pixel & 1)] ?? 0;
    full[pixel * 3 + 1] = samples[pair + 2] ?? 0;
    full[pixel * 3 + 2] = samples[pair + 3] ?? 0;
  }
  return full;
}
