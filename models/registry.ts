/**
 * Which of the models at hand may run, and which of them for a patient of what age.
 */
import { PacsError } from '../dicom/vocabulary/failure.ts';
import type { Manifest } from './manifest.ts';
import type { ModelSet, PatientFacts } from './pipeline.ts';

/** What the configuration says of models. */
export interface ModelSelection {
  /** Ids that may run; `undefined` means all but those that run only when named. */
  readonly ids?: readonly string[];
  /** Whether models whose weights are for research only may run. */
  readonly allowsResearchOnly: boolean;
}

/**
 * The models that may run: for a task one, or one for patients of any age and one with an age limit. Throws
 * `invalid-configuration` for an id that no folder has, or two models for the same patients (the ids of `OSTEON_MODELS` choose).
 */
export function selectModels(manifests: readonly Manifest[], selection: ModelSelection): readonly Manifest[] {
  const { ids, allowsResearchOnly } = selection;
  const unknown = ids?.filter((id) => manifests.every((manifest) => manifest.id !== id)) ?? [];
  if (unknown.length > 0) {
    const known = manifests.map(({ id }) => id).join(', ');
    throw new PacsError(
      'invalid-configuration',
      `OSTEON_MODELS names ${unknown.join(', ')}; expected some of ${known}`,
    );
  }
  const models: Manifest[] = [];
  for (const manifest of manifests) {
    if (ids ? !ids.includes(manifest.id) : manifest.routing.onlyWhenNamed === true) continue;
    if (manifest.licence.researchOnly && !allowsResearchOnly) continue;
    const other = models.find(
      (one) => one.task === manifest.task && hasAgeLimit(one) === hasAgeLimit(manifest),
    );
    if (other) {
      throw new PacsError(
        'invalid-configuration',
        `${other.id} and ${manifest.id} both do "${manifest.task}"; name the one to run in OSTEON_MODELS`,
      );
    }
    models.push(manifest);
  }
  return models;
}

/**
 * Of selected models the ones for this patient, one a task. A model with an age limit stands before the other where the age
 * is known to be below it; where the age is unknown or above, only if there is no other.
 */
export function modelsForPatient(models: readonly Manifest[], patient: PatientFacts): ModelSet {
  const set: ModelSet = {};
  for (const model of models) {
    const other = set[model.task];
    if (!other || hasAgeLimit(model) === isWithinLimit(model, other, patient)) set[model.task] = model;
  }
  return set;
}

function hasAgeLimit({ routing }: Manifest): boolean {
  return routing.maximumAgeYears !== undefined;
}

/** True when the patient is known to be younger than the limit that one of the two has. */
function isWithinLimit(one: Manifest, other: Manifest, { ageMonths }: PatientFacts): boolean {
  const years = one.routing.maximumAgeYears ?? other.routing.maximumAgeYears;
  return ageMonths !== undefined && years !== undefined && ageMonths < years * 12;
}
