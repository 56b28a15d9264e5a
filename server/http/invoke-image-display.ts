/**
 * Deep links from a PACS or RIS: IHE Invoke Image Display (RAD-106), answered with a redirect to the reading room.
 *
 * Trap: the address carries identifiers of a patient, so nothing of it may be logged but its route.
 */
import { Router, type Request } from 'express';
import { textOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { parseUid } from '../../dicom/vocabulary/uids.ts';
import { principalOf, requirePermission } from '../security/authentication.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import { parseSearch } from './qido-parameters.ts';

/** Beyond so many studies of one accession number the list is shown. */
const LIMIT = '2';

/**
 * `GET ?requestType=STUDY&studyUID=…`, `…&accessionNumber=…`, or `requestType=PATIENT&patientID=…`. One study is opened;
 * several are listed. Of several values in one parameter the first counts. Parameters of the profile that the reading
 * room has no use for (viewerType, diagnosticQuality, …) are taken and left aside.
 */
export function invokeImageDisplayRouter(index: Pick<StudyIndex, 'searchStudies'>): Router {
  const router = Router();
  router.get('/', requirePermission('read-studies'), async (request, response) => {
    response.set('Cache-Control', 'no-store').redirect(302, `/#/${await placeOf(request, index)}`);
  });
  return router;
}

async function placeOf(request: Request, index: Pick<StudyIndex, 'searchStudies'>): Promise<string> {
  const requestType = valueOf(request, 'requestType');
  if (requestType === 'PATIENT') {
    // A CX value: the identifier, then who assigned it.
    const [patientId = ''] = (valueOf(request, 'patientID') ?? '').split('^');
    if (patientId === '')
      throw new PacsError('bad-request', 'requestType PATIENT needs the parameter patientID');
    return listOf(patientId);
  }
  if (requestType !== 'STUDY') {
    throw new PacsError('bad-request', 'Parameter requestType must be STUDY or PATIENT (IHE RAD-106)');
  }
  const studyUid = valueOf(request, 'studyUID');
  if (studyUid !== undefined) {
    return await studyOf(request, index, { StudyInstanceUID: parseUid(studyUid, 'Parameter studyUID') });
  }
  const accessionNumber = valueOf(request, 'accessionNumber');
  if (accessionNumber === undefined || /[*?\\]/.test(accessionNumber)) {
    throw new PacsError('bad-request', 'requestType STUDY needs the parameter studyUID or accessionNumber');
  }
  return await studyOf(request, index, { AccessionNumber: accessionNumber });
}

async function studyOf(
  request: Request,
  index: Pick<StudyIndex, 'searchStudies'>,
  condition: Readonly<Record<string, string>>,
): Promise<string> {
  const { matches } = await index.searchStudies({
    ...parseSearch({ ...condition, limit: LIMIT }, { level: 'study' }),
    restriction: principalOf(request).studies,
  });
  const [only, other] = matches;
  const uid = only && textOf(only, TAG.StudyInstanceUID);
  if (uid === undefined) throw new PacsError('not-found', 'No such study is stored');
  return other ? listOf(condition['AccessionNumber'] ?? '') : `studies/${uid}`;
}

function listOf(search: string): string {
  return `?${new URLSearchParams({ search }).toString()}`;
}

/** A parameter given once, the first of its values. */
function valueOf(request: Request, name: string): string | undefined {
  const value: unknown = request.query[name];
  if (value !== undefined && typeof value !== 'string') {
    throw new PacsError('bad-request', `Parameter ${name} is given more than once`);
  }
  return value?.split(',')[0]?.trim() || undefined;
}
