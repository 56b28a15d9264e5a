/**
 * A manifest with its gates open: same network, same decoder, but everything it says is let through.
 *
 * Published findings are cut off at operating points; a curve needs what lies below them too. Nothing here reads a tensor:
 * the decoders of the server do, asked for more.
 */
import { OSTEON, isSameCode, type Code } from '../../dicom/vocabulary/codes.ts';
import type { Manifest } from '../manifest.ts';

/** Boxes below this score are noise; Python's `fracture_decode.LEAST_SCORE` is the same. */
export const LEAST_BOX_SCORE = 0.02;

/**
 * Limb or not, one hand or more, every image passes; every probability counts as *definite*; boxes are kept from
 * {@link LEAST_BOX_SCORE};
 * no region and no age is turned away. The thresholds of the regions stay: they choose the calibration of the probability.
 */
export function openManifest(manifest: Manifest): Manifest {
  const least = manifest.task === 'fracture-detection' ? LEAST_BOX_SCORE : 0;
  const { output } = manifest;
  return {
    ...manifest,
    operatingPoints:
      manifest.task === 'body-region' ? manifest.operatingPoints : { suspicious: least, definite: least },
    routing: { regions: [], requiresRequest: manifest.routing.requiresRequest },
    ...('labels' in output && {
      output: {
        ...output,
        labels: output.labels.map((label) =>
          isGate(manifest, label.concept) ? { ...label, threshold: 0 } : label,
        ),
      },
    }),
  };
}

/** True for a label that lets images through rather than says something of them. */
function isGate({ task }: Manifest, concept: Code | undefined): boolean {
  return task === 'one-hand' || (concept !== undefined && isSameCode(concept, OSTEON.limbRadiograph));
}
