/**
 * Renders a phantom: skeleton, soft tissue, fractures, exposure, quantisation; and says what is true of it.
 */
import { apply, boundsOf, clipBox, imagePoint } from '../vocabulary/geometry.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { Bone } from './bone.ts';
import { boneNameOf, fractureOf, fractureOutline, type Fracture } from './fracture.ts';
import { layOut, type Layout } from './layout.ts';
import { collimatorOpening, markerRaster } from './marker.ts';
import { noiseTile, type NoiseTile } from './noise.ts';
import type { FractureRequest, Phantom, PhantomFracture, PhantomParameters } from './parameters.ts';
import { expose } from './physics.ts';
import { fork } from './random.ts';
import { addBone, addSoftTissue, type Raster } from './raster.ts';
import { buildSkeleton } from './skeleton.ts';
import { buildSoftTissue } from './soft-tissue.ts';

interface MadeFracture {
  readonly request: FractureRequest;
  readonly bone: Bone;
  readonly fracture: Fracture;
}

/** Renders a phantom; the same parameters give the same bits. Throws `invalid-value` for a fracture of a bone that is not there. */
export function renderPhantom(parameters: PhantomParameters): Phantom {
  const skeleton = buildSkeleton(parameters);
  const layout = layOut(parameters, skeleton);
  const tile = noiseTile(fork(parameters.seed, 'texture'));
  const made = parameters.fractures.map((request) => makeFracture(request, skeleton.bones, parameters.seed));
  const { columns, rows } = parameters;
  const empty = (): Raster => ({ columns, rows, values: new Float32Array(columns * rows) });
  const soft = empty();
  const fatness = fork(parameters.seed, 'flesh').between(0.92, 1.08) * (parameters.ageYears < 4 ? 1.1 : 1);
  addSoftTissue(soft, buildSoftTissue(skeleton, layout.extent, fatness), layout, tile);
  const bone = empty();
  for (const each of skeleton.bones) {
    addBone(bone, each, made.find(({ bone: broken }) => broken === each)?.fracture, layout, tile);
  }
  const marker = markerRaster(parameters, soft, layout.pixelMm);
  const opening = collimatorOpening(parameters, layout.pixelMm);
  const image = expose(
    { bone, soft, marker, opening, pixelMm: layout.pixelMm, scale: skeleton.scale },
    parameters,
  );
  return {
    columns,
    rows,
    samples: quantised(image, opening, parameters),
    pixelSpacingMm: layout.pixelMm,
    truth: {
      fractures: made.map((each) => truthOf(each, layout, tile, parameters)),
      boneAgeMonths: Math.round(parameters.ageYears * 12),
      sex: parameters.sex,
    },
  };
}

function makeFracture(request: FractureRequest, bones: readonly Bone[], seed: number): MadeFracture {
  const name = boneNameOf(request);
  const bone = bones.find((each) => each.name === name);
  if (!bone)
    throw new PacsError('invalid-value', `fractures names the bone ${name}, which the phantom does not have`);
  return { request, bone, fracture: fractureOf(request, bone, seed) };
}

function truthOf(
  { request, bone, fracture }: MadeFracture,
  { toImage }: Layout,
  tile: NoiseTile,
  { columns, rows }: PhantomParameters,
): PhantomFracture {
  const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  const polygon = fractureOutline(bone, fracture, tile).map(({ x, y }) => {
    const point = apply(toImage, x, y);
    return imagePoint(clamp(point.x, columns), clamp(point.y, rows));
  });
  return { ...request, box: clipBox(boundsOf(polygon), columns, rows), polygon };
}

/** Stored values: full range of Bits Stored, inverted for MONOCHROME1, black behind a shutter. */
function quantised(
  image: Raster,
  opening: Raster,
  { bitsStored, photometricInterpretation, collimation }: PhantomParameters,
): Uint16Array {
  const most = 2 ** bitsStored - 1;
  const samples = new Uint16Array(image.values.length);
  const isInverted = photometricInterpretation === 'MONOCHROME1';
  for (let index = 0; index < samples.length; index++) {
    const isShut = collimation === 'shutter' && (opening.values[index] ?? 1) < 0.5;
    const value = isShut ? 0 : Math.min(1, Math.max(0, image.values[index] ?? 0));
    samples[index] = Math.round((isInverted ? 1 - value : value) * most);
  }
  return samples;
}
