/**
 * Stored bytes → grey image → heat map of the fracture-probability network, for an image that the analysis would take.
 */
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import { REJECTION_REASONS } from '../../dicom/vocabulary/finding.ts';
import { activationOf } from '../../models/activation-map.ts';
import type { ModelSet, RunModel } from '../../models/pipeline.ts';
import { recogniseRegion } from '../../models/tasks.ts';
import { refusalOf } from '../../models/usable-image.ts';
import { greyImageOf, sourceImageOf } from './analyse-instance.ts';
import type { ActivationResult, ActivationTask } from './inference-task.ts';

/** Never rejects: what hinders is named by its kind. */
export async function activationOfInstance(
  task: Pick<ActivationTask, 'header'> & { readonly bytes: Uint8Array },
  models: ModelSet,
  run: RunModel,
): Promise<ActivationResult> {
  try {
    const model = models['fracture-probability'];
    if (!model) throw new PacsError('not-found', 'No fracture-probability model is configured');
    const image = await greyImageOf(task.header, task.bytes);
    const refusal = 'reason' in image ? image : refusalOf(image);
    if ('reason' in image || refusal) {
      throw new PacsError('not-applicable', refusal ? REJECTION_REASONS[refusal.reason] : 'not usable');
    }
    const request = { image, source: sourceImageOf(task.header), patient: {}, isBoneAgeRequested: false };
    const gate = models['body-region'];
    if (gate && !(await recogniseRegion(request, gate, run)).isLimb)
      throw new PacsError('not-applicable', REJECTION_REASONS['not-a-limb']);
    return { map: await activationOf(image, model, run) };
  } catch (error) {
    const { kind, message } = asPacsError(error, 'model-failed');
    return { kind, message };
  }
}
