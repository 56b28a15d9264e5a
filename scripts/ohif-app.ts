/**
 * `node scripts/ohif-app.ts [VERSION]`: fetches a published OHIF application into the cache, where the server and the tests
 * look for it, and prints its folder.
 */
import { ensureOhif, ohifVersionOf, OHIF_VERSION } from '../server/operations/ohif-download.ts';

/** The folder of the application that is served, fetched where it is not there yet. */
export function ensureOhifApp(): Promise<string> {
  return ensureOhif();
}

if (import.meta.main)
  console.log(await ensureOhif({ version: ohifVersionOf(process.argv[2] ?? OHIF_VERSION) }));
