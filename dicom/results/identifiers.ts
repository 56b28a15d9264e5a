/**
 * UIDs that follow from what they name: the same inputs, models and settings always make the same UIDs.
 * PS3.5 B.2 (UUID derived UIDs), RFC 9562 5.8 (version 8 UUIDs, here from SHA-256).
 *
 * Trap: neither clock nor randomness may enter; times are in the objects but not in their names.
 */
import { createHash } from 'node:crypto';
import type { ReferencedInstance } from './input.ts';
import type { FindingBase, ImageOutcome, ModelIdentity } from '../vocabulary/finding.ts';
import { IMPLEMENTATION_CLASS_UID } from '../vocabulary/uids.ts';

/** Raised whenever the writers make other bytes of the same findings. */
export const WRITER_VERSION = '3';

/** A UID of `2.25.` and the decimal of a UUID drawn from the names, in their order. At most 44 characters. */
export function nameBasedUid(...names: readonly string[]): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([IMPLEMENTATION_CLASS_UID, ...names]))
    .digest('hex');
  const variant = ((Number.parseInt(hash.charAt(16), 16) & 0x3) | 0x8).toString(16);
  const uuid = `${hash.slice(0, 12)}8${hash.slice(13, 16)}${variant}${hash.slice(17, 32)}`;
  return `2.25.${BigInt(`0x${uuid}`).toString()}`;
}

/** What a result set is named by. */
export interface ResultSetName {
  readonly outcomes: readonly ImageOutcome[];
  readonly softwareVersion: string;
  readonly observerUid: string;
  readonly predecessor: ReferencedInstance | undefined;
}

/**
 * One text per result set: sorted source instances with what became of them and of each model on them, the models as
 * they were set up, the writer, the report it follows. A run that failed and is repeated with success is another set.
 */
export function resultSetName(name: ResultSetName): string {
  const sources = name.outcomes
    .map(({ source, status, runs }) => [
      source.sopInstanceUid,
      String(source.frameNumber),
      status,
      ...runs.map((run) => [run.status, ...modelNames(run.model)].join(' ')).sort(),
    ])
    .map((parts) => JSON.stringify(parts))
    .sort();
  return JSON.stringify([
    WRITER_VERSION,
    name.softwareVersion,
    name.observerUid,
    name.predecessor?.sopInstanceUid ?? '',
    ...sources,
  ]);
}

/** UID of a model as a device: changes with its version, weights and settings. IHE AIR: Device UID. */
export function deviceUidOf(model: ModelIdentity): string {
  return nameBasedUid('device', ...modelNames(model));
}

/**
 * Tracking Unique Identifier of a finding: one and the same in the report, the segmentation and the presentation state
 * of a set, and in every set that repeats the finding. PS3.16 TID 1410; PS3.3 C.8.20.2 (0062,0021).
 */
export function trackingUidOf({ source, model, trackingId }: FindingBase): string {
  const { sopInstanceUid, frameNumber } = source;
  return nameBasedUid('tracking', sopInstanceUid, String(frameNumber), ...modelNames(model), trackingId);
}

function modelNames({ id, version, weightsSha256, parameters }: ModelIdentity): readonly string[] {
  return [id, version, weightsSha256, ...parameters];
}
