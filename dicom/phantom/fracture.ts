/**
 * Fractures as changes of geometry: a jagged border across the bone, the part beyond it moved, a gap or an overlap
 * between. The mass of the bone itself is asked for at the place each fragment came from.
 */
import { massAt, sideOf, type Bone } from './bone.ts';
import { tileAt, type NoiseTile } from './noise.ts';
import type { FracturePattern, FractureRequest } from './parameters.ts';
import { fork } from './random.ts';
import type { Point } from './shapes.ts';

/** A fracture in bone coordinates, mm. */
export interface Fracture {
  readonly at: number;
  /** Slope of the border: mm along the bone for each mm across. */
  readonly slope: number;
  readonly jagMm: number;
  readonly jagShift: number;
  /** Lucent gap between the fragments and how blurred its border is (a border oblique to the rays is blurred). */
  readonly gapMm: number;
  readonly softnessMm: number;
  /** Shift of the far fragment across the bone and toward its base. */
  readonly acrossMm: number;
  readonly impactionMm: number;
  /** A rigid fragment moves as one; else the shift fades toward the far joint, as a turn about that joint. */
  readonly isRigid: boolean;
  /** How soon the shift fades: the power of the share of the fragment that is left. */
  readonly bend: number;
  readonly sclerosis: number;
}

/** Share of the mass that still shows where impacted fragments overlap: the spongy core is crushed. */
const CRUSHED = 0.3;

/** Name of the bone that a request means, as the skeleton names it. */
export function boneNameOf({ site }: FractureRequest): string {
  return 'ray' in site ? `${site.bone}-${site.ray}` : site.bone;
}

/** Draws the fracture that a request asks for. */
export function fractureOf(request: FractureRequest, bone: Bone, seed: number): Fracture {
  const random = fork(seed, `fracture/${boneNameOf(request)}`);
  const scale = bone.scale;
  const sign = random.next() < 0.5 ? -1 : 1;
  const length = bone.axis.lengthMm;
  const isForearm = bone.kind === 'forearm';
  const place: Readonly<Record<FracturePattern, number>> = {
    transverse: isForearm ? length - random.between(19, 27) * scale : length * random.between(0.4, 0.62),
    neck: length * random.between(0.77, 0.81),
    oblique: length * random.between(0.42, 0.58),
    subtle: isForearm ? length - random.between(15, 24) * scale : length * random.between(0.2, 0.7),
  };
  const common = {
    at: place[request.pattern],
    slope: sign * random.between(0.02, 0.22),
    jagMm: random.between(0.6, 1.1) * scale,
    jagShift: random.between(0, 200),
    isRigid: false,
    bend: request.pattern === 'subtle' ? 5 : 2,
  };
  switch (request.pattern) {
    case 'transverse':
      return { ...common, gapMm: random.between(0.3, 0.9), softnessMm: 0.45, acrossMm: sign * random.between(1.4, 2.8) * scale, impactionMm: random.between(0, 1.6) * scale, sclerosis: 0.14 }; // prettier-ignore
    case 'neck':
      return { ...common, gapMm: 0.1, softnessMm: 0.35, acrossMm: random.between(1.3, 2.4) * scale, impactionMm: random.between(1.2, 2.4) * scale, isRigid: true, sclerosis: 0.15 }; // prettier-ignore
    case 'oblique':
      return { ...common, slope: sign * random.between(0.9, 1.5), gapMm: random.between(0.7, 1.2), softnessMm: 0.3, acrossMm: sign * random.between(0.6, 1.4) * scale, impactionMm: random.between(0, 0.5), sclerosis: 0 }; // prettier-ignore
    case 'subtle':
      return { ...common, gapMm: random.between(0.5, 0.85), softnessMm: 0.3, acrossMm: sign * random.between(0.2, 0.5), impactionMm: 0, sclerosis: 0.06 }; // prettier-ignore
  }
}

/** Where the border runs along the bone, at a place across it. */
function borderAt(fracture: Fracture, u: number, tile: NoiseTile): number {
  const coarse = tileAt(tile, u * 0.32 + fracture.jagShift, fracture.jagShift);
  const fine = tileAt(tile, u * 1.1 + fracture.jagShift, 7.5);
  return fracture.at + fracture.slope * u + fracture.jagMm * (0.8 * coarse + 0.35 * fine);
}

/** Mass of a fractured bone at bone coordinates. */
export function fracturedMassAt(
  bone: Bone,
  fracture: Fracture,
  s: number,
  u: number,
  tile: NoiseTile,
): number {
  const { at, gapMm, softnessMm, isRigid, sclerosis } = fracture;
  const half = gapMm / 2;
  const nearOffset = borderAt(fracture, u, tile) - half - s;
  const near = nearOffset > -softnessMm ? massAt(bone, s, u, tile) * sideOf(nearOffset, softnessMm) : 0;
  const remaining = Math.min(1, Math.max(0, (bone.axis.lengthMm - s) / (bone.axis.lengthMm - at)));
  const fade = isRigid ? 1 : remaining ** fracture.bend;
  const fromS = s + fracture.impactionMm * fade;
  const fromU = u - fracture.acrossMm * fade;
  const farOffset = fromS - borderAt(fracture, fromU, tile) - half;
  const far = farOffset > -softnessMm ? massAt(bone, fromS, fromU, tile) * sideOf(farOffset, softnessMm) : 0;
  const mass = Math.max(near, far) + CRUSHED * Math.min(near, far);
  return mass * (1 + sclerosis * Math.exp(-(((s - at - fracture.slope * u) / 2) ** 2)));
}

/** A ring around what the fracture changes visibly, in hand coordinates. */
export function fractureOutline(bone: Bone, fracture: Fracture, tile: NoiseTile): Point[] {
  const { base, direction, lengthMm } = bone.axis;
  const reach = widthAt(bone, fracture.at) + Math.abs(fracture.acrossMm) * 0.6 + 1.2;
  const steps = [-1, -0.5, 0, 0.5, 1];
  const margin = 1.6 + 1.3 * bone.scale + fracture.impactionMm * 0.6;
  // A displaced end of a forearm bone is marked with a part of the fragment, as readers do.
  const beyondMm = bone.kind === 'forearm' && fracture.bend < 3 ? 0.3 * (lengthMm - fracture.at) : 0;
  const border = steps.map((step) => ({ u: step * reach, s: borderAt(fracture, step * reach, tile) }));
  const beyond = fracture.isRigid
    ? border.map(({ u }) => ({ u, s: lengthMm + 0.6 }))
    : border.map(({ u, s }) => ({ u, s: s + margin + beyondMm }));
  return [
    ...border.map(({ u, s }) => ({ u, s: s - margin - fracture.impactionMm * 0.5 })),
    ...beyond.toReversed(),
  ].map(({ u, s }) => ({
    x: base.x + s * direction.x - u * direction.y,
    y: base.y + s * direction.y + u * direction.x,
  }));
}

function widthAt(bone: Bone, s: number): number {
  return bone.halfWidths[Math.min(bone.halfWidths.length - 1, Math.round(s * 2))] ?? 5;
}
