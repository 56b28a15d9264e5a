/** What a phantom promises: the same bits again, a truth that lies on the change, growth that can be seen. */
import { describe, expect, it } from 'vitest';
import type { FractureRequest, Phantom, PhantomParameters } from '../../../dicom/phantom/index.ts';
import { drawParameters, fork, renderPhantom, USUAL_PARAMETERS } from '../../../dicom/phantom/index.ts';
import { growthPlate } from '../../../dicom/phantom/growth.ts';
import { buildSkeleton } from '../../../dicom/phantom/skeleton.ts';
import { massAt } from '../../../dicom/phantom/bone.ts';

const SMALL: PhantomParameters = {
  ...USUAL_PARAMETERS,
  columns: 360,
  rows: 460,
  noise: 0,
  collimation: 'none',
};

const RADIUS: FractureRequest = { site: { bone: 'radius' }, pattern: 'transverse' };
const BOXER: FractureRequest = { site: { bone: 'metacarpal', ray: 5 }, pattern: 'neck' };
const PHALANX: FractureRequest = { site: { bone: 'proximal', ray: 3 }, pattern: 'oblique' };
const SUBTLE: FractureRequest = { site: { bone: 'metacarpal', ray: 3 }, pattern: 'subtle' };

function difference(one: Phantom, other: Phantom): Float64Array {
  return Float64Array.from(one.samples, (sample, index) => (sample - (other.samples[index] ?? 0)) ** 2);
}

function shareInside(phantom: Phantom, energy: Float64Array): number {
  const box = phantom.truth.fractures[0]?.box ?? { left: 0, top: 0, right: 0, bottom: 0 };
  let inside = 0;
  let all = 0;
  energy.forEach((value, index) => {
    const x = (index % phantom.columns) + 0.5;
    const y = Math.floor(index / phantom.columns) + 0.5;
    all += value;
    if (x >= box.left && x <= box.right && y >= box.top && y <= box.bottom) inside += value;
  });
  return inside / all;
}

describe('renderPhantom', () => {
  it('gives the same bits for the same parameters', () => {
    const parameters = { ...SMALL, noise: 1, fractures: [BOXER] };
    expect(renderPhantom(parameters)).toEqual(renderPhantom(parameters));
  });

  it('gives other bits for another seed', () => {
    expect(renderPhantom({ ...SMALL, seed: 2 }).samples).not.toEqual(renderPhantom(SMALL).samples);
  });

  it.each([
    [361, 463],
    [300, 300],
  ])('fills an image of %i columns and %i rows', (columns, rows) => {
    const phantom = renderPhantom({ ...SMALL, columns, rows });
    expect([phantom.columns, phantom.rows, phantom.samples.length]).toEqual([columns, rows, columns * rows]);
  });

  it.each([8, 10, 12, 16] as const)('uses the range of %i stored bits and no more', (bitsStored) => {
    const { samples } = renderPhantom({ ...SMALL, bitsStored });
    const most = samples.reduce((high, sample) => Math.max(high, sample), 0);
    expect(most).toBeLessThanOrEqual(2 ** bitsStored - 1);
    expect(most).toBeGreaterThan(0.9 * (2 ** bitsStored - 1));
  });

  it('inverts MONOCHROME1 exactly', () => {
    const plain = renderPhantom({ ...SMALL, bitsStored: 8 });
    const inverted = renderPhantom({ ...SMALL, bitsStored: 8, photometricInterpretation: 'MONOCHROME1' });
    const sums = plain.samples.map((sample, index) => sample + (inverted.samples[index] ?? 0));
    // A value half way between two samples rounds up on either side.
    expect(sums.every((sum) => sum === 255 || sum === 256)).toBe(true);
  });

  it('refuses a fracture of a bone that no ray has', () => {
    const fractures: FractureRequest[] = [{ site: { bone: 'middle', ray: 1 }, pattern: 'oblique' }];
    expect(() => renderPhantom({ ...SMALL, fractures })).toThrow(/middle-1/);
  });
});

describe('the truth of a fracture', () => {
  it.each([
    ['distal radius', RADIUS, 35],
    ["boxer's", BOXER, 35],
    ['phalanx', PHALANX, 35],
    ['subtle metacarpal', SUBTLE, 35],
    ["child's radius", RADIUS, 9],
  ])('lies on what the fracture changes: %s', (_, request, ageYears) => {
    for (const [seed, side] of [
      [1, 'L'],
      [2, 'R'],
    ] as const) {
      const sound = renderPhantom({ ...SMALL, seed, side, ageYears });
      const broken = renderPhantom({ ...SMALL, seed, side, ageYears, fractures: [request] });
      expect(shareInside(broken, difference(sound, broken))).toBeGreaterThan(0.7);
    }
  });

  it('is tight: a box covers a small part of the image', () => {
    const broken = renderPhantom({ ...SMALL, fractures: [PHALANX] });
    const [fracture] = broken.truth.fractures;
    const { left, top, right, bottom } = fracture?.box ?? { left: 0, top: 0, right: 1e9, bottom: 1e9 };
    expect(((right - left) * (bottom - top)) / (broken.columns * broken.rows)).toBeLessThan(0.03);
  });

  it('has a box that is the hull of its polygon', () => {
    const [fracture] = renderPhantom({ ...SMALL, fractures: [BOXER] }).truth.fractures;
    const xs = fracture?.polygon.map(({ x }) => x) ?? [];
    expect([Math.min(...xs), Math.max(...xs)]).toEqual([fracture?.box.left, fracture?.box.right]);
  });
});

describe('a right hand', () => {
  it('has the thumb on the left of the image, a left hand on the right', () => {
    const thumb = (side: 'L' | 'R'): number => {
      const fractures: FractureRequest[] = [{ site: { bone: 'proximal', ray: 1 }, pattern: 'subtle' }];
      const phantom = renderPhantom({ ...SMALL, side, fractures });
      const box = phantom.truth.fractures[0]?.box;
      return ((box?.left ?? 0) + (box?.right ?? 0)) / 2 / phantom.columns;
    };
    expect(thumb('R')).toBeLessThan(0.45);
    expect(thumb('L')).toBeGreaterThan(0.55);
  });
});

describe('growth', () => {
  it('shows a lucent plate in the distal radius at 8 and none at 20', () => {
    expect(massAtPlate(8)).toBe(0);
    expect(massAtPlate(20)).toBeGreaterThan(1);
  });

  it('lets the bones of the wrist appear with age', () => {
    const counts = [1, 4, 8, 13].map(
      (ageYears) => buildSkeleton({ ...SMALL, ageYears, sex: 'F' }).bones.length,
    );
    expect(counts).toEqual([...counts].sort((one, other) => one - other));
    expect(new Set(counts).size).toBe(counts.length);
  });

  it('closes the plates of girls before those of boys', () => {
    expect(growthPlate('radius', 17.5, 'F').gapMm).toBe(0);
    expect(growthPlate('radius', 17.5, 'M').gapMm).toBeGreaterThan(0);
  });

  it('tells the bone age in months', () => {
    expect(renderPhantom({ ...SMALL, ageYears: 10.5 }).truth.boneAgeMonths).toBe(126);
  });
});

function massAtPlate(ageYears: number): number {
  const radius = buildSkeleton({ ...SMALL, ageYears }).bones.find(({ name }) => name === 'radius');
  if (!radius?.end) throw new Error('the phantom has no radius');
  const flat = new Float32Array(256 * 256);
  const steps = Array.from({ length: 60 }, (_, step) => (radius.end?.at ?? 0) + (step - 30) * 0.1);
  return Math.min(...steps.map((s) => massAt(radius, s, 0, flat)));
}

describe('drawParameters', () => {
  it('puts every fracture it draws inside the image', () => {
    for (let seed = 0; seed < 6; seed++) {
      const parameters = drawParameters(fork(seed, 'test'), seed, true, 320);
      for (const { box } of renderPhantom(parameters).truth.fractures) {
        expect((box.right - box.left) * (box.bottom - box.top)).toBeGreaterThan(20);
      }
    }
  });
});
