/**
 * Addresses of DICOMweb resources, and the UIDs in the path of a request. PS3.18 10.1.
 */
import type { Request } from 'express';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { InstanceIdentity } from '../../dicom/vocabulary/instance.ts';
import { parseUid } from '../../dicom/vocabulary/uids.ts';
import type { InstanceSelection } from '../storage/stored-instance.ts';

/** Address of the DICOMweb root as the client sees it, without a trailing slash. */
export function baseUrlOf(request: Request): string {
  return `${request.protocol}://${request.host || 'localhost'}${request.baseUrl}`;
}

/** Address of a study, series or instance below `base`. */
export function urlOf(base: string, selection: InstanceSelection): string {
  const series = selection.seriesUid === undefined ? '' : `/series/${selection.seriesUid}`;
  const instance = selection.sopInstanceUid === undefined ? '' : `/instances/${selection.sopInstanceUid}`;
  return `${base}/studies/${selection.studyUid}${series}${instance}`;
}

/** Address of a stored instance below `base`. */
export function addressOf(base: string, identity: InstanceIdentity): string {
  return urlOf(base, {
    studyUid: identity.studyInstanceUid,
    seriesUid: identity.seriesInstanceUid,
    sopInstanceUid: identity.sopInstanceUid,
  });
}

/** A UID of the path by its name. Throws `invalid-uid`, also where the route has no such segment. */
export function uidParameter(request: Request, name: string): string {
  return parseUid(request.params[name], `The ${name} UID of the address`);
}

/** The study, series or instance that the path names. Throws `invalid-uid`. */
export function selectionOf(request: Request): InstanceSelection {
  const { series, instance } = request.params;
  return {
    studyUid: uidParameter(request, 'study'),
    ...(series === undefined ? {} : { seriesUid: uidParameter(request, 'series') }),
    ...(instance === undefined ? {} : { sopInstanceUid: uidParameter(request, 'instance') }),
  };
}

/** The instance that the path names, all three UIDs. Throws `invalid-uid`. */
export function instanceSelectionOf(request: Request): Required<InstanceSelection> {
  return {
    studyUid: uidParameter(request, 'study'),
    seriesUid: uidParameter(request, 'series'),
    sopInstanceUid: uidParameter(request, 'instance'),
  };
}

/** Fails with `not-found` for an empty selection. */
export function requireFound<T>(found: readonly T[], selection: InstanceSelection): readonly T[] {
  if (found.length > 0) return found;
  const level =
    selection.sopInstanceUid !== undefined
      ? 'instance'
      : selection.seriesUid !== undefined
        ? 'series'
        : 'study';
  throw new PacsError('not-found', `No such ${level} is stored`);
}
