/**
 * Draws the parameters of one phantom of a varied set: ages, sexes, sides, views, fractures, looks.
 */
import type { FracturePattern, FractureRequest, FractureSite, PhantomParameters } from './parameters.ts';
import type { RandomSource } from './random.ts';

const RAYS = [1, 2, 3, 4, 5] as const;
const FINGERS = [2, 3, 4, 5] as const;

/** Parameters for one phantom. `seed` is its own seed; `longSide` in pixels. */
export function drawParameters(
  random: RandomSource,
  seed: number,
  isFractured: boolean,
  longSide: number,
): PhantomParameters {
  const ageYears = isFractured && random.next() < 0.7 ? random.between(18, 80) : random.between(1.5, 19);
  const fractures = isFractured ? drawFractures(random, ageYears) : [];
  const isRadius = fractures.some(({ site }) => site.bone === 'radius' || site.bone === 'ulna');
  const region = isRadius
    ? random.next() < 0.6
      ? 'wrist'
      : 'hand'
    : random.next() < 0.12
      ? 'wrist'
      : 'hand';
  const inView = fractures.every(({ site }) => site.bone !== 'proximal' && site.bone !== 'middle');
  const aspect = random.between(0.68, 0.86);
  return {
    seed,
    ageYears,
    sex: random.next() < 0.5 ? 'F' : 'M',
    side: random.next() < 0.5 ? 'L' : 'R',
    view: random.next() < 0.25 ? 'oblique' : 'PA',
    region: inView ? region : 'hand',
    columns: Math.round(longSide * aspect),
    rows: longSide,
    bitsStored: 8,
    photometricInterpretation: 'MONOCHROME2',
    fractures,
    exposure: random.between(0.3, 1.6),
    noise: random.between(0.7, 1.5),
    collimation: pick(random, ['unexposed', 'shutter', 'none', 'none'] as const),
  };
}

function drawFractures(random: RandomSource, ageYears: number): FractureRequest[] {
  const first = drawFracture(random, ageYears);
  if (random.next() > 0.14) return [first];
  const second = drawFracture(random, ageYears);
  return JSON.stringify(second.site) === JSON.stringify(first.site) ? [first] : [first, second];
}

function drawFracture(random: RandomSource, ageYears: number): FractureRequest {
  const subtle = random.next() < 0.25;
  const kind = random.next();
  const of = (site: FractureSite, pattern: FracturePattern): FractureRequest => ({
    site,
    pattern: subtle ? 'subtle' : pattern,
  });
  if (kind < 0.34) return of({ bone: 'radius' }, 'transverse');
  if (kind < 0.4) return of({ bone: 'ulna' }, 'transverse');
  if (kind < 0.58)
    return of(
      { bone: 'metacarpal', ray: pick(random, [5, 5, 4, 2] as const) },
      ageYears > 14 ? 'neck' : 'transverse',
    );
  if (kind < 0.74)
    return of(
      { bone: 'metacarpal', ray: pick(random, RAYS) },
      random.next() < 0.5 ? 'oblique' : 'transverse',
    );
  if (kind < 0.92)
    return of({ bone: 'proximal', ray: pick(random, RAYS) }, random.next() < 0.6 ? 'oblique' : 'transverse');
  return of({ bone: 'middle', ray: pick(random, FINGERS) }, random.next() < 0.6 ? 'oblique' : 'transverse');
}

function pick<T>(random: RandomSource, choices: readonly T[]): T {
  const choice = choices[Math.floor(random.next() * choices.length)];
  if (choice === undefined) throw new RangeError('nothing to pick from');
  return choice;
}
