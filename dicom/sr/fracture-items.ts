/**
 * A located fracture, TID 1410 (PS3.16), writer beside reader.
 *
 * One group a fracture, and one region a group: the outline where there is one, else the box. The score is that of the
 * box, so the box stands below the certainty as its source, where stock OHIF also looks for the geometry of a measurement.
 */
import type { Code } from '../vocabulary/codes.ts';
import { DCM, isSameCode, OSTEON, SCT, UCUM, wordOf } from '../vocabulary/codes.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { Certainty, FindingBase, FindingDetails } from '../vocabulary/finding.ts';
import { boundsOf, cornersOf } from '../vocabulary/geometry.ts';
import type { OriginalFinding } from '../vocabulary/review.ts';
import { code, type ContentItem } from './content-items.ts';
import { valueIn, type ContentNode } from './content-tree.ts';
import {
  headerSiteItems,
  measured,
  readHeaderSite,
  readSite,
  siteItems,
  type GroupBody,
  type ReadGroup,
} from './finding-group.ts';
import { sourceRegion, sourceRegionOf, type RegionImage } from './region-items.ts';
import { percentOf, probabilityOf, writtenBox, writtenPolygon } from './rounding.ts';

const CERTAINTY_CODES = {
  definite: OSTEON.definite,
  suspicious: OSTEON.suspicious,
} as const satisfies Record<Certainty, Code>;

/**
 * The group of a fracture; `original` is what it was before it was edited. Throws `invalid-value` for one below
 * *suspicious*, or off its image.
 */
export function writeFracture(
  finding: FindingBase & FindingDetails['fracture'],
  on: RegionImage,
  original?: OriginalFinding,
): GroupBody {
  const { source, polygon, laterality, model } = finding;
  const evaluations = certaintyItems(finding.certainty);
  if (evaluations.length === 0) {
    throw new PacsError('invalid-value', 'a fracture below the suspicious operating point is never written');
  }
  const box = cornersOf(writtenBox(finding.box, source));
  const scored = original?.kind === 'fracture' ? cornersOf(writtenBox(original.box, source)) : box;
  return {
    templateId: '1410',
    category: SCT.morphologicallyAbnormalStructure,
    ring: polygon ? writtenPolygon(polygon, source) : box,
    geometricPurpose: polygon ? DCM.outline : SCT.boundedBy,
    modifiers: siteItems(finding.site, laterality),
    measurements: [
      measured(DCM.certaintyOfFinding, percentOf(finding.probability), UCUM.percent, model, [
        sourceRegion(DCM.sourceOfMeasurement, scored, on),
      ]),
    ],
    evaluations: [...evaluations, ...headerSiteItems(finding.headerSite)],
  };
}

/** What a group says of a fracture; `undefined` when it is not one or not whole. */
export function readFracture({
  node,
  ring,
  ringOf,
  isEdited,
}: ReadGroup): FindingDetails['fracture'] | undefined {
  const certainty = readCertainty(node);
  const score = certainty && node.childOf(DCM.certaintyOfFinding);
  const probability = probabilityOf(score && valueIn(score, UCUM.percent));
  node.codeIs(SCT.findingCategory, SCT.morphologicallyAbnormalStructure);
  const purpose = node.codeOf(DCM.geometricPurposeOfRegion);
  if (certainty === undefined || probability === undefined || !ring || !purpose) return undefined;
  const region = sourceRegionOf(score, DCM.sourceOfMeasurement);
  const scored = region && ringOf(region);
  return {
    certainty,
    probability,
    box: boundsOf(isEdited ? ring : (scored ?? ring)),
    ...(!isSameCode(purpose, SCT.boundedBy) && { polygon: ring }),
    ...readSite(node),
    ...readHeaderSite(node),
  };
}

/** The operating point reached, as a coded evaluation; nothing where none is or the word is not one of ours. */
export function certaintyItems(certainty: Certainty | undefined): readonly ContentItem[] {
  const value = certainty && wordOf(CERTAINTY_CODES, CERTAINTY_CODES[certainty]);
  return value ? [code('CONTAINS', OSTEON.operatingPoint, CERTAINTY_CODES[value])] : [];
}

/** The operating point that a group says. */
export function readCertainty(group: ContentNode): Certainty | undefined {
  return group.wordIn(OSTEON.operatingPoint, CERTAINTY_CODES);
}
