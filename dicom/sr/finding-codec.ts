/**
 * Every kind of finding, its writer and its reader side by side: one row of {@link FINDING_CODECS} per kind.
 * TID 1410 for what has a place, TID 1501 for what concerns the whole image (PS3.16).
 *
 * A fracture with a polygon is **two** groups. TID 1410 allows one region a group, and a box and an outline are two
 * regions; sharing one Tracking Unique Identifier would be natural, but OHIF merges groups that do and then draws the
 * first region only. So the box has the finding's tracking identifier and UID, the outline `<identifier> outline` and
 * a UID of its own, and the reader joins them by identifier and image.
 */
import { BODY_REGION_CODES } from '../vocabulary/body-region-codes.ts';
import type { Code } from '../vocabulary/codes.ts';
import { DCM, isSameCode, LN, OSTEON, SCT, UCUM, wordOf } from '../vocabulary/codes.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type {
  Certainty,
  Finding,
  FindingBase,
  FindingDetails,
  FindingKind,
  Laterality,
} from '../vocabulary/finding.ts';
import { boundsOf, cornersOf } from '../vocabulary/geometry.ts';
import {
  differenceItems,
  missingScoreItems,
  monthsItem,
  monthsOf,
  readScore,
  scoreItems,
} from './bone-age-items.ts';
import { code, type ContentItem } from './content-items.ts';
import {
  borderOf,
  groupItem,
  measured,
  siteItems,
  type GroupBody,
  type GroupContext,
  type ReadGroup,
} from './finding-group.ts';
import { percentOf, probabilityOf, roundedMonths, writtenBox, writtenPolygon } from './rounding.ts';

interface FindingCodec<K extends FindingKind> {
  /** The groups a finding is written as. Throws `invalid-value` for what may not be written. */
  write(finding: FindingBase & FindingDetails[K]): readonly GroupBody[];
  /** What a group says; `undefined` when it is not of this kind or not whole. */
  read(group: ReadGroup): FindingDetails[K] | undefined;
}

const VERDICT_CODES = {
  present: SCT.present,
  absent: SCT.absent,
  undetermined: SCT.undetermined,
} as const satisfies Record<FindingDetails['fracture-presence']['verdict'], Code>;

const CERTAINTY_CODES = {
  definite: OSTEON.definite,
  suspicious: OSTEON.suspicious,
} as const satisfies Record<Certainty, Code>;

/** CID 244. */
const LATERALITY_CODES = {
  L: SCT.left,
  R: SCT.right,
  B: SCT.bilateral,
  U: SCT.unilateral,
} as const satisfies Record<Laterality, Code>;

/** One row per kind: adding a kind without its row does not compile. */
export const FINDING_CODECS: { readonly [K in FindingKind]: FindingCodec<K> } = {
  'body-region': {
    write: (finding) => [
      wholeImage(finding, {
        measurements: [
          measured(DCM.certaintyOfFinding, percentOf(finding.probability), UCUM.percent, finding.model),
        ],
        evaluations: [code('CONTAINS', OSTEON.bodyRegion, BODY_REGION_CODES[finding.region])],
      }),
    ],
    read: ({ node }) => {
      const region = wordOf(BODY_REGION_CODES, node.codeOf(OSTEON.bodyRegion));
      const probability = region && probabilityOf(node.numberOf(DCM.certaintyOfFinding));
      return region === undefined || probability === undefined ? undefined : { region, probability };
    },
  },

  'fracture-presence': {
    // The NUM is the probability of a fracture, also where the verdict is "absent": hence not Certainty of Finding.
    write: (finding) => [
      wholeImage(finding, {
        measurements: [
          measured(DCM.probability, percentOf(finding.probability), UCUM.percent, finding.model),
        ],
        evaluations: [
          code('CONTAINS', SCT.fractureOfBone, VERDICT_CODES[finding.verdict]),
          ...certaintyItems(finding.certainty),
        ],
      }),
    ],
    read: ({ node }) => {
      const verdict = wordOf(VERDICT_CODES, node.codeOf(SCT.fractureOfBone));
      const probability = verdict && probabilityOf(node.numberOf(DCM.probability));
      if (verdict === undefined || probability === undefined) return undefined;
      const certainty = wordOf(CERTAINTY_CODES, node.codeOf(OSTEON.operatingPoint));
      return { verdict, probability, ...(certainty && { certainty }) };
    },
  },

  fracture: { write: writeFracture, read: readFracture },

  'bone-age': {
    write: (finding) => [
      wholeImage(finding, {
        measurements: [
          measured(LN.xrBoneAge, roundedMonths(finding.months), UCUM.month, finding.model, [
            code('HAS CONCEPT MOD', SCT.measurementMethod, finding.method),
            ...monthsItem('HAS PROPERTIES', SCT.rangeOfMeasurementUncertainty, finding.uncertaintyMonths),
            ...scoreItems(finding.score),
          ]),
          ...monthsItem('CONTAINS', DCM.subjectAge, finding.chronologicalMonths),
          ...differenceItems(finding),
        ],
        evaluations: [
          code('CONTAINS', OSTEON.sexGivenToModel, finding.isSexKnown ? SCT.yes : SCT.no),
          ...missingScoreItems(finding.score),
        ],
      }),
    ],
    read: ({ node }) => {
      const age = node.childOf(LN.xrBoneAge);
      const months = age && monthsOf(age);
      const method = age?.codeOf(SCT.measurementMethod);
      const sexGiven = node.codeOf(OSTEON.sexGivenToModel);
      if (months === undefined || !method || !sexGiven) return undefined;
      const uncertaintyMonths = monthsOf(age?.childOf(SCT.rangeOfMeasurementUncertainty));
      const chronologicalMonths = monthsOf(node.childOf(DCM.subjectAge));
      node.childOf(OSTEON.ageDifference); // follows from the two ages
      const score = readScore(node, age);
      return {
        months,
        method,
        isSexKnown: isSameCode(sexGiven, SCT.yes),
        ...(uncertaintyMonths !== undefined && { uncertaintyMonths }),
        ...(chronologicalMonths !== undefined && { chronologicalMonths }),
        ...(score && { score }),
      };
    },
  },
};

/** The groups of one finding. */
export function writeFinding<K extends FindingKind>(
  kind: K,
  finding: FindingBase & FindingDetails[K],
  context: GroupContext,
): readonly ContentItem[] {
  return FINDING_CODECS[kind].write(finding).map((body) => groupItem(finding, body, context));
}

/** The finding a group says; `undefined` when no row understands it. */
export function readFinding(group: ReadGroup): Finding | undefined {
  for (const kind of KINDS) {
    const finding = readAs(kind, group);
    if (finding) return finding;
  }
  return undefined;
}

const KINDS = Object.keys(FINDING_CODECS) as readonly FindingKind[];

function readAs(kind: FindingKind, group: ReadGroup): Finding | undefined {
  const details = FINDING_CODECS[kind].read(group);
  // A kind and the details of its own row: the compiler cannot join the two halves of a union again.
  return details && ({ ...group.base, kind, ...details } as Finding);
}

function writeFracture(finding: FindingBase & FindingDetails['fracture']): readonly GroupBody[] {
  const { source, polygon, laterality } = finding;
  const side = laterality && LATERALITY_CODES[laterality];
  const shared = {
    templateId: '1410',
    modifiers: siteItems(finding.site, side),
    measurements: [
      measured(DCM.certaintyOfFinding, percentOf(finding.probability), UCUM.percent, finding.model),
    ],
    evaluations: certaintyItems(finding.certainty),
  } as const;
  if (shared.evaluations.length === 0) {
    throw new PacsError('invalid-value', 'a fracture below the suspicious operating point is never written');
  }
  const box: GroupBody = {
    ...shared,
    role: 'finding',
    ring: cornersOf(writtenBox(finding.box, source)),
    geometricPurpose: SCT.boundedBy,
  };
  if (!polygon) return [box];
  const ring = writtenPolygon(polygon, source);
  return [box, { ...shared, role: 'outline', ring, geometricPurpose: DCM.outline }];
}

function readFracture({ node, ring, outline }: ReadGroup): FindingDetails['fracture'] | undefined {
  const certainty = wordOf(CERTAINTY_CODES, node.codeOf(OSTEON.operatingPoint));
  const probability = certainty && probabilityOf(node.numberOf(DCM.certaintyOfFinding));
  const purpose = node.codeOf(DCM.geometricPurposeOfRegion);
  if (certainty === undefined || probability === undefined || !ring || !purpose) return undefined;
  const polygon = isSameCode(purpose, SCT.boundedBy) ? outline : ring;
  const siteNode = node.childOf(SCT.findingSite);
  const site = siteNode?.code;
  const laterality = wordOf(LATERALITY_CODES, siteNode?.codeOf(SCT.laterality));
  return {
    certainty,
    probability,
    box: boundsOf(ring),
    ...(polygon && { polygon }),
    ...(site && !isSameCode(site, SCT.bone) && { site }),
    ...(laterality && { laterality }),
  };
}

function wholeImage(
  finding: FindingBase,
  content: Pick<GroupBody, 'measurements' | 'evaluations'>,
): GroupBody {
  return { templateId: '1501', role: 'finding', ring: borderOf(finding.source), ...content };
}

/** The operating point reached, as a coded evaluation; nothing where none is or the word is not one of ours. */
function certaintyItems(certainty: Certainty | undefined): readonly ContentItem[] {
  const value = certainty && wordOf(CERTAINTY_CODES, CERTAINTY_CODES[certainty]);
  return value ? [code('CONTAINS', OSTEON.operatingPoint, CERTAINTY_CODES[value])] : [];
}
