/**
 * The queue at work: takes what is due, for each destination so many at once, and tries again later what did not get through.
 *
 * A destination that is down is left alone for a while, then asked with one delivery; others are not held up by it. Nothing
 * here is remembered that the table does not say but that pause.
 */
import { asPacsError, type PacsError } from '../../dicom/vocabulary/failure.ts';
import type { RoutingRules } from '../routing/read-rules.ts';
import type { Pool } from '../storage/database.ts';
import { backoffSeconds } from './backoff.ts';
import {
  claimDelivery,
  finishDelivery,
  LEASE_SECONDS,
  postponeDelivery,
  pruneDeliveries,
  recordAccepted,
  renewLease,
  type DeliveryRecord,
} from './delivery-records.ts';
import { type Destinations, type OpenedDestination } from './open-destination.ts';
import { sendDelivery, type SendServices, type TryEnd } from './send-delivery.ts';

export interface DeliveryQueueOptions extends SendServices {
  readonly database: Pool;
  readonly destinations: Destinations;
  /** The rules as they are at present. */
  readonly rules: () => RoutingRules;
  /** Days that what was delivered stays on record; 0: for ever. */
  readonly keepDays: number;
  /** Told of failures of the queue itself; those of destinations are in the table. */
  readonly onError: (error: PacsError) => void;
  /** Told how each try ended. */
  readonly onEnd?: (destination: string, kind: TryEnd['kind']) => void;
  /** Pause between looks for what is due, in ms. */
  readonly everyMs?: number;
  /** How long one delivery, and then a destination as a whole, waits after a failure. */
  readonly backoff?: { readonly delivery: Span; readonly destination: Span };
}

interface Span {
  readonly firstSeconds: number;
  readonly mostSeconds: number;
}

const BACKOFF = {
  delivery: { firstSeconds: 10, mostSeconds: 1800 },
  destination: { firstSeconds: 1, mostSeconds: 60 },
};
const EVERY_MS = 500;
const PRUNE_EVERY_MS = 3_600_000;

/** Why a destination is left alone at present. */
export interface DestinationPause {
  readonly until: Date;
  readonly reason: string;
  /** Failures since it was last known to be up. */
  readonly failures: number;
}

export interface DeliveryQueue {
  /** Looks at once for what is due. */
  nudge(): void;
  /** Destinations that are left alone, and why. */
  pauses(): ReadonlyMap<string, DestinationPause>;
  /** Tries a destination again now, whatever was planned. */
  wake(destination: string): void;
  /** Takes nothing more, gives up what is under way, and waits for it; it is taken up again at the next start. */
  stop(): Promise<void>;
}

/** Starts it. */
export function startDeliveryQueue(options: DeliveryQueueOptions): DeliveryQueue {
  const { database, destinations, rules, keepDays, onError, everyMs = EVERY_MS, backoff = BACKOFF } = options;
  const stopping = new AbortController();
  const pauses = new Map<string, DestinationPause>();
  const running = new Map<string, Set<Promise<void>>>();

  const pause = (name: string, reason: string): void => {
    const known = pauses.get(name);
    // Of several deliveries that fail side by side the first one speaks for all.
    if (known && known.until.getTime() > Date.now()) return;
    const failures = (known?.failures ?? 0) + 1;
    const seconds = backoffSeconds(failures, backoff.destination, Math.random());
    pauses.set(name, { until: new Date(Date.now() + seconds * 1000), reason, failures });
  };

  /** Does one delivery; true when there may be more. */
  const work = async (opened: OpenedDestination): Promise<boolean> => {
    const delivery = await claimDelivery(database, opened.name);
    if (!delivery) return false;
    fill(opened);
    const heartbeat = setInterval(
      () => void renewLease(database, delivery).catch(() => undefined),
      LEASE_SECONDS * 300,
    );
    try {
      const accept = (uids: readonly string[]) => recordAccepted(database, delivery, uids);
      const end = await sendDelivery(delivery, opened.destination, options, accept, stopping.signal);
      if (stopping.signal.aborted && end.kind !== 'delivered') {
        await postponeDelivery(database, delivery, 0, 'The server was stopped');
        return false;
      }
      if (end.kind === 'down') pause(opened.name, end.reason);
      else pauses.delete(opened.name);
      await record(delivery, opened, end);
      options.onEnd?.(opened.name, end.kind);
      return end.kind !== 'down';
    } finally {
      clearInterval(heartbeat);
    }
  };

  const record = async (
    delivery: DeliveryRecord,
    { destination, settings }: OpenedDestination,
    end: TryEnd,
  ) => {
    const peer = destination.address;
    if (end.kind === 'delivered') {
      await finishDelivery(database, delivery, { state: 'delivered', peer });
      return;
    }
    const isTooOld = Date.now() - delivery.queuedAt.getTime() > settings.giveUpHours * 3_600_000;
    if (end.kind === 'refused' || isTooOld) {
      await finishDelivery(database, delivery, { state: 'dead', reason: end.reason, peer });
      return;
    }
    // Behind a destination that is down, deliveries keep their turn but go behind those that were not tried yet.
    const seconds = end.kind === 'down' ? 0 : backoffSeconds(delivery.tries, backoff.delivery, Math.random());
    await postponeDelivery(database, delivery, seconds, end.reason);
  };

  const run = async (opened: OpenedDestination): Promise<void> => {
    try {
      while (!stopping.signal.aborted && (await work(opened))) continue;
    } catch (error) {
      onError(asPacsError(error, 'storage-unavailable'));
    }
  };

  /** Sends out one more, if there is a place: whoever finds something to do calls for the next. */
  const fill = (opened: OpenedDestination): void => {
    const paused = pauses.get(opened.name);
    if (stopping.signal.aborted || (paused && paused.until.getTime() > Date.now())) return;
    const under = running.get(opened.name) ?? new Set();
    running.set(opened.name, under);
    // After a failure one delivery alone finds out whether the destination is back.
    if (under.size >= (paused ? 1 : opened.settings.concurrency)) return;
    const one: Promise<void> = run(opened).finally(() => under.delete(one));
    under.add(one);
  };

  const look = (): void => {
    for (const opened of destinations.of(rules().destinations)) fill(opened);
  };
  const prune = async (): Promise<void> => {
    try {
      if (keepDays > 0) await pruneDeliveries(database, keepDays);
    } catch (error) {
      onError(asPacsError(error, 'storage-unavailable'));
    }
  };
  const timers = [setInterval(look, everyMs), setInterval(() => void prune(), PRUNE_EVERY_MS)];
  for (const timer of timers) timer.unref();
  look();
  const firstPrune = prune();
  return {
    nudge: look,
    pauses: () => pauses,
    wake: (destination) => {
      pauses.delete(destination);
      look();
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      stopping.abort();
      await Promise.all([firstPrune, ...[...running.values()].flatMap((under) => [...under])]);
    },
  };
}
