/**
 * What is done with one radiograph: region first, then what the region calls for. Pure but for `run`, which is handed in.
 *
 * The order, and what gates what:
 * 1. An image too small, too narrow or blank is rejected.
 * 2. The region model says whether this is a limb radiograph, and which. Not a limb: rejected, nothing else runs.
 * 3. Fracture probability and fracture detector. What they say together is decided in `fracture-verdict.ts`.
 * 4. Bone age, only when asked for, on an upper limb, under the model's age limit, and only if the one-hand model sees one
 *    whole hand: a bone-age network gives any image an age. Where the variant on hand regions is chosen it goes first; the
 *    whole hand is read where its regions are not found.
 *
 * A model that fails is named in `runs`; the others still speak. Only when nothing could run has the image failed.
 */
import {
  NOT_ONE_HAND,
  type ImageOutcome,
  type Finding,
  type ModelRun,
  type SourceImage,
  type BodyRegion,
} from '../dicom/vocabulary/finding.ts';
import type { GreyImage } from '../dicom/vocabulary/image.ts';
import { asPacsError } from '../dicom/vocabulary/failure.ts';
import {
  detectFractures,
  estimateBoneAge,
  estimateBoneAgeOfRegions,
  fractureProbability,
  recogniseOneHand,
  recogniseRegion,
  type RegionReading,
} from './tasks.ts';
import { fractureFindings } from './fracture-verdict.ts';
import { identityOf, type Manifest, type ModelTask } from './manifest.ts';
import { findHandRegions } from './normalise/hand-regions/find-regions.ts';
import type { Tensor } from './normalise/to-tensor.ts';
import type { Outputs } from './postprocess/outputs.ts';
import { sharingRuns } from './shared-runs.ts';
import { refusalOf } from './usable-image.ts';

/** Runs one network. Rejects with `model-failed`. */
export type RunModel = (model: Manifest, inputs: Readonly<Record<string, Tensor>>) => Promise<Outputs>;

/** What the header says of the person, as far as it says it. */
export interface PatientFacts {
  readonly sex?: 'F' | 'M' | 'O';
  /** Age at the study, in months. */
  readonly ageMonths?: number;
  readonly laterality?: 'L' | 'R' | 'B' | 'U';
}

/** One radiograph to analyse. */
export interface AnalysisRequest {
  readonly image: GreyImage;
  readonly source: SourceImage;
  readonly patient: PatientFacts;
  readonly isBoneAgeRequested: boolean;
}

/** The models that may run, at most one a task. */
export type ModelSet = Partial<Record<ModelTask, Manifest>>;

/** Analyses one radiograph. Never rejects for what a model does: that is part of the outcome. */
export async function analyseImage(
  request: AnalysisRequest,
  models: ModelSet,
  runModel: RunModel,
): Promise<ImageOutcome> {
  const { source } = request;
  const run = sharingRuns(runModel);
  const refusal = refusalOf(request.image);
  if (refusal) return { status: 'rejected', source, findings: [], runs: [], ...refusal };
  const runs: ModelRun[] = [];
  const attempt = async <T>(
    model: Manifest | undefined,
    work: (model: Manifest) => Promise<T>,
  ): Promise<T | undefined> => {
    if (!model) return undefined;
    try {
      const result = await work(model);
      runs.push({ model: identityOf(model), status: 'succeeded' });
      return result;
    } catch (error) {
      runs.push({
        model: identityOf(model),
        status: 'failed',
        reason: asPacsError(error, 'model-failed').message,
      });
      return undefined;
    }
  };

  const region = await attempt(models['body-region'], (model) => recogniseRegion(request, model, run));
  if (region?.isLimb === false) {
    const detail = `probability of a limb radiograph ${(region.limbProbability * 100).toFixed(1)} %`;
    return { status: 'rejected', source, reason: 'not-a-limb', detail, findings: [], runs };
  }
  const regions = region?.findings.map((finding) => finding.region) ?? [];
  const findings: Finding[] = [...(region?.findings ?? [])];
  findings.push(...(await fractures(request, models, run, region, runs, attempt)));
  findings.push(...(await boneAges(request, models, run, regions, runs, attempt)));

  const hasSpoken = runs.some(({ status }) => status === 'succeeded');
  const hasFailed = runs.some(({ status }) => status === 'failed');
  if (!hasSpoken && (hasFailed || runs.length === 0)) {
    const reasons = runs.flatMap((one) =>
      one.status === 'succeeded' ? [] : [`${one.model.id}: ${one.reason}`],
    );
    return {
      status: 'failed',
      source,
      detail: reasons.join('; ') || 'no model is configured',
      findings: [],
      runs,
    };
  }
  return { status: 'analysed', source, findings, runs };
}

type Attempt = <T>(
  model: Manifest | undefined,
  work: (model: Manifest) => Promise<T>,
) => Promise<T | undefined>;

async function fractures(
  request: AnalysisRequest,
  models: ModelSet,
  run: RunModel,
  region: RegionReading | undefined,
  runs: ModelRun[],
  attempt: Attempt,
): Promise<readonly Finding[]> {
  const regions = region?.findings.map((finding) => finding.region) ?? [];
  const routed = (model: Manifest | undefined) => {
    if (!model) return undefined;
    const reason =
      reasonOfAge(request, model) ??
      (isMeantFor(model, regions) ? undefined : `not meant for ${regions.join(', ')}`);
    if (reason === undefined) return model;
    runs.push({ model: identityOf(model), status: 'skipped', reason });
    return undefined;
  };
  const presence = await attempt(routed(models['fracture-probability']), (model) =>
    fractureProbability(request, model, run, regions),
  );
  const located = await attempt(routed(models['fracture-detection']), (model) =>
    detectFractures(request, model, run),
  );
  return fractureFindings(request, region, presence, located);
}

/** True when the model is meant for one of the regions seen, or for any, or when no region could be told. */
function isMeantFor(model: Manifest, regions: readonly BodyRegion[]): boolean {
  const meant = model.routing.regions;
  return meant.length === 0 || regions.length === 0 || regions.some((region) => meant.includes(region));
}

async function boneAges(
  request: AnalysisRequest,
  models: ModelSet,
  run: RunModel,
  regions: readonly BodyRegion[],
  runs: ModelRun[],
  attempt: Attempt,
): Promise<readonly Finding[]> {
  const byRegions = models['bone-age-regions'];
  const byWholeHand = models['bone-age'];
  const model = byRegions ?? byWholeHand;
  if (!model) return [];
  const reason =
    reasonToSkipBoneAge(request, model, regions) ?? (await refusalOfHand(request, models, run, attempt));
  if (reason !== undefined) {
    runs.push({ model: identityOf(model), status: 'skipped', reason });
    return [];
  }
  const search = byRegions && findHandRegions(request.image);
  if (byRegions && search?.isFound === false) {
    runs.push({
      model: identityOf(byRegions),
      status: 'skipped',
      reason: `regions not found: ${search.reason}`,
    });
  }
  const ofRegions = search?.isFound
    ? await attempt(byRegions, (one) => estimateBoneAgeOfRegions(request, one, run, search))
    : undefined;
  return ofRegions ?? (await attempt(byWholeHand, (one) => estimateBoneAge(request, one, run))) ?? [];
}

/** Why no bone age is read from what may be no hand; `undefined` when it is one, or when no model tells. */
async function refusalOfHand(
  request: AnalysisRequest,
  models: ModelSet,
  run: RunModel,
  attempt: Attempt,
): Promise<string | undefined> {
  const gate = models['one-hand'];
  if (!gate) return undefined;
  const hand = await attempt(gate, (model) => recogniseOneHand(request, model, run));
  if (!hand) return 'it could not be told whether the image shows one hand';
  if (hand.isOneHand) return undefined;
  return `${NOT_ONE_HAND} from the front (probability ${(hand.probability * 100).toFixed(1)} %)`;
}

function reasonToSkipBoneAge(
  request: AnalysisRequest,
  model: Manifest,
  regions: readonly BodyRegion[],
): string | undefined {
  if (model.routing.requiresRequest && !request.isBoneAgeRequested) return 'not requested';
  return (
    reasonOfAge(request, model) ??
    (isMeantFor(model, regions) ? undefined : 'the image is not recognised as a hand')
  );
}

/** Why the model is not for a patient of this age; `undefined` where it is, or the age is unknown. */
function reasonOfAge({ patient }: AnalysisRequest, { routing }: Manifest): string | undefined {
  const { maximumAgeYears } = routing;
  const { ageMonths } = patient;
  return maximumAgeYears !== undefined && ageMonths !== undefined && ageMonths >= maximumAgeYears * 12
    ? `the patient is ${maximumAgeYears} years or older`
    : undefined;
}
