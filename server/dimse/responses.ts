/**
 * Responses to requests, and the statuses that services have in common. PS3.7 9.1, 10.1, Annex C.
 */
import { asPacsError, FAILURES, PacsError, type FailureKind } from '../../dicom/vocabulary/failure.ts';
import type { Association, OutgoingData } from './association.ts';
import type { IncomingMessage } from './association-terms.ts';
import { errorComment, RESPONSE, type CommandSet } from './command-set.ts';

/** Status (0000,0900). PS3.7 Annex C, PS3.4 Tables C.4-1 to C.4-3. */
export const STATUS = {
  success: 0x0000,
  pending: 0xff00,
  /** Pending, and optional keys were not supported. */
  pendingWithUnsupportedKeys: 0xff01,
  cancelled: 0xfe00,
  someSubOperationsFailed: 0xb000,
  processingFailure: 0x0110,
  duplicateInstance: 0x0111,
  noSuchInstance: 0x0112,
  noSuchAction: 0x0123,
  classInstanceConflict: 0x0119,
  unrecognizedOperation: 0x0211,
  outOfResources: 0xa700,
  subOperationsImpossible: 0xa702,
  moveDestinationUnknown: 0xa801,
} as const;

/** Status of a failure. PS3.4 Table B.2-1, PS3.7 Annex C. */
export function statusOf(kind: FailureKind): number {
  return FAILURES[kind].failureReason;
}

/** Answers a request: `response` is what it says beside what every response says. */
export async function respond(
  association: Association,
  { context, command }: IncomingMessage,
  response: CommandSet & { readonly Status: number },
  data?: OutgoingData,
): Promise<void> {
  const head: CommandSet = {
    CommandField: (command.CommandField ?? 0) | RESPONSE,
    MessageIDBeingRespondedTo: command.MessageID ?? 0,
    ...(command.AffectedSOPClassUID === undefined
      ? {}
      : { AffectedSOPClassUID: command.AffectedSOPClassUID }),
  };
  await association.send(context.id, { ...head, ...response }, data);
}

/** What a response says of a failure. */
export function failureResponse(error: unknown): { readonly Status: number; readonly ErrorComment: string } {
  const { kind, message } = asPacsError(error);
  return { Status: statusOf(kind), ErrorComment: errorComment(message) };
}

/** True for what ended with the connection, so that there is nobody to answer. */
export function isConnectionLost(association: Association, error: unknown): boolean {
  return association.ended !== undefined && error instanceof PacsError;
}
