/**
 * Storage commitment as SCP: the request is answered, then what is stored is reported, over the same association where it
 * lasts, else over one of our own. PS3.4 J.3, PS3.7 10.1.1, 10.1.4.
 *
 * Trap: many modalities end the association as soon as their request is answered.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { createGate, type Gate } from '../operations/gate.ts';
import type { Association } from './association.ts';
import type { AcceptedContext, IncomingMessage } from './association-terms.ts';
import { COMMAND } from './command-set.ts';
import { readRequest, reportOn, REQUEST_COMMITMENT } from './commitment.ts';
import { encodeDataSet, readDataSet } from './identifier.ts';
import { openAssociation, requireContext, type CallingSide } from './open-association.ts';
import type { CommitmentReport, OwedReport } from './owed-reports.ts';
import type { DimsePeer } from './peer.ts';
import { respond, STATUS } from './responses.ts';
import type { ScpServices } from './scp-services.ts';
import { IDENTIFIER_SYNTAXES, SERVICE_SOP_CLASS, STORAGE_COMMITMENT_INSTANCE } from './sop-classes.ts';

/** How long to wait before each further try to report, in ms: about an hour in all, and again after a restart. */
const RETRIES_MS: readonly number[] = [5_000, 30_000, 120_000, 600_000, 2_700_000];
/** Requests whose report is still owed; beyond them a request is refused. */
const MOST_OWED = 1_000;
/** Associations to one node at once, for what is reported anew. */
const REPORTS_AT_ONCE = 4;
/** Before a database that does not say what is owed is asked again, in ms. */
const ASK_AGAIN_MS = 5_000;

/** Answers requests, and reports. */
export class CommitmentScp {
  readonly #services: ScpServices;
  readonly #side: CallingSide;
  readonly #stopping: AbortSignal;
  /** Ids of the reports that are seen to. */
  readonly #inHand = new Set<string>();
  /** By AE title. */
  readonly #gates = new Map<string, Gate>();

  /** `stopping` ends all tries to report. */
  constructor(services: ScpServices, side: CallingSide, stopping: AbortSignal) {
    this.#services = services;
    this.#side = side;
    this.#stopping = stopping;
  }

  /** Takes up what was owed when the process before this one ended; to be called before anybody can ask. Never rejects. */
  async resume(): Promise<void> {
    const owed = await this.#services.server.owed().catch(() => undefined);
    if (!owed) {
      void this.#isDue(ASK_AGAIN_MS).then((isDue) => (isDue ? this.resume() : undefined));
      return;
    }
    for (const report of owed) {
      // Where the database was asked again, new requests may have come before its answer.
      if (!this.#inHand.has(report.id)) this.#seeTo(report, () => this.#reportAnew(report));
    }
  }

  /** Answers an N-ACTION. Throws what the request or the index throws. */
  async answer(association: Association, message: IncomingMessage): Promise<void> {
    const { command } = message;
    const response = {
      AffectedSOPClassUID: SERVICE_SOP_CLASS.storageCommitment,
      AffectedSOPInstanceUID: STORAGE_COMMITMENT_INSTANCE,
      ActionTypeID: REQUEST_COMMITMENT,
    };
    if (command.RequestedSOPInstanceUID !== STORAGE_COMMITMENT_INSTANCE) {
      await message.data?.drain();
      await respond(association, message, { ...response, Status: STATUS.noSuchInstance });
      return;
    }
    if (command.ActionTypeID !== REQUEST_COMMITMENT) {
      await message.data?.drain();
      await respond(association, message, { ...response, Status: STATUS.noSuchAction });
      return;
    }
    const request = readRequest(await readDataSet(message));
    if (this.#inHand.size >= MOST_OWED)
      throw new PacsError('busy', 'Too many reports of commitment are owed');
    const { eventTypeId, dataSet } = reportOn(
      request,
      await this.#services.server.commitmentOf(request.instances),
    );
    const promised = { aeTitle: association.peerAeTitle, eventTypeId, dataSet };
    const report = { ...promised, id: await this.#services.server.owe(promised) };
    const answered = respond(association, message, { ...response, Status: STATUS.success });
    this.#seeTo(report, async () => {
      await answered.catch(() => undefined);
      const isTaken = await this.#isTaken(() => sendReport(association, message.context, report));
      await (isTaken ? this.#settle(report) : this.#reportAnew(report));
    });
    await answered;
  }

  #seeTo({ id }: OwedReport, report: () => Promise<void>): void {
    this.#inHand.add(id);
    void report().finally(() => this.#inHand.delete(id));
  }

  /** Tries until it is taken or given up; what is left when we stop stays owed. */
  async #reportAnew(report: OwedReport): Promise<void> {
    for (const pause of [0, ...RETRIES_MS]) {
      if (!(await this.#isDue(pause))) return;
      const peer = this.#services.destination(report.aeTitle);
      if (!peer) break;
      const isTaken = await this.#gateTo(report.aeTitle).pass(async () =>
        this.#stopping.aborted ? false : await this.#isTaken(() => this.#reportTo(peer, report)),
      );
      if (isTaken) break;
      if (this.#stopping.aborted) return;
    }
    await this.#settle(report);
  }

  #gateTo(aeTitle: string): Gate {
    const gate = this.#gates.get(aeTitle) ?? createGate(REPORTS_AT_ONCE);
    this.#gates.set(aeTitle, gate);
    return gate;
  }

  /** One that cannot be settled now is reported once more after the next start. */
  async #settle({ id }: OwedReport): Promise<void> {
    await this.#services.server.settle(id).catch(() => undefined);
  }

  /** Waits; false when we stop. */
  async #isDue(pauseMs: number): Promise<boolean> {
    try {
      await wait(pauseMs, undefined, { signal: this.#stopping, ref: false });
      return true;
    } catch {
      return false;
    }
  }

  async #isTaken(send: () => Promise<boolean>): Promise<boolean> {
    return await send().catch(() => false);
  }

  /** We open the association and stay the provider of the service: roles are turned round. PS3.4 J.3.3, PS3.7 D.3.3.4. */
  async #reportTo(peer: DimsePeer, report: CommitmentReport): Promise<boolean> {
    const abstractSyntax = SERVICE_SOP_CLASS.storageCommitment;
    const contexts = [{ id: 1, abstractSyntax, transferSyntaxes: IDENTIFIER_SYNTAXES }];
    const roles = [{ sopClassUid: abstractSyntax, isScu: false, isScp: true }];
    const association = await openAssociation(this.#side, peer, { contexts, roles });
    const context = requireContext(association, 'storage commitment');
    try {
      return await sendReport(association, context, report);
    } finally {
      await association.release();
    }
  }
}

async function sendReport(
  association: Association,
  context: AcceptedContext,
  { eventTypeId, dataSet }: CommitmentReport,
): Promise<boolean> {
  const request = await association.request(
    context.id,
    {
      CommandField: COMMAND.eventReport,
      AffectedSOPClassUID: SERVICE_SOP_CLASS.storageCommitment,
      AffectedSOPInstanceUID: STORAGE_COMMITMENT_INSTANCE,
      EventTypeID: eventTypeId,
    },
    encodeDataSet(dataSet, context),
  );
  try {
    const { command, data } = await request.next();
    await data?.drain();
    return command.Status === STATUS.success;
  } finally {
    request.end();
  }
}
