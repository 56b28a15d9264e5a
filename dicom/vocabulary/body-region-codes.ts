/**
 * The body regions that models tell apart as SNOMED CT concepts: what reports say, and where fractures are located.
 */
import { SCT, type Code } from './codes.ts';
import type { BodyRegion } from './finding.ts';

/** Region → concept. */
export const BODY_REGION_CODES = {
  hand: SCT.upperLimb,
  leg: SCT.lowerLimb,
  hip: SCT.hipJoint,
  shoulder: SCT.shoulder,
} as const satisfies Record<BodyRegion, Code>;
