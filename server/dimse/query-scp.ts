/**
 * C-FIND as SCP. PS3.4 C.4.1, PS3.7 9.1.2.
 */
import { MAX_RESULTS } from '../http/qido-parameters.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import type { Association } from './association.ts';
import type { AcceptedContext, IncomingMessage } from './association-terms.ts';
import { errorComment } from './command-set.ts';
import { encodeDataSet, readDataSet } from './identifier.ts';
import { answerOf, patientOf, readQuery, type Query } from './query-identifier.ts';
import { respond, STATUS } from './responses.ts';
import type { ScpServices } from './scp-services.ts';
import { isPatientRoot } from './sop-classes.ts';

/** Matches that are asked of the index at once. */
const PAGE = 250;

/** Answers each match, then that these were all. Throws what the identifier or the index throws. */
export async function answerFind(
  { server, aeTitle }: Pick<ScpServices, 'server' | 'aeTitle'>,
  association: Association,
  message: IncomingMessage,
): Promise<void> {
  const { context, command } = message;
  const query = readQuery(await readDataSet(message), isPatientRoot(context.abstractSyntax));
  const Status = query.isWhollySupported ? STATUS.pending : STATUS.pendingWithUnsupportedKeys;
  let sent = 0;
  for await (const match of matchesOf(server, query, association.peerAeTitle)) {
    if (association.isCancelled(command.MessageID ?? 0)) {
      await respond(association, message, { Status: STATUS.cancelled });
      return;
    }
    if (sent === MAX_RESULTS) {
      const ErrorComment = errorComment(`More than ${MAX_RESULTS} matches: ask for fewer`);
      await respond(association, message, { Status: STATUS.outOfResources, ErrorComment });
      return;
    }
    const identifier = encodeAnswer(answerOf(query, match, aeTitle), context);
    await respond(association, message, { Status }, identifier);
    sent += 1;
  }
  await respond(association, message, { Status: STATUS.success });
}

/** A stored value that no VR can hold is left out: one object with a flaw must not spoil the whole answer. */
function encodeAnswer(answer: DataSet, context: AcceptedContext): Uint8Array {
  try {
    return encodeDataSet(answer, context);
  } catch {
    const sound = Object.entries(answer).filter(([tag, element]) => {
      try {
        return encodeDataSet({ [tag]: element }, context).length > 0;
      } catch {
        return false;
      }
    });
    return encodeDataSet(Object.fromEntries(sound), context);
  }
}

async function* matchesOf(
  server: Pick<ScpServices['server'], 'search'>,
  { level, search }: Query,
  askedBy: string,
): AsyncGenerator<DataSet> {
  const patients = new Set<string>();
  for (let offset = 0; ; offset += PAGE) {
    const page = await server.search({ ...search, limit: PAGE, offset }, askedBy);
    for (const match of page) {
      if (level === 'PATIENT') {
        const patient = patientOf(match);
        if (patients.has(patient)) continue;
        patients.add(patient);
      }
      yield match;
    }
    if (page.length < PAGE) return;
  }
}
