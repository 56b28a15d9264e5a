/**
 * Storage commitment as SCU: requests that wait for their report, which comes over any association. PS3.4 J.3.
 */
import { randomUUID } from 'node:crypto';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { Association } from './association.ts';
import type { IncomingMessage } from './association-terms.ts';
import { COMMAND } from './command-set.ts';
import { readReport, requestDataSet, REQUEST_COMMITMENT } from './commitment.ts';
import type { CommitmentOutcome, InstanceReference } from './dimse-client.ts';
import { encodeDataSet, readDataSet } from './identifier.ts';
import { openAssociation, requireContext, type CallingSide } from './open-association.ts';
import type { DimsePeer } from './peer.ts';
import { respond, STATUS } from './responses.ts';
import { IDENTIFIER_SYNTAXES, SERVICE_SOP_CLASS, STORAGE_COMMITMENT_INSTANCE } from './sop-classes.ts';

/** How long a report is waited for: over the association of the request, and then in all, in ms. */
const SAME_ASSOCIATION_MS = 5_000;
const REPORT_MS = 120_000;

/** Requests under way, by Transaction UID. */
export class CommitmentScu {
  readonly #waiting = new Map<string, (outcome: CommitmentOutcome) => void>();

  /** Asks. Rejects with `peer-refused` where the service is not offered or the request is refused, `peer-unavailable` where no report comes. */
  async request(
    side: CallingSide,
    peer: DimsePeer,
    instances: readonly InstanceReference[],
  ): Promise<CommitmentOutcome> {
    const abstractSyntax = SERVICE_SOP_CLASS.storageCommitment;
    const contexts = [{ id: 1, abstractSyntax, transferSyntaxes: IDENTIFIER_SYNTAXES }];
    const association = await openAssociation(side, peer, { contexts });
    const context = requireContext(association, 'storage commitment');
    const transactionUid = `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`).toString()}`;
    const reported = Promise.withResolvers<CommitmentOutcome>();
    this.#waiting.set(transactionUid, reported.resolve);
    void this.#hearReports(association);
    try {
      const request = await association.request(
        context.id,
        {
          CommandField: COMMAND.action,
          RequestedSOPClassUID: abstractSyntax,
          RequestedSOPInstanceUID: STORAGE_COMMITMENT_INSTANCE,
          ActionTypeID: REQUEST_COMMITMENT,
        },
        encodeDataSet(requestDataSet({ transactionUid, instances }), context),
      );
      const { command, data } = await request.next();
      request.end();
      await data?.drain();
      const { Status = 0x0110 } = command;
      if (Status !== STATUS.success) {
        const said = Status.toString(16).toUpperCase().padStart(4, '0');
        throw new PacsError('peer-refused', `Storage commitment was refused with status ${said}`);
      }
      return (
        (await within(SAME_ASSOCIATION_MS, reported.promise)) ??
        (await this.#afterwards(association, reported.promise))
      );
    } finally {
      this.#waiting.delete(transactionUid);
      void association.release();
    }
  }

  /** Answers an N-EVENT-REPORT. Throws what the report throws when it cannot be read. */
  async answer(association: Association, message: IncomingMessage): Promise<void> {
    const { AffectedSOPInstanceUID, EventTypeID } = message.command;
    const { transactionUid, outcome } = readReport(await readDataSet(message));
    const resolve = this.#waiting.get(transactionUid);
    await respond(association, message, {
      ...(AffectedSOPInstanceUID === undefined ? {} : { AffectedSOPInstanceUID }),
      ...(EventTypeID === undefined ? {} : { EventTypeID }),
      Status: resolve ? STATUS.success : STATUS.noSuchInstance,
    });
    resolve?.(outcome);
  }

  async #afterwards(
    association: Association,
    reported: Promise<CommitmentOutcome>,
  ): Promise<CommitmentOutcome> {
    await association.release();
    const outcome = await within(REPORT_MS, reported);
    if (outcome) return outcome;
    throw new PacsError('peer-unavailable', 'No report on the storage commitment came in time');
  }

  async #hearReports(association: Association): Promise<void> {
    try {
      for await (const message of association.requests()) {
        if (message.command.CommandField === COMMAND.eventReport) await this.answer(association, message);
        else await message.data?.drain();
      }
    } catch (error) {
      association.abort(new PacsError('peer-unavailable', 'A report could not be read', { cause: error }));
    }
  }
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => {
    late.resolve(undefined);
  }, ms);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
