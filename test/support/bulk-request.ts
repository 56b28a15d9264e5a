/**
 * Requests that store metadata with bulk data, built by hand.
 */
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf } from '../../dicom/vocabulary/dictionary.ts';

const BOUNDARY = 'bulk-boundary';

/** One part: its headers and its bytes. */
export interface RequestPart {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** The data set of a 4×2 image whose Pixel Data is at `address`; attributes given replace or join. */
export function imageDataSet(address: string, more: DataSet = {}): DataSet {
  return {
    ...dataSetOf({
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
      SOPInstanceUID: '1.2.3.1',
      StudyInstanceUID: '1.2.3',
      SeriesInstanceUID: '1.2.3.0',
      PatientName: { Alphabetic: 'Müller^Änne' },
      Modality: 'OT',
      SamplesPerPixel: 1,
      PhotometricInterpretation: 'MONOCHROME2',
      Rows: 2,
      Columns: 4,
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
    }),
    '7FE00010': { vr: 'OB', BulkDataURI: address },
    ...more,
  };
}

/** Metadata in JSON as one part. */
export function jsonPart(...dataSets: readonly DataSet[]): RequestPart {
  return { headers: { 'Content-Type': 'application/dicom+json' }, body: JSON.stringify(dataSets) };
}

/** A part of bulk data. */
export function bulkPart(location: string, body: Uint8Array, type = 'application/octet-stream'): RequestPart {
  return { headers: { 'Content-Type': type, 'Content-Location': location }, body };
}

/** Posts parts; `type` is what the request says they are. */
export async function postParts(
  address: string,
  parts: readonly RequestPart[],
  type = 'application/dicom+json',
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const chunks = parts.flatMap((part) => [
    Buffer.from(
      `\r\n--${BOUNDARY}\r\n${Object.entries(part.headers)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n`,
    ),
    Buffer.from(part.body),
  ]);
  return await fetch(address, {
    method: 'POST',
    headers: { 'Content-Type': `multipart/related; type="${type}"; boundary=${BOUNDARY}`, ...headers },
    body: new Uint8Array(Buffer.concat([...chunks, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)])),
  });
}
