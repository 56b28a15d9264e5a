/**
 * A small DICOMweb client made of the server's own readers and writers, to be pointed at servers that others wrote.
 */
import { readJsonModel } from '../../dicom/web-model/json-model-reader.ts';
import { readNativeModel } from '../../dicom/web-model/native-model-reader.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { newBoundary, writeMultipart } from '../../server/http/multipart.ts';
import { partsOf, type AnswerPart } from './answers.ts';
import { collect } from './bytes.ts';

export interface DicomWebClient {
  /** STOW-RS of files; the data set of the answer. */
  store(files: readonly Uint8Array[]): Promise<DataSet>;
  /** QIDO-RS, or metadata: data sets in JSON. */
  read(path: string): Promise<readonly DataSet[]>;
  /** The same in XML. */
  readXml(path: string): Promise<readonly DataSet[]>;
  /** WADO-RS of whole instances; without a transfer syntax, in that of the server's choice. */
  retrieve(path: string, transferSyntax?: string): Promise<readonly Buffer[]>;
  /** WADO-RS of frames or bulk data as octets. */
  octets(path: string): Promise<readonly AnswerPart[]>;
}

/** A client of the server whose DICOMweb root this is. Every request throws when the answer is not a success. */
export function dicomWebClient(root: string): DicomWebClient {
  const send = async (path: string, request: RequestInit): Promise<Response> => {
    const response = await fetch(`${root}${path}`, request);
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    return response;
  };
  const get = async (path: string, accept: string): Promise<Response> =>
    await send(path, { headers: { Accept: accept } });
  return {
    async store(files) {
      const boundary = newBoundary();
      const parts = files.map((body) => ({ headers: { 'Content-Type': 'application/dicom' }, body }));
      const response = await send('/studies', {
        method: 'POST',
        headers: {
          'Content-Type': `multipart/related; type="application/dicom"; boundary=${boundary}`,
          Accept: 'application/dicom+json',
        },
        body: new Uint8Array(await collect(writeMultipart(parts, boundary))),
      });
      const [answer] = readJsonModel(await response.text());
      return answer ?? {};
    },
    async read(path) {
      return readJsonModel(await (await get(path, 'application/dicom+json')).text());
    },
    async readXml(path) {
      const parts = await partsOf(await get(path, 'multipart/related; type="application/dicom+xml"'));
      return parts.map(({ body }) => readNativeModel(body.toString('utf8')));
    },
    async retrieve(path, transferSyntax) {
      const named = transferSyntax === undefined ? '' : `; transfer-syntax=${transferSyntax}`;
      const parts = await partsOf(await get(path, `multipart/related; type="application/dicom"${named}`));
      return parts.map(({ body }) => body).toSorted((one, other) => Buffer.compare(one, other));
    },
    async octets(path) {
      return await partsOf(await get(path, 'multipart/related; type="application/octet-stream"'));
    },
  };
}
