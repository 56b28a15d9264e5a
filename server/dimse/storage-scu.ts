/**
 * C-STORE as SCU: which presentation contexts stored instances need, and sending one of them. PS3.4 Annex B, PS3.7 9.1.1.
 *
 * An instance goes out as it is stored where the other side takes that transfer syntax, else in Explicit, else in Implicit VR
 * Little Endian. Each proposed context has one transfer syntax, so that nobody chooses one for us.
 */
import { dataSetStart } from '../../dicom/read/part10-reader.ts';
import { inImplicitVr } from '../../dicom/transcode/implicit-form.ts';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import type { StoredPlace } from '../storage/stored-instance.ts';
import type { Association } from './association.ts';
import type { AcceptedContext } from './association-terms.ts';
import { COMMAND, MEDIUM_PRIORITY, type CommandSet } from './command-set.ts';
import type { SendOutcome } from './dimse-client.ts';
import { MOST_CONTEXTS, type ProposedContext } from './pdu.ts';
import type { InstanceSource } from './scp-services.ts';

const { explicitVrLittleEndian: EXPLICIT, implicitVrLittleEndian: IMPLICIT } = TRANSFER_SYNTAX;

/** Instances that fit into one association, and the contexts that they need. */
export interface StoragePlan {
  readonly places: readonly StoredPlace[];
  readonly contexts: readonly ProposedContext[];
}

/** Plans associations for instances, in their order; one is enough for 40 SOP classes or so. */
export function planStorage(places: readonly StoredPlace[]): readonly StoragePlan[] {
  const plans: { places: StoredPlace[]; needed: Map<string, [string, string]> }[] = [];
  for (const place of places) {
    const { sopClassUid, transferSyntaxUid } = place;
    const syntaxes = new Set([transferSyntaxUid, EXPLICIT, IMPLICIT]);
    const wanted = [...syntaxes].map(
      (syntax) => [`${sopClassUid} ${syntax}`, [sopClassUid, syntax]] as const,
    );
    const last = plans.at(-1);
    const missing = wanted.filter(([key]) => last?.needed.has(key) !== true);
    if (last && last.needed.size + missing.length <= MOST_CONTEXTS) {
      last.places.push(place);
      for (const [key, pair] of missing) last.needed.set(key, [...pair]);
    } else plans.push({ places: [place], needed: new Map(wanted.map(([key, pair]) => [key, [...pair]])) });
  }
  return plans.map(({ places: planned, needed }) => ({
    places: planned,
    contexts: [...needed.values()].map(([abstractSyntax, syntax], index) => ({
      id: 2 * index + 1,
      abstractSyntax,
      transferSyntaxes: [syntax],
    })),
  }));
}

/** Who asked for an instance to be sent, where it was a C-MOVE. PS3.7 9.1.1.1. */
export type MoveOriginator = Pick<
  CommandSet,
  'MoveOriginatorApplicationEntityTitle' | 'MoveOriginatorMessageID'
>;

/** Sends one instance. Rejects when the association ends before the answer. */
export async function sendInstance(
  source: InstanceSource,
  association: Association,
  place: StoredPlace,
  originator: MoveOriginator = {},
): Promise<SendOutcome> {
  const { sopClassUid, sopInstanceUid } = place;
  const chosen = chooseContext(association, place);
  if (!chosen) {
    const reason = 'The other side takes this SOP class in none of the transfer syntaxes that can be made';
    return { sopInstanceUid, status: 'refused', reason };
  }
  let data: AsyncIterable<Uint8Array>;
  try {
    data = await dataFor(source, place, chosen.transferSyntax);
  } catch (error) {
    return { sopInstanceUid, status: 'refused', reason: asPacsError(error).message };
  }
  const request = await association.request(
    chosen.id,
    {
      CommandField: COMMAND.store,
      Priority: MEDIUM_PRIORITY,
      AffectedSOPClassUID: sopClassUid,
      AffectedSOPInstanceUID: sopInstanceUid,
      ...originator,
    },
    data,
  );
  try {
    const { command, data: unexpected } = await request.next();
    await unexpected?.drain();
    return outcomeOf(sopInstanceUid, command);
  } finally {
    request.end();
  }
}

function outcomeOf(sopInstanceUid: string, { Status = 0x0110 }: CommandSet): SendOutcome {
  const said = `status ${Status.toString(16).toUpperCase().padStart(4, '0')}`;
  if (Status === 0) return { sopInstanceUid, status: 'stored', dimseStatus: Status };
  const isWarning = Status >> 12 === 0xb || Status === 0x0107 || Status === 0x0116;
  return { sopInstanceUid, status: isWarning ? 'warning' : 'refused', dimseStatus: Status, reason: said };
}

/** The first of the transfer syntaxes, in the order of our liking, that the other side takes. */
function chooseContext(
  association: Association,
  { sopClassUid, transferSyntaxUid }: StoredPlace,
): AcceptedContext | undefined {
  const contexts = [...association.contexts.values()].filter(
    ({ abstractSyntax, isScu }) => isScu && abstractSyntax === sopClassUid,
  );
  return [transferSyntaxUid, EXPLICIT, IMPLICIT]
    .map((syntax) => contexts.find(({ transferSyntax }) => transferSyntax === syntax))
    .find((context) => context !== undefined);
}

async function dataFor(
  source: InstanceSource,
  place: StoredPlace,
  syntax: string,
): Promise<AsyncIterable<Uint8Array>> {
  const { objectKey, transferSyntaxUid } = place;
  if (syntax === transferSyntaxUid) return dataSetOnly(source.stream(objectKey));
  const explicit = transferSyntaxUid === EXPLICIT ? source.stream(objectKey) : await source.explicit(place);
  return syntax === EXPLICIT ? dataSetOnly(explicit) : inImplicitVr(explicit);
}

/** A file without what stands before its data set. */
async function* dataSetOnly(file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isBehindMeta = false;
  for await (const piece of file) {
    if (isBehindMeta) yield piece;
    else {
      // The first piece of a stream is longer than any File Meta Information.
      yield piece.subarray(dataSetStart(piece));
      isBehindMeta = true;
    }
  }
  if (!isBehindMeta) throw new PacsError('not-found', 'A stored object is empty');
}
