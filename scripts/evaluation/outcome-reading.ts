/**
 * What an evaluation keeps of the outcomes of one image.
 */
import { OSTEON, isSameCode } from '../../dicom/vocabulary/codes.ts';
import { type ImageOutcome, findingsOf } from '../../dicom/vocabulary/finding.ts';
import type { AgeReading, ImageReading, Published } from '../../models/evaluation/image-reading.ts';
import type { Manifest, ModelTask } from '../../models/manifest.ts';
import { readOutputs } from '../../models/postprocess/decoders.ts';
import type { Outputs } from '../../models/postprocess/outputs.ts';

/** One image, looked at several ways. */
export interface Outcomes {
  readonly published: ImageOutcome;
  /** With every gate open. */
  readonly open: ImageOutcome;
  /** Bone age with the sex withheld. */
  readonly withheld?: ImageOutcome | undefined;
  readonly region?: Manifest | undefined;
  readonly outputs: ReadonlyMap<ModelTask, Outputs>;
}

export function readingOf({ published, open, withheld, region, outputs }: Outcomes): ImageReading {
  const [presence] = findingsOf(open.findings, 'fracture-presence');
  const boneAge = ageOf(open);
  const boneAgeSexWithheld = withheld && ageOf(withheld);
  return {
    published: publishedOf(published),
    ...labelsOf(region, outputs.get('body-region')),
    ...(presence && { fracture: presence.probability }),
    boxes: findingsOf(open.findings, 'fracture').map(({ box, polygon, probability }) => ({
      box,
      ...(polygon && { polygon }),
      score: probability,
    })),
    ...(boneAge && { boneAge }),
    ...(boneAgeSexWithheld && { boneAgeSexWithheld }),
  };
}

function publishedOf(outcome: ImageOutcome): Published {
  const [presence] = findingsOf(outcome.findings, 'fracture-presence');
  const failed = outcome.runs.find(({ status }) => status === 'failed');
  const reason =
    outcome.status === 'rejected'
      ? outcome.reason
      : outcome.status === 'failed'
        ? outcome.detail
        : failed?.status === 'failed'
          ? `${failed.model.id}: ${failed.reason}`
          : undefined;
  return {
    status: outcome.status,
    ...(reason !== undefined && { reason }),
    ...(presence?.verdict === 'present' && presence.certainty && { presence: presence.certainty }),
    fractures: findingsOf(outcome.findings, 'fracture').map(({ certainty }) => certainty),
    hasBoneAge: findingsOf(outcome.findings, 'bone-age').length > 0,
  };
}

function ageOf(outcome: ImageOutcome): AgeReading | undefined {
  const [age] = findingsOf(outcome.findings, 'bone-age');
  return (
    age && {
      months: age.months,
      ...(age.uncertaintyMonths !== undefined && { uncertaintyMonths: age.uncertaintyMonths }),
    }
  );
}

/** Probabilities of the region model's labels, by the server's decoder; findings hold those above a threshold only. */
function labelsOf(
  region: Manifest | undefined,
  outputs: Outputs | undefined,
): Pick<ImageReading, 'labels' | 'limb'> {
  if (!region || !outputs) return {};
  const reading = readOutputs(outputs, region.output, { threshold: 0, regions: [] });
  if (reading.kind !== 'classes') return {};
  const limb = reading.classes.find(({ concept }) => concept && isSameCode(concept, OSTEON.limbRadiograph));
  return {
    labels: Object.fromEntries(reading.classes.map(({ label, probability }) => [label, probability])),
    ...(limb && { limb: limb.probability }),
  };
}
