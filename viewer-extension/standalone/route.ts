/**
 * Addresses within the page. The hash needs no help from the server.
 */

/** What a hash names. */
export type Route =
  | { readonly page: 'worklist'; readonly search: string }
  | { readonly page: 'study' | 'report'; readonly studyInstanceUid: string };

/** Address of a study. */
export function studyHref(studyInstanceUid: string): string {
  return `#/studies/${studyInstanceUid}`;
}

/** Address of the report of a study. */
export function reportHref(studyInstanceUid: string): string {
  return `#/studies/${studyInstanceUid}/report`;
}

/** The page that a hash names; the worklist for whatever names none. */
export function routeOf(hash: string): Route {
  const [, studyInstanceUid, report] = /^#\/studies\/([\d.]+)(\/report)?$/.exec(hash) ?? [];
  if (studyInstanceUid !== undefined) {
    return { page: report === undefined ? 'study' : 'report', studyInstanceUid };
  }
  const search = new URLSearchParams(/^#\/\?(.*)$/.exec(hash)?.[1]).get('search');
  return { page: 'worklist', search: search ?? '' };
}
