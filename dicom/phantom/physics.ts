/**
 * From thickness maps to detector values: attenuation (Beer–Lambert, effective coefficients at about 50 kVp), heel effect, collimator, scatter, detector
 * blur, quantum noise, logarithm, and the processing that makes a raw image For Presentation.
 *
 * Trap: nothing here may depend on the content as a whole (no percentiles), or a fracture would change the grey of the far fingertip.
 */
import { blurred } from './blur.ts';
import { normals } from './noise.ts';
import type { PhantomParameters } from './parameters.ts';
import { fork, type RandomSource } from './random.ts';
import type { Raster } from './raster.ts';

/** Attenuation per mm, of soft tissue and of solid cortical bone beyond what it displaces. */
const SOFT_PER_MM = 0.0235;
const BONE_PER_MM = 0.098;
/** Quanta that reach one square millimetre of detector unattenuated, at usual exposure. */
const QUANTA_PER_MM2 = 5.2e5;

/** What lies between tube and detector. */
export interface Scene {
  readonly bone: Raster;
  readonly soft: Raster;
  /** Optical thickness of markers. */
  readonly marker: Raster;
  /** Share of the beam that the collimator lets through, 0–1. */
  readonly opening: Raster;
  readonly pixelMm: number;
  readonly scale: number;
}

/** Display values 0 (air) to 1 (densest), dense bright. */
export function expose(scene: Scene, parameters: PhantomParameters): Raster {
  const random = fork(parameters.seed, 'exposure');
  const { columns, rows } = scene.bone;
  const primary = primaryFluence(scene, random);
  const scatter = scatterOf(scene, primary);
  const sharp = new Float32Array(columns * rows);
  for (let index = 0; index < sharp.length; index++)
    sharp[index] = (primary[index] ?? 0) + (scatter[index] ?? 0);
  const detected = blurred({ columns, rows, values: sharp }, Math.max(0.45, 0.09 / scene.pixelMm)).values;
  addQuantumNoise(detected, parameters, scene.pixelMm);
  const logarithm = detected.map((value) => -Math.log(Math.max(value, 2e-3)));
  return forPresentation({ columns, rows, values: logarithm }, scene, random);
}

function primaryFluence({ bone, soft, marker, opening }: Scene, random: RandomSource): Float32Array {
  const { columns, rows } = bone;
  const fluence = new Float32Array(columns * rows);
  const heel = random.between(0.06, 0.16) * (random.next() < 0.5 ? -1 : 1);
  const across = random.between(-0.05, 0.05);
  for (let row = 0; row < rows; row++) {
    const beam = 1 + heel * (row / rows - 0.5);
    for (let column = 0; column < columns; column++) {
      const index = row * columns + column;
      const optical =
        SOFT_PER_MM * (soft.values[index] ?? 0) +
        BONE_PER_MM * (bone.values[index] ?? 0) +
        (marker.values[index] ?? 0);
      fluence[index] =
        beam * (1 + across * (column / columns - 0.5)) * (opening.values[index] ?? 1) * Math.exp(-optical);
    }
  }
  return fluence;
}

/** Scatter is broad: it is made on a coarse raster from what thick tissue takes out of the beam. */
function scatterOf({ soft, pixelMm, bone }: Scene, primary: Float32Array): Float32Array {
  const { columns, rows } = bone;
  const factor = Math.max(2, Math.round(2.5 / pixelMm));
  const small = { columns: Math.ceil(columns / factor), rows: Math.ceil(rows / factor) };
  const source = new Float32Array(small.columns * small.rows);
  for (let row = 0; row < small.rows; row++) {
    for (let column = 0; column < small.columns; column++) {
      const index = Math.min(rows - 1, row * factor) * columns + Math.min(columns - 1, column * factor);
      source[row * small.columns + column] =
        0.26 * (primary[index] ?? 0) * (1 - Math.exp(-(soft.values[index] ?? 0) / 28)) +
        0.006 * (primary[index] ?? 0);
    }
  }
  const spread = blurred({ ...small, values: source }, 3.6).values;
  return enlarged(spread, small.columns, small.rows, factor, columns, rows);
}

function enlarged(
  values: Float32Array,
  width: number,
  height: number,
  factor: number,
  columns: number,
  rows: number,
): Float32Array {
  const large = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const y = row / factor;
    const top = Math.min(height - 1, Math.floor(y));
    const next = Math.min(height - 1, top + 1);
    for (let column = 0; column < columns; column++) {
      const x = column / factor;
      const left = Math.min(width - 1, Math.floor(x));
      const right = Math.min(width - 1, left + 1);
      const above =
        (values[top * width + left] ?? 0) * (1 - x + left) + (values[top * width + right] ?? 0) * (x - left);
      const below =
        (values[next * width + left] ?? 0) * (1 - x + left) +
        (values[next * width + right] ?? 0) * (x - left);
      large[row * columns + column] = above * (1 - y + top) + below * (y - top);
    }
  }
  return large;
}

/** Normal approximation of Poisson noise; the normals are drawn once and reused from places of their own. */
function addQuantumNoise(
  fluence: Float32Array,
  { seed, exposure, noise }: PhantomParameters,
  pixelMm: number,
): void {
  if (noise === 0) return;
  const random = fork(seed, 'quanta');
  const stock = normals(random, 1 << 16);
  const strength = noise / Math.sqrt(QUANTA_PER_MM2 * exposure * pixelMm * pixelMm);
  let place = 0;
  for (let index = 0; index < fluence.length; index++) {
    if ((index & 1023) === 0) place = Math.floor(random.next() * 65536);
    place = (place + 1) & 65535;
    fluence[index] = (fluence[index] ?? 0) + Math.sqrt(fluence[index] ?? 0) * strength * (stock[place] ?? 0);
  }
}

/** Edge and contrast enhancement, then a tone curve with a soft shoulder. */
function forPresentation(image: Raster, { pixelMm, scale }: Scene, random: RandomSource): Raster {
  const edge = random.between(0.5, 0.9);
  const contrast = random.between(0.12, 0.3);
  const white = (0.45 + 1.3 * scale) * random.between(0.88, 1.06);
  const gamma = random.between(0.92, 1.1);
  const fine = blurred(image, 0.55 / pixelMm).values;
  const broad = blurred(image, 6 / pixelMm).values;
  const values = image.values.map((value, index) => {
    const enhanced =
      value + edge * (value - (fine[index] ?? value)) + contrast * (value - (broad[index] ?? value));
    return tone((enhanced + 0.05) / white, gamma);
  });
  return { ...image, values };
}

function tone(value: number, gamma: number): number {
  const lifted = 0.02 + Math.max(0, value) ** gamma * 0.92;
  return lifted < 0.75 ? lifted : 0.75 + 0.25 * (1 - Math.exp(-(lifted - 0.75) / 0.25));
}
