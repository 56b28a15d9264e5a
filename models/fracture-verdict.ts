/**
 * What the two fracture models say together, so that one result never contradicts itself.
 *
 * - The image-level probability reaches *suspicious* or *definite*: fracture **present**, with that certainty; every located
 *   fracture is reported.
 * - It reaches neither and nothing definite is located: **absent**; what is located below *definite* is not reported,
 *   because a box beside the words "no fracture" helps nobody.
 * - It reaches neither, but the detector is *definite* somewhere: **undetermined**; the definite fractures are reported.
 */
import { BODY_REGION_CODES } from '../dicom/vocabulary/body-region-codes.ts';
import { OSTEON, type Code } from '../dicom/vocabulary/codes.ts';
import type { Certainty, Finding } from '../dicom/vocabulary/finding.ts';
import type { Manifest } from './manifest.ts';
import type { AnalysisRequest } from './pipeline.ts';
import type { LocatedFractures, PresenceReading, RegionReading } from './tasks.ts';

/** The findings of both models; either may be absent (not configured, or failed). */
export function fractureFindings(
  request: AnalysisRequest,
  region: RegionReading | undefined,
  presence: PresenceReading | undefined,
  located: LocatedFractures | undefined,
): readonly Finding[] {
  const imageCertainty = presence && certaintyOf(presence.probability, presence.operatingPoints);
  const keepsOnlyDefinite = presence !== undefined && imageCertainty === undefined;
  const boxes = located ? locatedFindings(request, region, located, keepsOnlyDefinite) : [];
  if (!presence) return boxes;
  const verdict = imageCertainty ? 'present' : boxes.length > 0 ? 'undetermined' : 'absent';
  const statement: Finding<'fracture-presence'> = {
    kind: 'fracture-presence',
    trackingId: 'fracture-presence',
    concept: OSTEON.fracturePresence,
    source: request.source,
    model: presence.model,
    verdict,
    ...(imageCertainty && { certainty: imageCertainty }),
    probability: presence.probability,
  };
  return [statement, ...boxes];
}

function locatedFindings(
  request: AnalysisRequest,
  region: RegionReading | undefined,
  located: LocatedFractures,
  keepsOnlyDefinite: boolean,
): readonly Finding<'fracture'>[] {
  const site = siteOf(region);
  const { laterality } = request.patient;
  const reported = located.fractures.flatMap((fracture) => {
    const certainty = certaintyOf(fracture.probability, located.operatingPoints);
    return certainty && !(keepsOnlyDefinite && certainty !== 'definite') ? [{ ...fracture, certainty }] : [];
  });
  return reported.map((fracture, index) => ({
    kind: 'fracture',
    trackingId: `fracture-${index + 1}`,
    source: request.source,
    model: located.model,
    ...fracture,
    ...(site && { site }),
    ...(laterality && { laterality }),
  }));
}

/** The site, only when exactly one region was recognised. */
function siteOf(region: RegionReading | undefined): Code | undefined {
  const [only, ...others] = region?.findings ?? [];
  return only && others.length === 0 ? BODY_REGION_CODES[only.region] : undefined;
}

/** The operating point a score reaches; `undefined` below *suspicious*. */
function certaintyOf(score: number, points: Manifest['operatingPoints']): Certainty | undefined {
  if (score >= points.definite) return 'definite';
  return score >= points.suspicious ? 'suspicious' : undefined;
}
