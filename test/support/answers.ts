/** Bodies of DICOMweb answers, taken apart. */
import { parseMediaType } from '../../server/http/media-type.ts';
import { boundaryOf, readMultipart } from '../../server/http/multipart.ts';
import { collect, inPieces } from './bytes.ts';

/** One part of a multipart answer. */
export interface AnswerPart {
  readonly type: string;
  readonly location: string;
  readonly body: Buffer;
}

/** The whole body. */
export async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** The parts of a multipart/related body; throws when it is none. */
export async function partsOf(response: Response): Promise<AnswerPart[]> {
  const mediaType = parseMediaType(response.headers.get('content-type') ?? '');
  if (mediaType?.name !== 'multipart/related') throw new Error(`not multipart: ${response.status}`);
  const parts: AnswerPart[] = [];
  for await (const part of readMultipart(inPieces(await bytesOf(response)), boundaryOf(mediaType))) {
    parts.push({
      type: part.headers.get('content-type') ?? '',
      location: part.headers.get('content-location') ?? '',
      body: await collect(part.body),
    });
  }
  return parts;
}
