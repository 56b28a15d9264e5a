/**
 * Search (QIDO-RS), all six resources. PS3.18 10.6.
 */
import type { Request, RequestHandler } from 'express';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { textOf } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../dicom/vocabulary/dictionary.ts';
import { principalOf } from '../security/authentication.ts';
import type { QueryLevel } from '../storage/index-attributes.ts';
import { REMAINING_LIMIT } from '../storage/study-index.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import { chooseListForm, sendDataSets } from './data-set-answer.ts';
import { parseSearch } from './qido-parameters.ts';
import { sendWarnings } from './warnings.ts';
import { baseUrlOf, uidParameter, urlOf } from './web-address.ts';

/** GET of a list of studies, series or instances; the study and series of the path narrow it. */
export function searchResources(index: StudyIndex, level: QueryLevel): RequestHandler {
  return async (request, response) => {
    const form = chooseListForm(request);
    const { study, series } = request.params;
    const search = parseSearch(request.query, {
      level,
      ...(study === undefined ? {} : { studyUid: uidParameter(request, 'study') }),
      ...(series === undefined ? {} : { seriesUid: uidParameter(request, 'series') }),
    });
    const page = await index.search({ ...search, restriction: principalOf(request).studies });
    sendWarnings(response, remainingNotice(page.remaining));
    if (page.matches.length === 0) {
      response.status(204).end();
      return;
    }
    const results = page.matches.map((match) => withRetrieveUrl(request, level, match));
    await sendDataSets(response, form, results);
  };
}

/** PS3.18 8.3.4.4. Beyond the limit the number is a lower bound, and says so. */
function remainingNotice(remaining: number): string[] {
  if (remaining === 0) return [];
  const count = remaining < REMAINING_LIMIT ? String(remaining) : `at least ${REMAINING_LIMIT}`;
  return [`There are ${count} additional results that can be requested`];
}

function withRetrieveUrl(request: Request, level: QueryLevel, match: DataSet): DataSet {
  const seriesUid = textOf(match, TAG.SeriesInstanceUID);
  const sopInstanceUid = textOf(match, TAG.SOPInstanceUID);
  const url = urlOf(baseUrlOf(request), {
    studyUid: textOf(match, TAG.StudyInstanceUID) ?? '',
    ...(level !== 'study' && seriesUid !== undefined ? { seriesUid } : {}),
    ...(level === 'instance' && sopInstanceUid !== undefined ? { sopInstanceUid } : {}),
  });
  return { ...withAddresses(match, url), ...dataSetOf({ RetrieveURL: url }) };
}

/** The index keeps addresses of bulk data relative to that of the instance; a quote inside a JSON string is escaped, so the pattern stands nowhere else. */
function withAddresses(match: DataSet, url: string): DataSet {
  const json = JSON.stringify(match);
  if (!json.includes('"BulkDataURI":')) return match;
  return JSON.parse(json.replaceAll('"BulkDataURI":"', `"BulkDataURI":"${url}/`)) as DataSet;
}
