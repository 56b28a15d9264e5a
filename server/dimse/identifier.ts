/**
 * Identifiers and other data sets of messages: small, without a file around them. PS3.7 6.3.1, PS3.4 C.2.2.
 */
import { dataSetFrom } from '../../dicom/read/data-set.ts';
import { parseElements } from '../../dicom/read/element-parser.ts';
import { dataSetBytes } from '../../dicom/transcode/data-set-bytes.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import type { AcceptedContext, IncomingMessage } from './association-terms.ts';

/** Storage commitment may name 100,000 instances. */
const MOST_BYTES = 32 * 1024 * 1024;
const LIMITS = { maxDepth: 16, maxElements: 500_000 };

/** Reads the data set of a message to its end. Throws `bad-request` where there is none, `too-large`, `malformed-dicom`. */
export async function readDataSet({ context, data }: IncomingMessage): Promise<DataSet> {
  if (!data) throw new PacsError('bad-request', 'A message came without the data set that it needs');
  const bytes = await data.gather(MOST_BYTES);
  const encoding = { isExplicitVr: !isImplicit(context), isLittleEndian: true };
  return dataSetFrom(bytes, parseElements(bytes, 0, encoding, LIMITS));
}

/** A data set in the transfer syntax of the context. */
export function encodeDataSet(dataSet: DataSet, context: AcceptedContext): Uint8Array {
  return dataSetBytes(dataSet, isImplicit(context));
}

function isImplicit({ transferSyntax }: AcceptedContext): boolean {
  return transferSyntax === TRANSFER_SYNTAX.implicitVrLittleEndian;
}
