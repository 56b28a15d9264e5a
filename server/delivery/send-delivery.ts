/**
 * One try of one delivery: what is left of the set goes out, and what became of it is a value.
 */
import { asPacsError } from '../../dicom/vocabulary/failure.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import type { DeliveryRecord } from './delivery-records.ts';
import { DeliveryError, type Destination, type Parcel } from './destination.ts';

export interface SendServices {
  readonly index: Pick<StudyIndex, 'listPlaces'>;
  readonly objects: Pick<ObjectStore, 'stream'>;
}

/** How a try ended. */
export type TryEnd =
  | { readonly kind: 'delivered' }
  /** Another try may help. *Down*: and until then nothing else needs to be tried there. */
  | { readonly kind: 'down' | 'busy'; readonly reason: string }
  /** No try will help. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Tries. `onAccepted` is told what the destination has, as soon as it is known. Rejects only when it rejects. */
export async function sendDelivery(
  delivery: DeliveryRecord,
  destination: Destination,
  services: SendServices,
  onAccepted: (uids: readonly string[]) => Promise<void>,
  signal: AbortSignal,
): Promise<TryEnd> {
  let parcels: readonly Parcel[];
  try {
    parcels = await parcelsOf(delivery, services);
  } catch (error) {
    return { kind: 'busy', reason: asPacsError(error, 'storage-unavailable').message };
  }
  const missing = delivery.sopInstanceUids.length - parcels.length;
  if (missing > 0)
    return { kind: 'refused', reason: `${missing} of the objects are not stored here any more` };
  try {
    const open = parcels.filter(({ sopInstanceUid }) => !delivery.acceptedUids.includes(sopInstanceUid));
    if (open.length > 0) {
      const { accepted, refused } = await destination.send(open, signal);
      await onAccepted(accepted);
      if (refused.size > 0) return { kind: 'refused', reason: reasonOf(refused) };
      const left = open.length - accepted.length;
      if (left > 0) return { kind: 'busy', reason: `${left} of the objects were not taken` };
    }
    if (!destination.commit) return { kind: 'delivered' };
    const committed = await destination.commit(parcels, signal);
    if (committed.refused.size > 0)
      return { kind: 'refused', reason: `not committed: ${reasonOf(committed.refused)}` };
    return committed.accepted.length === parcels.length
      ? { kind: 'delivered' }
      : { kind: 'busy', reason: 'The destination has not committed to all of the objects yet' };
  } catch (error) {
    if (error instanceof DeliveryError) return { kind: error.kind, reason: error.message };
    return { kind: 'busy', reason: asPacsError(error).message };
  }
}

/** The set as it is to be sent: the report last, so that it never names what is not there. */
async function parcelsOf(
  delivery: DeliveryRecord,
  { index, objects }: SendServices,
): Promise<readonly Parcel[]> {
  const places = await index.listPlaces({ studyUid: delivery.studyInstanceUid });
  const wanted = places.filter(({ sopInstanceUid }) => delivery.sopInstanceUids.includes(sopInstanceUid));
  const isReport = (uid: string): number => Number(uid === delivery.reportUid);
  return wanted
    .toSorted((one, other) => isReport(one.sopInstanceUid) - isReport(other.sopInstanceUid))
    .map(({ objectKey, ...place }) => ({ ...place, bytes: () => objects.stream(objectKey) }));
}

function reasonOf(refused: ReadonlyMap<string, string>): string {
  const reasons = [...new Set(refused.values())].slice(0, 5).join('; ');
  return `${refused.size} of the objects refused: ${reasons}`;
}
