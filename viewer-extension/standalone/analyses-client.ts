/**
 * The state of analyses, asked of `/api/analyses`. What was found is not here: it is in the reports.
 */
import { parseAnalyses, type Analysis } from '../core/analysis-state.ts';
import { request, type InstanceAddress } from './dicomweb-client.ts';

export class AnalysesClient {
  readonly #url: string;

  /** `url` of the resource, e.g. `/api/analyses`. */
  constructor(url: string) {
    this.#url = url;
  }

  /** The analyses of these studies; a study that was never queued has none. */
  async list(studyInstanceUids: readonly string[], signal?: AbortSignal): Promise<readonly Analysis[]> {
    const response = await request(`${this.#url}?study=${encodeURIComponent(studyInstanceUids.join())}`, {
      headers: { accept: 'application/json' },
      signal: signal ?? null,
    });
    return parseAnalyses(await response.json());
  }

  /** Where the fracture model looks on an image: a PNG whose opacity says how much, in the geometry of the image. */
  async activation(address: InstanceAddress, signal?: AbortSignal): Promise<Blob> {
    const path = `${address.studyInstanceUid}/instances/${address.sopInstanceUid}/activation`;
    const response = await request(`${this.#url}/${path}`, {
      headers: { accept: 'image/png' },
      signal: signal ?? null,
    });
    return await response.blob();
  }

  /** Asks for an analysis now; `boneAge` also where no rule asks for it. */
  async start(studyInstanceUid: string, options: { readonly boneAge: boolean }): Promise<void> {
    await request(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ studyInstanceUid, ...(options.boneAge ? { boneAge: true } : {}) }),
    });
  }
}
