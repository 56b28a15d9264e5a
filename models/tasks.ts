/**
 * The four tasks: tensor in, network, decoder, findings in image points out. A task asks for a kind of reading; which
 * decoder gives it is the manifest's affair.
 */
import { OSTEON, isSameCode, type Code } from '../dicom/vocabulary/codes.ts';
import { PacsError } from '../dicom/vocabulary/failure.ts';
import {
  BODY_REGIONS,
  type BodyRegion,
  type Finding,
  type ModelIdentity,
} from '../dicom/vocabulary/finding.ts';
import {
  type Affine,
  type BoundingBox,
  type Polygon,
  apply,
  applyToBox,
  clipBox,
  imagePoint,
} from '../dicom/vocabulary/geometry.ts';
import { scoreBoneAge } from './bone-age-reference.ts';
import { identityOf, type Manifest } from './manifest.ts';
import type { FoundRegions } from './normalise/hand-regions/find-regions.ts';
import { montageTensor, outlinesOf } from './normalise/hand-regions/montage-input.ts';
import type { Tensor } from './normalise/to-tensor.ts';
import type { AnalysisRequest, RunModel } from './pipeline.ts';
import { tensorOf } from './shared-runs.ts';
import { readOutputs } from './postprocess/decoders.ts';
import type { FoundInstance, Reading, ReadingKind, ReadingOf } from './postprocess/reading.ts';

/** What the region model says of an image. */
export interface RegionReading {
  readonly isLimb: boolean;
  /** 0–1; 1 where the model has no such label. */
  readonly limbProbability: number;
  readonly findings: readonly Finding<'body-region'>[];
}

/** Which regions reach their threshold, and whether this is a limb radiograph at all. */
export async function recogniseRegion(
  request: AnalysisRequest,
  model: Manifest,
  run: RunModel,
): Promise<RegionReading> {
  const { reading } = await readImage(request, model, run, ['classes']);
  const fallback = model.operatingPoints.suspicious;
  const limb = limbOf(reading);
  const findings = reading.classes.flatMap((found): Finding<'body-region'>[] => {
    const { label, concept, probability } = found;
    const region = regionOf(found);
    if (!region || !concept || probability < (found.threshold ?? fallback)) return [];
    return [
      {
        kind: 'body-region',
        trackingId: `region-${label}`,
        concept,
        source: request.source,
        model: identityOf(model),
        region,
        probability,
      },
    ];
  });
  return {
    isLimb: limb.probability >= (limb.threshold ?? fallback),
    limbProbability: limb.probability,
    findings,
  };
}

/**
 * The probability of a limb radiograph: the label with that concept; else, of classes that exclude each other, what is
 * left beside those that are no region; else 1, since the model cannot tell.
 */
function limbOf({ classes, areExclusive }: ReadingOf<'classes'>): {
  probability: number;
  threshold?: number;
} {
  const limb = classes.find(({ concept }) => concept && isSameCode(concept, OSTEON.limbRadiograph));
  if (limb)
    return {
      probability: limb.probability,
      ...(limb.threshold !== undefined && { threshold: limb.threshold }),
    };
  const others = areExclusive ? classes.filter((found) => !regionOf(found)) : [];
  return { probability: 1 - others.reduce((sum, { probability }) => sum + probability, 0) };
}

/** The image-level probability of a fracture, 0–1, and who said it. */
export interface PresenceReading {
  readonly probability: number;
  readonly model: ModelIdentity;
  readonly operatingPoints: Manifest['operatingPoints'];
}

/** How likely the image shows a fracture. Of a classifier, every class with a concept is a fracture. */
export async function fractureProbability(
  request: AnalysisRequest,
  model: Manifest,
  run: RunModel,
  regions: readonly BodyRegion[],
): Promise<PresenceReading> {
  const { reading } = await readImage(request, model, run, ['probability', 'classes'], { regions });
  const probability = reading.kind === 'probability' ? reading.probability : probabilityOfAny(reading);
  return { probability, model: identityOf(model), operatingPoints: model.operatingPoints };
}

/** Of classes that exclude each other the sum is meant, of others the most probable. */
function probabilityOfAny({ classes, areExclusive }: ReadingOf<'classes'>): number {
  const sought = classes.flatMap(({ concept, probability }) => (concept ? [probability] : []));
  return areExclusive
    ? Math.min(
        1,
        sought.reduce((sum, one) => sum + one, 0),
      )
    : Math.max(0, ...sought);
}

/** One fracture in image points. */
export interface LocatedFracture {
  readonly concept: Code;
  readonly box: BoundingBox;
  readonly polygon?: Polygon;
  readonly probability: number;
}

/** Fractures that reach *suspicious*, best first. */
export interface LocatedFractures {
  readonly model: ModelIdentity;
  readonly operatingPoints: Manifest['operatingPoints'];
  readonly fractures: readonly LocatedFracture[];
}

export async function detectFractures(
  request: AnalysisRequest,
  model: Manifest,
  run: RunModel,
): Promise<LocatedFractures> {
  const { reading, toImage } = await readImage(request, model, run, ['instances']);
  const fractures = reading.instances.flatMap((instance) => onImage(instance, toImage, request.image));
  return { model: identityOf(model), operatingPoints: model.operatingPoints, fractures };
}

/** An instance in image points, cut at the image's border; none when nothing of it lies on the image. */
function onImage(
  { concept, score, box, polygon }: FoundInstance,
  toImage: Affine,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): readonly LocatedFracture[] {
  const clipped = clipBox(applyToBox(toImage, box), columns, rows);
  if (clipped.right <= clipped.left || clipped.bottom <= clipped.top) return [];
  const outline = polygon?.map((point) => {
    const { x, y } = apply(toImage, point.x, point.y);
    return imagePoint(Math.min(Math.max(x, 0), columns), Math.min(Math.max(y, 0), rows));
  });
  return [{ concept, box: clipped, probability: score, ...(outline && { polygon: outline }) }];
}

/** Whether the image shows one whole hand, and how probable that is, 0–1. */
export interface HandReading {
  readonly isOneHand: boolean;
  readonly probability: number;
}

/** Looks for one whole hand. Of a classifier, the first class with a concept is meant. */
export async function recogniseOneHand(
  request: AnalysisRequest,
  model: Manifest,
  run: RunModel,
): Promise<HandReading> {
  const { reading } = await readImage(request, model, run, ['probability', 'classes']);
  const found = reading.kind === 'probability' ? reading : reading.classes.find(({ concept }) => concept);
  const probability = found?.probability ?? 0;
  const threshold = found && 'threshold' in found ? found.threshold : undefined;
  return { isOneHand: probability >= (threshold ?? model.operatingPoints.suspicious), probability };
}

/** The bone age of a hand, in months. */
export async function estimateBoneAge(
  request: AnalysisRequest,
  model: Manifest,
  run: RunModel,
): Promise<readonly Finding<'bone-age'>[]> {
  const { reading } = await readImage(request, model, run, ['value']);
  return [boneAgeFinding(request, model, reading, { method: OSTEON.wholeHandRegression })];
}

/** The bone age of a hand, in months, from the regions found on it. */
export async function estimateBoneAgeOfRegions(
  request: AnalysisRequest,
  model: Manifest,
  run: RunModel,
  regions: FoundRegions,
): Promise<readonly Finding<'bone-age'>[]> {
  const reading = await readTensor(request, model, run, ['value'], montageTensor(regions, model.input));
  return [
    boneAgeFinding(request, model, reading, {
      method: OSTEON.handRegionsRegression,
      handRegions: outlinesOf(regions, request.image),
    }),
  ];
}

function boneAgeFinding(
  { patient, source }: AnalysisRequest,
  model: Manifest,
  { concept, value, uncertainty }: ReadingOf<'value'>,
  how: Pick<Finding<'bone-age'>, 'method' | 'handRegions'>,
): Finding<'bone-age'> {
  const { sex, ageMonths } = patient;
  return {
    kind: 'bone-age',
    trackingId: 'bone-age',
    concept,
    source,
    model: identityOf(model),
    months: value,
    ...(uncertainty !== undefined && { uncertaintyMonths: uncertainty }),
    ...(ageMonths !== undefined && { chronologicalMonths: ageMonths }),
    score: scoreBoneAge(value, patient),
    isSexKnown: sex === 'F' || sex === 'M',
    ...how,
  };
}

/** Runs a network on the image and reads its outputs. Throws `model-invalid` when the decoder gives none of `kinds`. */
async function readImage<K extends ReadingKind>(
  request: AnalysisRequest,
  model: Manifest,
  run: RunModel,
  kinds: readonly K[],
  { regions = [] }: { readonly regions?: readonly BodyRegion[] } = {},
): Promise<{ readonly reading: ReadingOf<K>; readonly toImage: Affine }> {
  const { tensor, toImage } = tensorOf(request.image, model.input);
  return { reading: await readTensor(request, model, run, kinds, tensor, regions), toImage };
}

/** Runs a network on a tensor of the image and reads its outputs. Throws as {@link readImage} does. */
async function readTensor<K extends ReadingKind>(
  request: AnalysisRequest,
  model: Manifest,
  run: RunModel,
  kinds: readonly K[],
  tensor: Tensor,
  regions: readonly BodyRegion[] = [],
): Promise<ReadingOf<K>> {
  const inputs: Record<string, Tensor> = { [model.input.name]: tensor };
  for (const extra of model.extraInputs) {
    inputs[extra.name] = {
      data: Float32Array.of(extra.values[request.patient.sex ?? 'unknown']),
      dims: [1, 1],
    };
  }
  const context = { threshold: model.operatingPoints.suspicious, regions };
  const reading = readOutputs(await run(model, inputs), model.output, context);
  if (isOneOf(reading, kinds)) return reading;
  throw new PacsError('model-invalid', `${model.id} gives ${reading.kind}; expected ${kinds.join(' or ')}`);
}

function isOneOf<K extends ReadingKind>(reading: Reading, kinds: readonly K[]): reading is ReadingOf<K> {
  return kinds.some((kind) => kind === reading.kind);
}

function regionOf({
  label,
  region,
}: {
  readonly label: string;
  readonly region?: BodyRegion | undefined;
}): BodyRegion | undefined {
  return region ?? BODY_REGIONS.find((known) => known === label);
}
