/**
 * A DICOM application entity as destination: C-STORE, and storage commitment where it is wanted. PS3.4 Annexes B and J.
 *
 * Trap: an instance that the peer has already under this UID (0111) is delivered: our bytes follow from our UIDs.
 */
import { asPacsError } from '../../dicom/vocabulary/failure.ts';
import type { DimseClient, InstanceReference, SendOutcome } from '../dimse/dimse-client.ts';
import { STATUS } from '../dimse/responses.ts';
import type { DicomDestinationSettings } from '../routing/rules-schema.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import type { StoredPlace } from '../storage/stored-instance.ts';
import { dicomPeer } from './dicom-peer.ts';
import { DeliveryError, type DeliveryFailureKind, type Destination, type Parcel } from './destination.ts';

export interface DicomDestinationServices {
  /** Absent until the DIMSE process is there. */
  readonly client: () => DimseClient | undefined;
  readonly index: Pick<StudyIndex, 'listPlaces'>;
}

/** Statuses A7xx: out of resources. Another try may help. PS3.4 Table B.2-1. */
const OUT_OF_RESOURCES = 0xa7;

/** Opens it; nothing is connected before something is sent. */
export function dicomDestination(
  { dicom }: DicomDestinationSettings,
  { client, index }: DicomDestinationServices,
): Destination {
  const open = (): DimseClient => {
    const found = client();
    if (found) return found;
    throw new DeliveryError('down', 'The DICOM network of this server is not open yet');
  };
  const commit = async (parcels: readonly Parcel[], signal: AbortSignal) => {
    const { committed, failed } = await unlessAborted(signal, 'busy', async () =>
      open().requestCommitment(await dicomPeer(dicom), parcels.map(referenceTo)),
    );
    const reasons = failed.map(
      ({ sopInstanceUid, failureReason }) =>
        [sopInstanceUid, `failure reason ${hexadecimal(failureReason)}`] as const,
    );
    return { accepted: committed, refused: new Map(reasons) };
  };
  return {
    kind: 'dicom',
    address: `${dicom.aeTitle}@${dicom.host}:${dicom.port}`,
    async send(parcels, signal) {
      const outcomes = await unlessAborted(signal, 'down', async () =>
        open().send(await dicomPeer(dicom), await placesOf(parcels, index), { signal }),
      );
      const accepted = outcomes.filter(isDelivered).map(({ sopInstanceUid }) => sopInstanceUid);
      const refused = outcomes.filter((outcome) => !isDelivered(outcome) && isFinal(outcome));
      return {
        accepted,
        refused: new Map(refused.map(({ sopInstanceUid, reason = '' }) => [sopInstanceUid, reason])),
      };
    },
    ...(dicom.commitment ? { commit } : {}),
    async echo(signal) {
      await unlessAborted(signal, 'down', async () => open().echo(await dicomPeer(dicom)));
    },
  };
}

function referenceTo({ sopClassUid, sopInstanceUid }: Parcel): InstanceReference {
  return { sopClassUid, sopInstanceUid };
}

function isDelivered({ status, dimseStatus }: SendOutcome): boolean {
  return status === 'stored' || status === 'warning' || dimseStatus === STATUS.duplicateInstance;
}

function isFinal({ status, dimseStatus = 0 }: SendOutcome): boolean {
  return status === 'refused' && dimseStatus >> 8 !== OUT_OF_RESOURCES;
}

async function placesOf(
  parcels: readonly Parcel[],
  index: Pick<StudyIndex, 'listPlaces'>,
): Promise<readonly StoredPlace[]> {
  const known = new Map<string, StoredPlace>();
  for (const studyUid of new Set(parcels.map(({ studyInstanceUid }) => studyInstanceUid))) {
    for (const place of await index.listPlaces({ studyUid })) known.set(place.sopInstanceUid, place);
  }
  return parcels.flatMap(({ sopInstanceUid }) => known.get(sopInstanceUid) ?? []);
}

/** A peer that rejects the association may be told of us tomorrow: it counts as one that is not there. */
async function unlessAborted<T>(
  signal: AbortSignal,
  kind: DeliveryFailureKind,
  work: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => {
    aborted.reject(new DeliveryError('busy', 'The delivery was broken off'));
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work(), aborted.promise]);
  } catch (error) {
    if (error instanceof DeliveryError) throw error;
    throw new DeliveryError(kind, asPacsError(error).message, { cause: error });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function hexadecimal(status: number): string {
  return status.toString(16).toUpperCase().padStart(4, '0');
}
