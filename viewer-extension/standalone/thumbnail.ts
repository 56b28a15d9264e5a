/**
 * A small picture of a display image: window, inversion and pixel aspect as in the viewport, each output pixel the
 * mean of a few samples. Pure.
 */
import type { DisplayImage } from './display-image.ts';

/** RGBA bytes, row by row. */
export interface Thumbnail {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

const SAMPLES_A_SIDE = 3;

/** `side` is the length of the longer side in pixels. */
export function thumbnailOf(image: DisplayImage, side: number): Thumbnail {
  const tall = image.rows * image.rowSpacing;
  const wide = image.columns * image.columnSpacing;
  const width = Math.max(1, Math.round((side * wide) / Math.max(tall, wide)));
  const height = Math.max(1, Math.round((side * tall) / Math.max(tall, wide)));
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        data[4 * (y * width + x) + channel] = meanAt(
          image,
          x / width,
          y / height,
          1 / width,
          1 / height,
          channel,
        );
      }
      data[4 * (y * width + x) + 3] = 255;
    }
  }
  return { width, height, data };
}

function meanAt(
  image: DisplayImage,
  left: number,
  top: number,
  width: number,
  height: number,
  channel: number,
) {
  let sum = 0;
  for (let j = 0; j < SAMPLES_A_SIDE; j += 1) {
    for (let i = 0; i < SAMPLES_A_SIDE; i += 1) {
      const column = Math.floor((left + (width * (i + 0.5)) / SAMPLES_A_SIDE) * image.columns);
      const row = Math.floor((top + (height * (j + 0.5)) / SAMPLES_A_SIDE) * image.rows);
      sum += displayValue(image, row * image.columns + column, channel);
    }
  }
  return sum / SAMPLES_A_SIDE ** 2;
}

/** 0–255. */
function displayValue(image: DisplayImage, pixel: number, channel: number): number {
  if (image.isColour) return image.samples[4 * pixel + channel] ?? 0;
  const value = (image.samples[pixel] ?? 0) * image.slope + image.intercept;
  const { voiLut } = image;
  const share = voiLut
    ? (voiLut.lut[value - voiLut.firstValueMapped] ?? 0) / 65_535
    : (value - image.windowCenter) / image.windowWidth + 0.5;
  const grey = 255 * Math.min(1, Math.max(0, share));
  return image.isInverted ? 255 - grey : grey;
}
