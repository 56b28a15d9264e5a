/**
 * One bone as a body: a shell of cortex around trabecular bone, its depth following its width, so that a ray's path
 * through the shell is longest at the edge, as in a radiograph.
 *
 * Bone coordinates: s in mm along the axis from the base, u in mm across. Mass: mm of solid cortical bone that would
 * absorb as much.
 */
import type { GrowthPlate } from './growth.ts';
import { tileAt, type NoiseTile } from './noise.ts';
import { fieldAt, interpolate, polygonDistance, sampleField, smoothStep } from './shapes.ts';
import { extentOf, type Extent, type Field, type Point } from './shapes.ts';

/** Where a bone stands: s = 0 at `base`, growing along the unit vector `direction`. */
export interface BoneAxis {
  readonly base: Point;
  readonly direction: Point;
  readonly lengthMm: number;
}

/** A growing end: where the plate crosses the axis, and how mature the end beyond it is. */
export interface GrowingEnd extends GrowthPlate {
  readonly at: number;
  readonly isHead: boolean;
  /** How far the end goes beyond the plate and how wide it is, mm. */
  readonly beyondMm: number;
  readonly halfWidthMm: number;
}

/** What makes a bone. */
export interface BoneShape {
  readonly name: string;
  readonly outline: readonly Point[];
  readonly axis: BoneAxis;
  readonly kind: 'long' | 'forearm' | 'short';
  readonly cortexMm: number;
  readonly depthRatio: number;
  readonly density: number;
  readonly scale: number;
  readonly end?: GrowingEnd;
}

/** A bone ready to be asked for its mass. */
export interface Bone extends BoneShape {
  readonly distance: Field;
  readonly extent: Extent;
  /** Half width every {@link WIDTH_STEP} of s. */
  readonly halfWidths: Float32Array;
}

const WIDTH_STEP = 0.5;
/** How far a moved fragment may reach beyond the bone's outline. */
const MARGIN_MM = 5;
/** No image shows the forearm below this ordinate (of an adult). */
const LOWEST_MM = 135;

type Table = readonly (readonly [number, number])[];
const CORTEX: Readonly<Record<BoneShape['kind'], Table>> = {
  long: [[0, 0.24], [0.1, 0.26], [0.2, 0.5], [0.38, 1], [0.62, 1], [0.8, 0.5], [0.9, 0.27], [1, 0.24]], // prettier-ignore
  forearm: [[0, 1], [0.62, 1], [0.76, 0.55], [0.86, 0.24], [0.93, 0.17], [1, 0.17]], // prettier-ignore
  short: [[0, 1]],
};
const TRABECULAE: Readonly<Record<BoneShape['kind'], Table>> = {
  long: [[0, 1], [0.14, 0.85], [0.34, 0.3], [0.66, 0.3], [0.86, 0.85], [1, 1]], // prettier-ignore
  forearm: [[0, 0.2], [0.6, 0.28], [0.8, 0.72], [0.92, 1], [1, 1.05]], // prettier-ignore
  short: [[0, 1]],
};
const TRABECULAR_DENSITY = 0.2;

/** Measures a shape once, so that masses are cheap. */
export function boneOf(shape: BoneShape): Bone {
  const extent = extentOf(shape.outline, MARGIN_MM);
  const step = Math.max(0.22, Math.min(0.45, 0.42 * shape.scale));
  const close = extentOf(shape.outline, 2 * step);
  const reached = { ...close, bottom: Math.min(close.bottom, LOWEST_MM * shape.scale) };
  const distance = sampleField(reached, step, (x, y) => polygonDistance(shape.outline, x, y));
  return { ...shape, extent, distance, halfWidths: halfWidthsOf(shape, distance) };
}

function halfWidthsOf(shape: BoneShape, distance: Field): Float32Array {
  const { base, direction, lengthMm } = shape.axis;
  const count = Math.ceil(lengthMm / WIDTH_STEP) + 1;
  const raw = new Float32Array(count);
  for (let row = 0; row < distance.rows; row++) {
    for (let column = 0; column < distance.columns; column++) {
      const value = distance.values[row * distance.columns + column] ?? 0;
      if (value <= 0) continue;
      const x = distance.extent.left + column * distance.step - base.x;
      const y = distance.extent.top + row * distance.step - base.y;
      const bin = Math.round((x * direction.x + y * direction.y) / WIDTH_STEP);
      if (bin >= 0 && bin < count && value > (raw[bin] ?? 0)) raw[bin] = value;
    }
  }
  return widened(raw, shape.kind === 'short' ? 0.5 : 0.22);
}

/** Ends are blunt: near an end the half width of the bone a little further in is taken. */
function widened(raw: Float32Array, reachRatio: number): Float32Array {
  const most = Math.max(...raw);
  const reach = Math.max(2, Math.round((reachRatio * 2 * most) / WIDTH_STEP) * 2);
  const peak = raw.map((_, index) =>
    Math.max(...raw.subarray(Math.max(0, index - reach), index + reach + 1)),
  );
  return peak.map((_, index) => {
    const part = peak.subarray(Math.max(0, index - reach), index + reach + 1);
    return Math.max(0.4, part.reduce((sum, value) => sum + value, 0) / part.length);
  });
}

/** Mass at bone coordinates, fractures aside. */
export function massAt(bone: Bone, s: number, u: number, tile: NoiseTile): number {
  const { base, direction } = bone.axis;
  const x = base.x + s * direction.x - u * direction.y;
  const y = base.y + s * direction.y + u * direction.x;
  const distance = fieldAt(bone.distance, x, y, -1);
  if (distance <= 0) return 0;
  const end = bone.end;
  if (!end || (end.gapMm === 0 && end.scar === 0)) return shellMass(bone, distance, s, u, tile);
  return grownMass(bone, end, distance, s, u, tile);
}

function grownMass(
  bone: Bone,
  end: GrowingEnd,
  distance: number,
  s: number,
  u: number,
  tile: NoiseTile,
): number {
  const relative = u / end.halfWidthMm;
  const wave =
    0.07 * end.beyondMm * (Math.cos(3.1 * relative) - 0.6) +
    0.12 * bone.scale * tileAt(tile, u * 1.3, bone.axis.lengthMm);
  const beyond = (end.isHead ? s - end.at : end.at - s) - wave;
  if (end.gapMm === 0) {
    const scar = end.scar * Math.exp(-((beyond / (0.45 * bone.scale)) ** 2));
    return shellMass(bone, distance, s, u, tile) * (1 + 0.35 * scar);
  }
  const gap = end.gapMm * bone.scale;
  const shaft = Math.min(distance, -beyond - gap * 0.35);
  let mass = shaft > 0 ? shellMass(bone, shaft, s, u, tile) * (1 + 0.22 * Math.exp(-shaft / 0.9)) : 0;
  if (end.epiphysis > 0) {
    const cap = Math.min(distance, beyond - gap * 0.65, centreDistance(end, beyond, u));
    if (cap > 0) mass += shellMass(bone, cap, s, u, tile);
  }
  return mass;
}

/** Distance to the ossification centre's round edge; none once it has the adult shape. */
function centreDistance(end: GrowingEnd, beyond: number, u: number): number {
  if (end.epiphysis >= 1) return Infinity;
  const grown = end.epiphysis;
  const halfU = end.halfWidthMm * (0.2 + 0.95 * grown);
  const halfS = end.beyondMm * (0.2 + 0.5 * grown);
  const across = u / halfU;
  const along = (beyond - end.beyondMm * 0.56) / halfS;
  const power = 2 + 2 * grown;
  const norm = (Math.abs(across) ** power + Math.abs(along) ** power) ** (1 / power);
  return (1 - norm) * Math.min(halfU, halfS);
}

/** Mass of shell and core where the edge is `distance` away. */
function shellMass(bone: Bone, distance: number, s: number, u: number, tile: NoiseTile): number {
  const fraction = s / bone.axis.lengthMm;
  const bin = Math.min(bone.halfWidths.length - 1, Math.max(0, Math.round(s / WIDTH_STEP)));
  const radius = bone.halfWidths[bin] ?? 1;
  const depth = radius * bone.depthRatio;
  const ripple = 1 + 0.05 * tileAt(tile, s * 0.35, (u > 0 ? 40 : 90) + bone.axis.lengthMm);
  const cortex = Math.min(0.8 * radius, bone.cortexMm * interpolate(CORTEX[bone.kind], fraction) * ripple);
  const outer = 2 * depth * chord(distance / radius);
  if (distance <= cortex) return outer * bone.density;
  const inner = 2 * Math.max(0.1, depth - cortex) * chord((distance - cortex) / (radius - cortex));
  const trabeculae =
    TRABECULAR_DENSITY *
    interpolate(TRABECULAE[bone.kind], fraction) *
    (1 + trabecularTexture(bone, s, u, tile) / (0.7 + 0.06 * inner));
  return (outer - inner + inner * trabeculae + rimMass(bone, distance, fraction, s, u, tile)) * bone.density;
}

/** A second contour a little within the first, in places: the far edge of a joint surface that faces the beam obliquely. */
function rimMass(
  bone: Bone,
  distance: number,
  fraction: number,
  s: number,
  u: number,
  tile: NoiseTile,
): number {
  const within = distance / bone.scale;
  if (within > 4.4 || (bone.kind !== 'short' && fraction > 0.07 && fraction < 0.93)) return 0;
  const place = 1.7 + 0.75 * tileAt(tile, u * 0.16 + bone.axis.lengthMm, s * 0.16);
  const strength = Math.max(0, 0.35 + tileAt(tile, s * 0.12 + 77 + bone.axis.lengthMm, u * 0.12));
  return (
    (bone.kind === 'forearm' ? 0.6 : 1.1) *
    strength *
    bone.scale *
    Math.exp(-(((within - place) / 0.42) ** 2))
  );
}

/** Half chord of a unit circle at a depth of `inward` radii under its edge. */
function chord(inward: number): number {
  return inward >= 1 ? 1 : Math.sqrt(inward * (2 - inward));
}

function trabecularTexture(bone: Bone, s: number, u: number, tile: NoiseTile): number {
  const along = bone.kind === 'short' ? 2.6 : 1.25;
  const shift = bone.axis.lengthMm * 31;
  return (
    0.19 * tileAt(tile, u * 4.8 + shift, s * along + shift) +
    0.1 * tileAt(tile, u * 3 + s * 1.3 + shift, s * 2 - u * 0.7) +
    0.07 * tileAt(tile, u * 0.7, s * 0.6 + shift)
  );
}

/** 1 well on the positive side of a border, 0 well on the other. */
export function sideOf(offset: number, softness: number): number {
  return smoothStep(-softness, softness, offset);
}
