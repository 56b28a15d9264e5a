/**
 * Hands files that the reader chose to the server: DICOM by STOW-RS, JPEG and PNG to be made into DICOM there. What a
 * file is, its first bytes tell; names prove nothing.
 */
import { textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { RequestError } from './dicomweb-client.ts';
import type { ProblemKind } from './problem.ts';

export class ImportClient {
  readonly #imports: string;
  readonly #store: string;

  /** Addresses of the import and of the STOW-RS service. */
  constructor(imports: string, store: string) {
    this.#imports = imports;
    this.#store = store;
  }

  /** Stores a file; its Study Instance UID. Throws a {@link RequestError} that says why not. */
  async store(file: File): Promise<string> {
    const type = imageTypeOf(new Uint8Array(await file.slice(0, 4).arrayBuffer()));
    return type === undefined ? this.#storeDicom(file) : this.#importImage(file, type);
  }

  async #importImage(file: File, type: string): Promise<string> {
    const response = await fetch(`${this.#imports}?title=${encodeURIComponent(file.name)}`, {
      method: 'POST',
      headers: { 'content-type': type, accept: 'application/json' },
      body: file,
    }).catch(unreachable);
    const body: unknown = await response.json().catch(() => undefined);
    const uid = fieldOf(body, 'studyInstanceUid');
    if (response.ok && uid !== undefined) return uid;
    throw refusal(response.status, body);
  }

  async #storeDicom(file: File): Promise<string> {
    const response = await fetch(this.#store, {
      method: 'POST',
      headers: { 'content-type': 'application/dicom', accept: 'application/dicom+json' },
      body: file,
    }).catch(unreachable);
    const body: unknown = await response.json().catch(() => undefined);
    const url = response.ok ? storedUrlOf(body) : undefined;
    const uid = /\/studies\/([\d.]+)/.exec(url ?? '')?.[1];
    if (uid !== undefined) return uid;
    throw refusal(response.status, body);
  }
}

function imageTypeOf(start: Uint8Array): string | undefined {
  const [one, two, three, four] = start;
  if (one === 0xff && two === 0xd8 && three === 0xff) return 'image/jpeg';
  return one === 0x89 && two === 0x50 && three === 0x4e && four === 0x47 ? 'image/png' : undefined;
}

/** The Retrieve URL of the one stored instance. PS3.18 Table 10.5.3-1. */
function storedUrlOf(body: unknown): string | undefined {
  const dataSet = (Array.isArray(body) ? body[0] : body) as DataSet | undefined;
  const [item] = (dataSet?.[TAG.ReferencedSOPSequence]?.Value ?? []) as readonly DataSet[];
  return item && textOf(item, TAG.RetrieveURL);
}

function unreachable(cause: unknown): never {
  throw new RequestError(0, undefined, { cause });
}

/** What the server's kinds of failure mean to somebody who brings a file. */
const REFUSALS: Readonly<Record<string, ProblemKind>> = {
  'not-dicom': 'notImage',
  'unsupported-media-type': 'notImage',
  'bad-request': 'notImage',
  'malformed-dicom': 'damaged',
  'missing-attribute': 'damaged',
  'invalid-uid': 'damaged',
  'invalid-value': 'damaged',
  'duplicate-instance': 'otherContent',
};

/** Answers that are not about the file. */
const NOT_THE_FILE: readonly number[] = [0, 401, 403, 413, 429];

/** What the answer says of the file; of one that the server only turns down, that it cannot be read. */
function refusal(status: number, body: unknown): RequestError {
  const isAboutFile = status < 500 && !NOT_THE_FILE.includes(status);
  return new RequestError(
    status,
    REFUSALS[fieldOf(body, 'error') ?? ''] ?? (isAboutFile ? 'notImage' : undefined),
  );
}

function fieldOf(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : undefined;
}
