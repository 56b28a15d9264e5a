/**
 * Addresses within the page. The hash needs no help from the server.
 */

/** What a hash names. */
export type Route =
  | { readonly page: 'worklist'; readonly search: string }
  | { readonly page: 'study' | 'report'; readonly studyInstanceUid: string }
  | { readonly page: 'audit' }
  | { readonly page: 'blind'; readonly sample: string };

/** Address of a study. */
export function studyHref(studyInstanceUid: string): string {
  return `#/studies/${studyInstanceUid}`;
}

/** Address of the report of a study. */
export function reportHref(studyInstanceUid: string): string {
  return `#/studies/${studyInstanceUid}/report`;
}

/** The page that a hash names; else the audit at `/audit`, and the worklist everywhere else. */
export function routeOf(hash: string, path = ''): Route {
  const [, studyInstanceUid, report] = /^#\/studies\/([\d.]+)(\/report)?$/.exec(hash) ?? [];
  if (studyInstanceUid !== undefined) {
    return { page: report === undefined ? 'study' : 'report', studyInstanceUid };
  }
  const sample = /^#\/blind\/(\d+)$/.exec(hash)?.[1];
  if (sample !== undefined) return { page: 'blind', sample };
  if (path.endsWith('/audit')) return { page: 'audit' };
  const search = new URLSearchParams(/^#\/\?(.*)$/.exec(hash)?.[1]).get('search');
  return { page: 'worklist', search: search ?? '' };
}
