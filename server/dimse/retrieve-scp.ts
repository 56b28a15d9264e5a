/**
 * C-MOVE and C-GET as SCP. PS3.4 C.4.2, C.4.3, PS3.7 9.1.3, 9.1.4.
 */
import { textOf } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { InstanceSelection, StoredPlace } from '../storage/stored-instance.ts';
import type { Association } from './association.ts';
import type { IncomingMessage } from './association-terms.ts';
import { errorComment, type CommandSet } from './command-set.ts';
import type { SendOutcome } from './dimse-client.ts';
import { encodeDataSet, readDataSet } from './identifier.ts';
import { openAssociation, type CallingSide } from './open-association.ts';
import { readRetrieval } from './query-identifier.ts';
import { respond, STATUS } from './responses.ts';
import type { ScpServices } from './scp-services.ts';
import { isPatientRoot } from './sop-classes.ts';
import { planStorage, sendInstance } from './storage-scu.ts';

/** Resources that are looked up at once. */
const PAGE = 1_000;

/** Sends what is meant to the destination, and says how it goes. Returns the studies. Throws what the identifier or the index throws. */
export async function answerMove(
  services: ScpServices,
  side: CallingSide,
  association: Association,
  message: IncomingMessage,
): Promise<readonly string[]> {
  const { command } = message;
  const places = await placesOf(services, message, association.peerAeTitle);
  const destination = services.destination(command.MoveDestination ?? '');
  if (!destination) {
    const ErrorComment = errorComment('The move destination is not among the known peers');
    await respond(association, message, { Status: STATUS.moveDestinationUnknown, ErrorComment });
    return [];
  }
  const progress = new SubOperations(association, message, places.length);
  const originator = {
    MoveOriginatorApplicationEntityTitle: association.peerAeTitle,
    MoveOriginatorMessageID: command.MessageID ?? 0,
  };
  for (const plan of planStorage(places)) {
    const sending = await openAssociation(side, destination, plan).catch(() => undefined);
    for (const place of plan.places) {
      if (progress.isCancelled) break;
      await progress.note(
        sending?.ended === undefined && sending
          ? await sendInstance(services.source, sending, place, originator).catch(() => unsent(place))
          : unsent(place),
      );
    }
    await sending?.release();
  }
  await progress.finish();
  return studiesOf(places);
}

/** Sends what is meant over the association that asked for it. Returns the studies. Throws like {@link answerMove}. */
export async function answerGet(
  services: ScpServices,
  association: Association,
  message: IncomingMessage,
): Promise<readonly string[]> {
  const places = await placesOf(services, message, association.peerAeTitle);
  const progress = new SubOperations(association, message, places.length);
  for (const place of places) {
    if (progress.isCancelled) break;
    await progress.note(await sendInstance(services.source, association, place));
  }
  await progress.finish();
  return studiesOf(places);
}

/** Counts sub-operations and tells of them. PS3.7 9.1.3.1. */
class SubOperations {
  readonly #association: Association;
  readonly #request: IncomingMessage;
  readonly #failed: string[] = [];
  #remaining: number;
  #completed = 0;
  #warnings = 0;

  constructor(association: Association, request: IncomingMessage, total: number) {
    this.#association = association;
    this.#request = request;
    this.#remaining = total;
  }

  get isCancelled(): boolean {
    return this.#association.isCancelled(this.#request.command.MessageID ?? 0);
  }

  async note({ status, sopInstanceUid }: SendOutcome): Promise<void> {
    this.#remaining -= 1;
    if (status === 'stored') this.#completed += 1;
    else if (status === 'warning') this.#warnings += 1;
    else this.#failed.push(sopInstanceUid);
    if (this.#remaining === 0) return;
    await respond(this.#association, this.#request, {
      Status: STATUS.pending,
      NumberOfRemainingSuboperations: this.#remaining,
      ...this.#counts(),
    });
  }

  async finish(): Promise<void> {
    const isCancelled = this.#remaining > 0;
    const hasFailed = this.#failed.length > 0;
    const Status = isCancelled
      ? STATUS.cancelled
      : !hasFailed
        ? this.#warnings > 0
          ? STATUS.someSubOperationsFailed
          : STATUS.success
        : this.#completed + this.#warnings > 0
          ? STATUS.someSubOperationsFailed
          : STATUS.subOperationsImpossible;
    const list = dataSetOf({ FailedSOPInstanceUIDList: this.#failed });
    await respond(
      this.#association,
      this.#request,
      {
        Status,
        ...(isCancelled ? { NumberOfRemainingSuboperations: this.#remaining } : {}),
        ...this.#counts(),
      },
      hasFailed ? encodeDataSet(list, this.#request.context) : undefined,
    );
  }

  #counts(): CommandSet {
    return {
      NumberOfCompletedSuboperations: this.#completed,
      NumberOfFailedSuboperations: this.#failed.length,
      NumberOfWarningSuboperations: this.#warnings,
    };
  }
}

function unsent({ sopInstanceUid }: StoredPlace): SendOutcome {
  return { sopInstanceUid, status: 'unsent' };
}

async function placesOf(
  { server }: Pick<ScpServices, 'server'>,
  message: IncomingMessage,
  askedBy: string,
): Promise<readonly StoredPlace[]> {
  const search = readRetrieval(await readDataSet(message), isPatientRoot(message.context.abstractSyntax));
  const selections: InstanceSelection[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const page = await server.search({ ...search, limit: PAGE, offset }, askedBy);
    for (const match of page) {
      const studyUid = textOf(match, TAG.StudyInstanceUID);
      const seriesUid = textOf(match, TAG.SeriesInstanceUID);
      const sopInstanceUid = textOf(match, TAG.SOPInstanceUID);
      if (studyUid === undefined) continue;
      selections.push({
        studyUid,
        ...(search.level === 'study' || seriesUid === undefined ? {} : { seriesUid }),
        ...(search.level !== 'instance' || sopInstanceUid === undefined ? {} : { sopInstanceUid }),
      });
    }
    if (page.length < PAGE) break;
  }
  return await server.listPlaces(selections);
}

function studiesOf(places: readonly StoredPlace[]): readonly string[] {
  return [...new Set(places.map(({ studyInstanceUid }) => studyInstanceUid))];
}
