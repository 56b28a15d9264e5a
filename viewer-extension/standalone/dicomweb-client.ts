/**
 * The DICOMweb requests the reading room makes. PS3.18 10.4 (retrieve), 10.6 (search).
 *
 * Trap: a search without a match answers 204 with no body, which is an empty list and no error.
 */
import { isUid } from '../../dicom/vocabulary/uids.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { frameBytes } from './frame-response.ts';
import { isOwnServer, leaveForSignIn } from './sign-in.ts';
import { Problem, type ProblemKind } from './problem.ts';

const NATIVE_FRAME =
  'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1';

/** An instance by its place in the hierarchy. */
export interface InstanceAddress {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
}

/** What the kinds of answer mean to a reader; any other is told by its number. */
const STATUS_PROBLEMS: Readonly<Record<number, ProblemKind>> = {
  0: 'noAnswer',
  401: 'notSignedIn',
  403: 'forbidden',
  404: 'notFound',
  406: 'undecodable',
  413: 'tooLarge',
  429: 'busy',
  503: 'busy',
};

/** An answer other than success; `status` is 0 when there was none. */
export class RequestError extends Problem {
  override readonly name = 'RequestError';
  readonly status: number;

  /** `kind`: what it means where the number alone does not tell. */
  constructor(status: number, kind?: ProblemKind, options?: ErrorOptions) {
    super(kind ?? STATUS_PROBLEMS[status] ?? 'answered', [status], options);
    this.status = status;
  }
}

export class DicomWebClient {
  readonly #root: string;

  /** `root` without a slash at its end, e.g. `/dicom-web`. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Studies that match, in the server's order. */
  async searchStudies(query: URLSearchParams, signal?: AbortSignal): Promise<readonly DataSet[]> {
    return this.#json(`/studies?${query.toString()}`, signal);
  }

  /** Attributes of every instance of a study, its reports with their whole content. */
  async studyMetadata(studyInstanceUid: string, signal?: AbortSignal): Promise<readonly DataSet[]> {
    return this.#json(`/studies/${checked(studyInstanceUid)}/metadata`, signal);
  }

  /** The series of a study: UID and modality of each. */
  async searchSeries(studyInstanceUid: string, signal?: AbortSignal): Promise<readonly DataSet[]> {
    return this.#json(`/studies/${checked(studyInstanceUid)}/series`, signal);
  }

  /** Attributes of every instance of a series. */
  async seriesMetadata(
    studyInstanceUid: string,
    seriesInstanceUid: string,
    signal?: AbortSignal,
  ): Promise<readonly DataSet[]> {
    const path = `/studies/${checked(studyInstanceUid)}/series/${checked(seriesInstanceUid)}/metadata`;
    return this.#json(path, signal);
  }

  async instanceMetadata(address: InstanceAddress, signal?: AbortSignal): Promise<DataSet | undefined> {
    const [dataSet] = await this.#json(`${instancePath(address)}/metadata`, signal);
    return dataSet;
  }

  /** Stored samples of a frame (1-based), little endian, uncompressed. */
  async frame(address: InstanceAddress, frameNumber: number, signal?: AbortSignal): Promise<Uint8Array> {
    const response = await this.#get(`${instancePath(address)}/frames/${frameNumber}`, NATIVE_FRAME, signal);
    const body = new Uint8Array(await response.arrayBuffer());
    return frameBytes(body, response.headers.get('content-type') ?? '');
  }

  /** Where an instance lies. */
  instanceUrl(address: InstanceAddress): string {
    return this.#root + instancePath(address);
  }

  /** A report written out as a page of its own. PS3.18 10.4.1.1.4. */
  async reportPage(address: InstanceAddress, signal?: AbortSignal): Promise<string> {
    const response = await this.#get(`${instancePath(address)}/rendered`, 'text/html', signal);
    return response.text();
  }

  async #json(path: string, signal: AbortSignal | undefined): Promise<readonly DataSet[]> {
    const response = await this.#get(path, 'application/dicom+json', signal);
    if (response.status === 204) return [];
    const body: unknown = await response.json();
    return Array.isArray(body) ? body.filter(isDataSet) : [];
  }

  async #get(path: string, accept: string, signal: AbortSignal | undefined): Promise<Response> {
    return request(this.#root + path, { headers: { accept }, signal: signal ?? null });
  }
}

/** `fetch` that fails with a {@link RequestError} on anything but success; an abort stays an abort. */
export async function request(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((error: unknown) => {
    if (isAbort(error)) throw error;
    throw new RequestError(0, undefined, { cause: error });
  });
  // The session has ended: the reader signs in and comes back.
  if (response.status === 401 && isOwnServer(url)) leaveForSignIn();
  if (!response.ok) throw new RequestError(response.status);
  return response;
}

/** True when a request ended because it was no longer wanted. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

function instancePath({ studyInstanceUid, seriesInstanceUid, sopInstanceUid }: InstanceAddress): string {
  return `/studies/${checked(studyInstanceUid)}/series/${checked(seriesInstanceUid)}/instances/${checked(sopInstanceUid)}`;
}

/** Only a UID may become part of a path. */
function checked(uid: string): string {
  if (!isUid(uid)) throw new RequestError(400, 'notUid');
  return uid;
}

function isDataSet(value: unknown): value is DataSet {
  return typeof value === 'object' && value !== null;
}
