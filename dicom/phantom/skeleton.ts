/**
 * Places the bones of a hand of an age, pose and view. Hand coordinates in mm: origin at the capitate of a left hand,
 * x toward the thumb, y toward the elbow.
 *
 * Trap: a right hand is a left hand until the image is laid out; only the layout mirrors.
 */
import { CARPALS, FOREARM, LONG_BONES, RAYS } from './anatomy.ts';
import type { CarpalName, ForearmName, LongBoneKind, Ray } from './anatomy.ts';
import { boneOf, type Bone, type GrowingEnd } from './bone.ts';
import {
  carpalOssification,
  cortexRatio,
  growthPlate,
  handScale,
  hasSesamoids,
  plumpness,
} from './growth.ts';
import type { GrowthPlate, PhantomSex } from './growth.ts';
import type { PhantomParameters } from './parameters.ts';
import { fork, type RandomSource } from './random.ts';
import { closedSpline, type Point } from './shapes.ts';

/** Joints of a ray from the wrist to the tip, for the soft tissue to follow. */
export interface RayJoints {
  readonly ray: Ray;
  readonly points: readonly Point[];
}

/** All bones and what the soft tissue needs of them. */
export interface Skeleton {
  readonly bones: readonly Bone[];
  readonly rays: readonly RayJoints[];
  readonly scale: number;
  /** Lean of the forearm against the hand, radians; positive brings the elbow to the little finger's side. */
  readonly forearmLean: number;
  /** Moves a point of the hand plane to where the view shows it. */
  readonly project: (point: Point) => Point;
}

interface Setting {
  readonly ageYears: number;
  readonly sex: PhantomSex;
  readonly scale: number;
  readonly isOblique: boolean;
  readonly random: RandomSource;
  readonly project: (point: Point) => Point;
}

const RADIANS = Math.PI / 180;
const JOINT_GAP_MM = [1.9, 1.2, 1.0];

/** Builds the skeleton. Depends on seed, age, sex and view alone. */
export function buildSkeleton(parameters: PhantomParameters): Skeleton {
  const random = fork(parameters.seed, 'pose');
  const { ageYears, sex } = parameters;
  const isOblique = parameters.view === 'oblique';
  const scale = handScale(ageYears, sex) * random.between(0.95, 1.05);
  const project = ({ x, y }: Point): Point => (isOblique ? { x: x * 0.7 + y * 0.05, y } : { x, y });
  const setting: Setting = { ageYears, sex, scale, isOblique, random, project };
  const forearmLean = random.between(-3, 11) * RADIANS;
  const spread = random.between(0.75, 1.12);
  const rays = RAYS.map((ray, index) => placeRay(setting, ray, index, spread));
  return {
    bones: [
      ...forearmBones(setting, forearmLean),
      ...carpalBones(setting),
      ...rays.flatMap(({ bones }) => bones),
      ...(hasSesamoids(ageYears, sex) ? sesamoids(setting, rays[0]?.joints.points[1]) : []),
    ],
    rays: rays.map(({ joints }) => joints),
    scale,
    forearmLean,
    project,
  };
}

function placeRay(
  setting: Setting,
  ray: Ray,
  index: number,
  spread: number,
): { bones: Bone[]; joints: RayJoints } {
  const { scale, random } = setting;
  const bones: Bone[] = [];
  const bend = random.normal() * 1.6;
  let at: Point = { x: ray.base[0] * scale, y: ray.base[1] * scale };
  const points: Point[] = [setting.project(at)];
  ray.kinds.forEach((kind, bone) => {
    const degrees =
      (ray.degrees[bone] ?? 0) * (bone > 0 ? spread : 1) + (bone > 0 ? bend : random.normal() * 0.8);
    const length = (ray.lengthsMm[bone] ?? 20) * scale * (1 + 0.015 * random.normal());
    const radians = degrees * RADIANS;
    const tip = { x: at.x + Math.sin(radians) * length, y: at.y - Math.cos(radians) * length };
    bones.push(longBone(setting, kind, index + 1, ray.widths[bone] ?? 1, at, tip));
    const gap = (JOINT_GAP_MM[bone] ?? 1) * scale + 0.25;
    at = { x: tip.x + Math.sin(radians) * gap, y: tip.y - Math.cos(radians) * gap };
    points.push(setting.project(tip));
  });
  return { bones, joints: { ray, points } };
}

function longBone(
  setting: Setting,
  kind: LongBoneKind,
  ray: number,
  width: number,
  from: Point,
  to: Point,
): Bone {
  const template = LONG_BONES[kind];
  const { scale, ageYears, sex, isOblique } = setting;
  const [base, head] = [setting.project(from), setting.project(to)];
  const lengthMm = Math.hypot(head.x - base.x, head.y - base.y);
  const direction = { x: (head.x - base.x) / lengthMm, y: (head.y - base.y) / lengthMm };
  const along = lengthMm / template.lengthMm;
  const across = scale * width * plumpness(ageYears) * (isOblique ? 0.93 : 0.97);
  const mirrored = template.half.slice(1, -1).toReversed();
  const lean = kind === 'metacarpal' ? (ray > 3 ? -0.4 : 0.4) : 0;
  const rows = [...template.half, ...mirrored.map(([u, s]): readonly [number, number] => [-u, s + lean])];
  const outline = closedSpline(
    rows.map(([u, s]) => ({
      x: base.x + s * along * direction.x - u * across * direction.y,
      y: base.y + s * along * direction.y + u * across * direction.x,
    })),
    3,
  );
  const isHead = kind === 'metacarpal' && ray > 1;
  const at = kind === 'metacarpal' && ray === 1 ? 8 : template.plateMm;
  const plate = growthPlate(
    kind === 'metacarpal' ? 'metacarpal' : 'phalanx',
    ageYears,
    sex,
    kind === 'distal' ? 0.4 : 0,
  );
  return boneOf({
    name: `${kind}-${ray}`,
    outline,
    axis: { base, direction, lengthMm },
    kind: 'long',
    cortexMm: template.cortexMm * scale * width * cortexRatio(ageYears),
    depthRatio: isOblique ? 1 : 0.92,
    density: density(ageYears),
    scale,
    end: growingEnd(plate, at * along, isHead, lengthMm, halfWidthNear(template.half, at) * across),
  });
}

function growingEnd(
  plate: GrowthPlate,
  at: number,
  isHead: boolean,
  length: number,
  halfWidthMm: number,
): GrowingEnd {
  return { ...plate, at, isHead, beyondMm: isHead ? length - at : at, halfWidthMm };
}

function halfWidthNear(half: readonly (readonly [number, number])[], at: number): number {
  return Math.max(...half.filter(([, s]) => Math.abs(s - at) < 5).map(([u]) => u));
}

function carpalBones(setting: Setting): Bone[] {
  const { ageYears, sex, scale, isOblique } = setting;
  const names = Object.keys(CARPALS).filter((name): name is CarpalName => name in CARPALS);
  return names.flatMap((name) => {
    const grown = carpalOssification(name, ageYears, sex);
    if (grown <= 0.15) return [];
    const outline = CARPALS[name];
    const middle = meanOf(outline.map(([x, y]) => ({ x, y })));
    const reach =
      outline.reduce((sum, [x, y]) => sum + Math.hypot(x - middle.x, y - middle.y), 0) / outline.length;
    const shape = Math.min(1, grown * 1.25);
    const size = 1.07 * Math.min(1, 0.3 + 0.72 * grown);
    const centre = setting.project({ x: middle.x * scale, y: middle.y * scale });
    const points = outline.map(([x, y]) => {
      const [dx, dy] = [x - middle.x, y - middle.y];
      const round = (reach * 0.92) / Math.hypot(dx, dy);
      const factor = scale * size * (shape + (1 - shape) * round);
      return { x: centre.x + dx * factor * (isOblique ? 0.88 : 1), y: centre.y + dy * factor };
    });
    return [shortBone(name, points, setting, name === 'hamateHook' ? 0.45 : 1.05)];
  });
}

function sesamoids(setting: Setting, joint: Point | undefined): Bone[] {
  if (!joint) return [];
  const { scale } = setting;
  return [
    [-5.6, 1],
    [-1.5, 5.4],
  ].map(([dx = 0, dy = 0], index) => {
    // prettier-ignore
    const points = Array.from({ length: 8 }, (_, step) => ({
      x: joint.x + scale * (dx + 2.2 * Math.cos((step * Math.PI) / 4)),
      y: joint.y + scale * (dy + 1.7 * Math.sin((step * Math.PI) / 4)),
    }));
    return shortBone(`sesamoid-${index + 1}`, points, setting, 0.9);
  });
}

function shortBone(name: string, points: readonly Point[], setting: Setting, depthRatio: number): Bone {
  const outline = closedSpline(points, 4);
  const middle = meanOf(outline);
  const half = Math.max(...outline.map(({ y }) => Math.abs(y - middle.y)));
  return boneOf({
    name,
    outline,
    axis: { base: { x: middle.x, y: middle.y + half }, direction: { x: 0, y: -1 }, lengthMm: 2 * half },
    kind: 'short',
    cortexMm: 0.55 * setting.scale * cortexRatio(setting.ageYears),
    depthRatio,
    density: density(setting.ageYears),
    scale: setting.scale,
  });
}

function forearmBones(setting: Setting, lean: number): Bone[] {
  const { ageYears, sex, scale, isOblique } = setting;
  const names: readonly ForearmName[] = ['radius', 'ulna'];
  return names.map((name) => {
    const template = FOREARM[name];
    const place = ([x, y]: readonly [number, number]): Point => {
      const middle = template.axis.to[0];
      const seen = isOblique ? middle * 0.6 + (x - middle) * 0.88 : x;
      const below = y - 15;
      return {
        x: scale * (seen * Math.cos(lean) - below * Math.sin(lean)),
        y: scale * (15 + seen * Math.sin(lean) + below * Math.cos(lean)),
      };
    };
    const [base, head] = [place(template.axis.from), place(template.axis.to)];
    const lengthMm = Math.hypot(head.x - base.x, head.y - base.y);
    const at = (template.axis.from[1] - template.plateMm) * scale;
    const halfWidth = name === 'radius' ? 15 : 6.6;
    return boneOf({
      name,
      outline: closedSpline(template.outline.map(place), 4),
      axis: {
        base,
        direction: { x: (head.x - base.x) / lengthMm, y: (head.y - base.y) / lengthMm },
        lengthMm,
      },
      kind: 'forearm',
      cortexMm: template.cortexMm * scale * cortexRatio(ageYears),
      depthRatio: template.depthRatio,
      density: density(ageYears),
      scale,
      end: growingEnd(growthPlate(name, ageYears, sex), at, true, lengthMm, halfWidth * scale),
    });
  });
}

function density(ageYears: number): number {
  return ageYears < 18 ? 0.8 + 0.2 * (ageYears / 18) : ageYears > 60 ? 0.86 : 1;
}

function meanOf(points: readonly Point[]): Point {
  const sum = points.reduce((total, { x, y }) => ({ x: total.x + x, y: total.y + y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}
