/**
 * Addresses within the page. The hash needs no help from the server.
 */

/** Address of a study. */
export function studyHref(studyInstanceUid: string): string {
  return `#/studies/${studyInstanceUid}`;
}

/** The study that a hash names; `undefined` for the worklist. */
export function openStudy(hash: string): string | undefined {
  return /^#\/studies\/([\d.]+)$/.exec(hash)?.[1];
}
