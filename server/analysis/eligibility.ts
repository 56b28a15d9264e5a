/**
 * Which stored instances are analysed, and why the others are not. Pure: header in, verdict out.
 *
 * *Ignored* instances (our own results, and any report, presentation state, segmentation or key object) never start or
 * restart an analysis: results that come back from an archive must not make the study look new.
 */
import { itemsOf, numberOf, textOf, textsOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { REJECTION_REASONS, type RejectionReason } from '../../dicom/vocabulary/finding.ts';
import { isOwnSummary } from '../../dicom/vocabulary/own-objects.ts';
import { MANUFACTURER, SOP_CLASS } from '../../dicom/vocabulary/uids.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';

/** What the analysis makes of an instance. */
export type Eligibility =
  | { readonly kind: 'radiograph' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'rejected'; readonly reason: RejectionReason };

/** Storage SOP classes of results: SR, presentation states, segmentations, key objects, by the stem of their UID. PS3.6 Table A-1. */
const RESULT_CLASS_STEMS = [
  '1.2.840.10008.5.1.4.1.1.88.',
  '1.2.840.10008.5.1.4.1.1.11.',
  '1.2.840.10008.5.1.4.1.1.66.',
  '1.2.840.10008.5.1.4.1.1.104.',
];

/** Judges one instance by itself. */
export function eligibilityOf(instance: StoredInstance, modalities: readonly string[]): Eligibility {
  const { sopClassUid, metadata, origin } = instance;
  if (
    origin === 'analysis' ||
    RESULT_CLASS_STEMS.some((stem) => sopClassUid.startsWith(stem)) ||
    isOwnSummary(metadata)
  ) {
    return { kind: 'ignored' };
  }
  const modality = textOf(metadata, TAG.Modality);
  if (modality === undefined || !modalities.includes(modality))
    return { kind: 'rejected', reason: 'other-modality' };
  if (!instance.pixelData) return { kind: 'rejected', reason: 'no-pixel-data' };
  if ((numberOf(metadata, TAG.NumberOfFrames) ?? 1) > 1) return { kind: 'rejected', reason: 'multi-frame' };
  if (textsOf(metadata, TAG.ImageType)[1] === 'SECONDARY' && !isOwnImport(instance)) {
    return { kind: 'rejected', reason: 'secondary-image' };
  }
  return { kind: 'radiograph' };
}

/** An instance that is not ignored, and what the analysis makes of it. */
export interface JudgedInstance {
  readonly instance: StoredInstance;
  readonly eligibility: Exclude<Eligibility, { kind: 'ignored' }>;
}

/**
 * Judges a study's instances together: of an exposure sent both ways, the For Presentation image is preferred
 * (PS3.3 C.8.11.1.1.2). Instances that are ignored are left out.
 */
export function judgeStudy(
  instances: readonly StoredInstance[],
  modalities: readonly string[],
): readonly JudgedInstance[] {
  const presented = instances.filter(
    ({ sopClassUid }) => sopClassUid === SOP_CLASS.digitalXRayForPresentation,
  );
  return instances.flatMap((instance) => {
    const eligibility = eligibilityOf(instance, modalities);
    if (eligibility.kind === 'ignored') return [];
    const isRaw = instance.sopClassUid === SOP_CLASS.digitalXRayForProcessing;
    if (
      eligibility.kind === 'radiograph' &&
      isRaw &&
      presented.some((image) => isSameExposure(instance, image))
    ) {
      return [{ instance, eligibility: { kind: 'rejected', reason: 'raw-duplicate' } as const }];
    }
    return [{ instance, eligibility }];
  });
}

/**
 * True when a For Presentation image shows the exposure of a For Processing one: it names it as its source
 * (PS3.3 C.8.11.1.1.2, Source Image Sequence); else, where both tell the time of acquisition, that time; else view and side.
 */
function isSameExposure(raw: StoredInstance, presented: StoredInstance): boolean {
  const sources = itemsOf(presented.metadata, TAG.SourceImageSequence);
  if (sources.some((source) => textOf(source, TAG.ReferencedSOPInstanceUID) === raw.sopInstanceUid))
    return true;
  const [rawTime, presentedTime] = [acquiredAt(raw), acquiredAt(presented)];
  if (rawTime !== undefined && presentedTime !== undefined) return rawTime === presentedTime;
  return EXPOSURE_TAGS.every((tag) => textOf(raw.metadata, tag) === textOf(presented.metadata, tag));
}

/** What tells exposures of one study apart where no time does. */
const EXPOSURE_TAGS = [TAG.BodyPartExamined, TAG.ViewPosition, TAG.ImageLaterality] as const;

function acquiredAt({ metadata }: StoredInstance): string | undefined {
  const moment = textOf(metadata, TAG.AcquisitionDateTime);
  if (moment !== undefined) return moment;
  const [date, time] = [textOf(metadata, TAG.AcquisitionDate), textOf(metadata, TAG.AcquisitionTime)];
  return date !== undefined && time !== undefined ? date + time : undefined;
}

/** Why nothing of a study was analysed, in words. */
export function reasonInWords(reasons: readonly RejectionReason[]): string {
  return [...new Set(reasons)].map((reason) => REJECTION_REASONS[reason]).join('. ');
}

/** A picture that our import turned into a Secondary Capture. */
function isOwnImport({ metadata, sopClassUid }: StoredInstance): boolean {
  return (
    sopClassUid === SOP_CLASS.secondaryCapture &&
    textOf(metadata, TAG.SecondaryCaptureDeviceManufacturer) === MANUFACTURER
  );
}
