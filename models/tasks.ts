/**
 * The four tasks: tensor in, network, decoder, findings in image points out.
 */
import { OSTEON, isSameCode } from '../dicom/vocabulary/codes.ts';
import { PacsError } from '../dicom/vocabulary/failure.ts';
import {
  BODY_REGIONS,
  type BodyRegion,
  type Finding,
  type ModelIdentity,
} from '../dicom/vocabulary/finding.ts';
import {
  type BoundingBox,
  type Polygon,
  apply,
  applyToBox,
  clipBox,
  imagePoint,
} from '../dicom/vocabulary/geometry.ts';
import { type ContractOf, type DecoderName, identityOf, type Manifest } from './manifest.ts';
import { type Tensor, toTensor } from './normalise/to-tensor.ts';
import type { AnalysisRequest, RunModel } from './pipeline.ts';
import { decodeCenterHeatmap } from './postprocess/boxes.ts';
import { decodeBinaryProbability, decodeSigmoidClassifier } from './postprocess/classes.ts';
import { outlineOf } from './postprocess/contours.ts';
import { outputOf } from './postprocess/outputs.ts';
import { decodeRegression } from './postprocess/regression.ts';

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
  const contract = contractOf(model, 'sigmoid-classifier');
  const { tensor } = toTensor(request.image, model.input);
  const probabilities = decodeSigmoidClassifier(await run(model, { [model.input.name]: tensor }), contract);
  const fallback = model.operatingPoints.suspicious;
  const limb = contract.labels.find(({ concept }) => isSameCode(concept, OSTEON.limbRadiograph));
  const limbProbability = limb ? (probabilities.get(limb.label) ?? 0) : 1;
  const findings = contract.labels.flatMap(({ label, concept, threshold }): Finding<'body-region'>[] => {
    const probability = probabilities.get(label) ?? 0;
    if (!isBodyRegion(label) || probability < (threshold ?? fallback)) return [];
    return [
      {
        kind: 'body-region',
        trackingId: `region-${label}`,
        concept,
        source: request.source,
        model: identityOf(model),
        region: label,
        probability,
      },
    ];
  });
  return { isLimb: limbProbability >= (limb?.threshold ?? fallback), limbProbability, findings };
}

/** The image-level probability of a fracture, 0–1, and who said it. */
export interface PresenceReading {
  readonly probability: number;
  readonly model: ModelIdentity;
  readonly operatingPoints: Manifest['operatingPoints'];
}

export async function fractureProbability(
  request: AnalysisRequest,
  model: Manifest,
  run: RunModel,
  regions: readonly BodyRegion[],
): Promise<PresenceReading> {
  const contract = contractOf(model, 'binary-probability');
  const { tensor } = toTensor(request.image, model.input);
  const outputs = await run(model, { [model.input.name]: tensor });
  const probability = decodeBinaryProbability(outputs, contract, regions);
  return { probability, model: identityOf(model), operatingPoints: model.operatingPoints };
}

/** Fractures that reach *suspicious*, best first, in image points. */
export interface LocatedFractures {
  readonly model: ModelIdentity;
  readonly concept: ContractOf<'center-heatmap'>['concept'];
  readonly operatingPoints: Manifest['operatingPoints'];
  readonly fractures: readonly {
    readonly box: BoundingBox;
    readonly polygon?: Polygon;
    readonly probability: number;
  }[];
}

export async function detectFractures(
  request: AnalysisRequest,
  model: Manifest,
  run: RunModel,
): Promise<LocatedFractures> {
  const contract = contractOf(model, 'center-heatmap');
  const { columns, rows } = request.image;
  const { tensor, toImage } = toTensor(request.image, model.input);
  const outputs = await run(model, { [model.input.name]: tensor });
  const mask = outputOf(outputs, contract.mask, [1, 1, -1, -1], [0, 1]);
  const plane = {
    data: mask.data,
    columns: mask.dims[3] ?? 0,
    rows: mask.dims[2] ?? 0,
    stride: contract.maskStride,
  };
  const fractures = decodeCenterHeatmap(outputs, contract, model.operatingPoints.suspicious).flatMap(
    ({ box, score }) => {
      const onImage = clipBox(applyToBox(toImage, box), columns, rows);
      if (onImage.right <= onImage.left || onImage.bottom <= onImage.top) return [];
      const polygon = outlineOf(plane, box, contract.maskThreshold)?.map((point) => {
        const { x, y } = apply(toImage, point.x, point.y);
        return imagePoint(Math.min(Math.max(x, 0), columns), Math.min(Math.max(y, 0), rows));
      });
      return [{ box: onImage, probability: score, ...(polygon && { polygon }) }];
    },
  );
  return {
    model: identityOf(model),
    concept: contract.concept,
    operatingPoints: model.operatingPoints,
    fractures,
  };
}

/** The bone age of a hand, in months. */
export async function estimateBoneAge(
  request: AnalysisRequest,
  model: Manifest,
  run: RunModel,
): Promise<readonly Finding<'bone-age'>[]> {
  const contract = contractOf(model, 'regression');
  const { tensor } = toTensor(request.image, model.input);
  const { sex, ageMonths } = request.patient;
  const inputs: Record<string, Tensor> = { [model.input.name]: tensor };
  for (const extra of model.extraInputs) {
    inputs[extra.name] = { data: Float32Array.of(extra.values[sex ?? 'unknown']), dims: [1, 1] };
  }
  const { value, uncertainty } = decodeRegression(await run(model, inputs), contract);
  return [
    {
      kind: 'bone-age',
      trackingId: 'bone-age',
      concept: contract.concept,
      source: request.source,
      model: identityOf(model),
      months: value,
      ...(uncertainty !== undefined && { uncertaintyMonths: uncertainty }),
      ...(ageMonths !== undefined && { chronologicalMonths: ageMonths }),
      isSexKnown: sex === 'F' || sex === 'M',
      method: OSTEON.wholeHandRegression,
    },
  ];
}

function contractOf<D extends DecoderName>(model: Manifest, decoder: D): ContractOf<D> {
  if (model.output.decoder !== decoder) {
    throw new PacsError(
      'model-invalid',
      `${model.id}: decoder is "${model.output.decoder}"; expected "${decoder}"`,
    );
  }
  return model.output as ContractOf<D>;
}

function isBodyRegion(label: string): label is BodyRegion {
  return (BODY_REGIONS as readonly string[]).includes(label);
}
