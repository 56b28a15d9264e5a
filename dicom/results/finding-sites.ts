/**
 * Where a finding is, from the region model and the header together.
 *
 * The region model tells four regions apart; a finer site comes from the header alone, and only where it lies in the region
 * that the model saw. Trap: Body Part Examined is often wrong, so a header that contradicts the model is stated beside
 * the model's site, never instead of it.
 */
import { BODY_PARTS, type BodyPart } from '../vocabulary/body-part-codes.ts';
import { BODY_REGION_CODES } from '../vocabulary/body-region-codes.ts';
import { wordOf } from '../vocabulary/codes.ts';
import type { DataSet } from '../vocabulary/data-set.ts';
import { itemsOf, textOf } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import type { Finding } from '../vocabulary/finding.ts';
import type { ResultImage } from './input.ts';

/** The image with the sites of its findings made as fine as header and model allow, their disagreement noted. */
export function withSites(image: ResultImage): ResultImage {
  const part = bodyPartOf(image.metadata);
  if (!part) return image;
  const findings = image.outcome.findings.map((finding) => located(finding, part));
  return { ...image, outcome: { ...image.outcome, findings } };
}

/** The body part that a header names: Anatomic Region Sequence, else Body Part Examined; `undefined` for others. */
export function bodyPartOf(metadata: DataSet): BodyPart | undefined {
  const regions = itemsOf(metadata, TAG.AnatomicRegionSequence);
  const coded = regions.map(partOfCode).find((part) => part !== undefined);
  const term = textOf(metadata, TAG.BodyPartExamined)?.trim();
  return coded ?? BODY_PARTS.find((part) => part.term === term);
}

function partOfCode(item: DataSet): BodyPart | undefined {
  const value = textOf(item, TAG.CodeValue);
  const scheme = textOf(item, TAG.CodingSchemeDesignator);
  return BODY_PARTS.find(({ code, srtValue }) =>
    scheme === 'SCT' ? code.value === value : (scheme === 'SRT' || scheme === 'SNM3') && srtValue === value,
  );
}

function located(finding: Finding, part: BodyPart): Finding {
  if (finding.kind === 'body-region') {
    return part.regions.includes(finding.region) ? finding : { ...finding, headerSite: part.code };
  }
  if (finding.kind !== 'fracture') return finding;
  const region = wordOf(BODY_REGION_CODES, finding.site);
  if (finding.site && !region) return finding;
  const isAgreed = !region || part.regions.includes(region);
  return isAgreed ? { ...finding, site: part.code } : { ...finding, headerSite: part.code };
}
