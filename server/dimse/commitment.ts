/**
 * What storage commitment says, as values and as data sets. Pure. PS3.4 Annex J, Tables J.3-1 and J.3-2.
 */
import { itemsOf, numberOf, textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { parseUid } from '../../dicom/vocabulary/uids.ts';
import type { CommitmentOutcome, InstanceReference } from './dimse-client.ts';

/** Action Type ID of a request. PS3.4 J.3.2. */
export const REQUEST_COMMITMENT = 1;
/** Event Type ID: all are committed, or some are not. PS3.4 J.3.3. */
const ALL_COMMITTED = 1;
const FAILURES_EXIST = 2;
/** Failure Reason where a report gives none: processing failure. PS3.3 C.14.1.1. */
const PROCESSING_FAILURE = 0x0110;

/** A request, or the report on it. */
export interface Transaction {
  readonly transactionUid: string;
  readonly instances: readonly InstanceReference[];
}

/** Reads a request. Throws `invalid-uid`, `invalid-value`. */
export function readRequest(dataSet: DataSet): Transaction {
  const transactionUid = parseUid(textOf(dataSet, TAG.TransactionUID), 'TransactionUID (0008,1195)');
  const instances = itemsOf(dataSet, TAG.ReferencedSOPSequence).map((item) => ({
    sopClassUid: parseUid(textOf(item, TAG.ReferencedSOPClassUID), 'ReferencedSOPClassUID (0008,1150)'),
    sopInstanceUid: parseUid(
      textOf(item, TAG.ReferencedSOPInstanceUID),
      'ReferencedSOPInstanceUID (0008,1155)',
    ),
  }));
  if (instances.length === 0) {
    throw new PacsError('invalid-value', 'ReferencedSOPSequence (0008,1199) has no item');
  }
  return { transactionUid, instances };
}

export function requestDataSet({ transactionUid, instances }: Transaction): DataSet {
  return dataSetOf({ TransactionUID: transactionUid, ReferencedSOPSequence: instances.map(referenceTo) });
}

/** The report on a request, and its Event Type ID. */
export function reportOn(
  { transactionUid, instances }: Transaction,
  { committed, failed }: CommitmentOutcome,
): { readonly eventTypeId: number; readonly dataSet: DataSet } {
  const isCommitted = new Set(committed);
  const reasons = new Map(failed.map(({ sopInstanceUid, failureReason }) => [sopInstanceUid, failureReason]));
  const kept = instances.filter(({ sopInstanceUid }) => isCommitted.has(sopInstanceUid));
  const refused = instances.filter(({ sopInstanceUid }) => !isCommitted.has(sopInstanceUid));
  return {
    eventTypeId: refused.length === 0 ? ALL_COMMITTED : FAILURES_EXIST,
    dataSet: dataSetOf({
      TransactionUID: transactionUid,
      ...(kept.length > 0 ? { ReferencedSOPSequence: kept.map(referenceTo) } : {}),
      ...(refused.length > 0
        ? {
            FailedSOPSequence: refused.map((instance) => ({
              ...referenceTo(instance),
              ...dataSetOf({ FailureReason: reasons.get(instance.sopInstanceUid) ?? PROCESSING_FAILURE }),
            })),
          }
        : {}),
    }),
  };
}

/** Reads a report. Throws `invalid-uid`. */
export function readReport(dataSet: DataSet): {
  readonly transactionUid: string;
  readonly outcome: CommitmentOutcome;
} {
  return {
    transactionUid: parseUid(textOf(dataSet, TAG.TransactionUID), 'TransactionUID (0008,1195)'),
    outcome: {
      committed: itemsOf(dataSet, TAG.ReferencedSOPSequence).flatMap(uidIn),
      failed: itemsOf(dataSet, TAG.FailedSOPSequence).flatMap((item) =>
        uidIn(item).map((sopInstanceUid) => ({
          sopInstanceUid,
          failureReason: numberOf(item, TAG.FailureReason) ?? PROCESSING_FAILURE,
        })),
      ),
    },
  };
}

function uidIn(item: DataSet): string[] {
  const uid = textOf(item, TAG.ReferencedSOPInstanceUID);
  return uid === undefined ? [] : [uid];
}

function referenceTo({ sopClassUid, sopInstanceUid }: InstanceReference): DataSet {
  return dataSetOf({ ReferencedSOPClassUID: sopClassUid, ReferencedSOPInstanceUID: sopInstanceUid });
}
