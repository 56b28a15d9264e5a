/**
 * Which of the models at hand may run.
 */
import { PacsError } from '../dicom/vocabulary/failure.ts';
import type { Manifest } from './manifest.ts';
import type { ModelSet } from './pipeline.ts';

/** What the configuration says of models. */
export interface ModelSelection {
  /** Ids that may run; `undefined` means all but those that run only when named. */
  readonly ids?: readonly string[];
  /** Whether models whose weights are for research only may run. */
  readonly allowsResearchOnly: boolean;
}

/**
 * The models that may run, at most one a task. Throws `invalid-configuration` for an id that no folder has, or two models
 * for one task (the ids of `OSTEON_MODELS` choose).
 */
export function selectModels(manifests: readonly Manifest[], selection: ModelSelection): ModelSet {
  const { ids, allowsResearchOnly } = selection;
  const unknown = ids?.filter((id) => manifests.every((manifest) => manifest.id !== id)) ?? [];
  if (unknown.length > 0) {
    const known = manifests.map(({ id }) => id).join(', ');
    throw new PacsError(
      'invalid-configuration',
      `OSTEON_MODELS names ${unknown.join(', ')}; expected some of ${known}`,
    );
  }
  const models: ModelSet = {};
  for (const manifest of manifests) {
    if (ids ? !ids.includes(manifest.id) : manifest.routing.onlyWhenNamed === true) continue;
    if (manifest.licence.researchOnly && !allowsResearchOnly) continue;
    const other = models[manifest.task];
    if (other) {
      throw new PacsError(
        'invalid-configuration',
        `${other.id} and ${manifest.id} both do "${manifest.task}"; name the one to run in OSTEON_MODELS`,
      );
    }
    models[manifest.task] = manifest;
  }
  return models;
}
