/**
 * `/api/destinations` and `/api/deliveries`: where results go, whether they get there, and another try for what did not.
 */
import type { Request, Router } from 'express';
import { z } from 'zod';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import type { DeliveryQueue } from '../delivery/delivery-queue.ts';
import {
  countDeliveries,
  DELIVERY_STATES,
  listDeliveries,
  reviveDeliveries,
  type DeliveryCounts,
  type DeliveryRecord,
} from '../delivery/delivery-records.ts';
import type { OpenedDestination } from '../delivery/open-destination.ts';
import { hoursOfWork } from '../delivery/throughput.ts';
import { requirePermission } from '../security/authentication.ts';
import type { Pool } from '../storage/database.ts';
import { requireValue } from './request-values.ts';

const ECHO_SECONDS = 15;
const HOURS = 24;
const NOTHING: DeliveryCounts = { waiting: 0, sending: 0, dead: 0, delivered: 0, deliveredLastHour: 0 };

const listParameters = z.strictObject({
  state: z.enum(DELIVERY_STATES).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

export interface DeliveryServices {
  readonly database: Pool;
  readonly queue: Pick<DeliveryQueue, 'pauses' | 'wake' | 'nudge'>;
  /** Those of the routing file as it is now. */
  readonly destinations: () => readonly OpenedDestination[];
}

/** Lists, echoes, and tries again. */
export function addDeliveryRoutes(router: Router, services: DeliveryServices): void {
  const { database, queue } = services;
  router.get('/destinations', requirePermission('administer'), async (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ destinations: await destinationsOf(services) });
  });
  router.post('/destinations/:name/echo', requirePermission('administer'), async (request, response) => {
    response.set('Cache-Control', 'no-store').json(await echoOf(namedOne(request, services)));
  });
  router.post('/destinations/:name/retry', requirePermission('administer'), async (request, response) => {
    const name = String(request.params['name']);
    const revived = await reviveDeliveries(database, { destination: name });
    queue.wake(name);
    response.json({ revived });
  });
  router.get('/deliveries', requirePermission('administer'), async (request, response) => {
    const { state, limit } = requireValue(listParameters, request.query, 'The list is not asked as expected');
    const deliveries = await listDeliveries(database, { limit, ...(state && { state }) });
    response.set('Cache-Control', 'no-store').json({ deliveries: deliveries.map(resourceOf) });
  });
  router.post('/deliveries/:id/retry', requirePermission('administer'), async (request, response) => {
    const revived = await reviveDeliveries(database, { id: String(request.params['id']) });
    if (revived === 0) throw new PacsError('not-found', 'There is no dead letter with this id');
    queue.nudge();
    response.json({ revived });
  });
  router.get('/throughput', requirePermission('administer'), async (_request, response) => {
    const hours = await hoursOfWork(database, HOURS);
    response.set('Cache-Control', 'no-store').json({ hours: hours.map((hour) => ({ ...hour, from: hour.from.toISOString() })) });
  });
} // prettier-ignore

/** Those of the file in its order, then those that stand in the table alone. */
async function destinationsOf({ database, queue, destinations }: DeliveryServices) {
  const counts = await countDeliveries(database);
  const pauses = queue.pauses();
  const opened = destinations();
  const configured = opened.map(({ name, settings, destination }) => {
    const pause = pauses.get(name);
    return {
      name,
      isConfigured: true,
      kind: destination.kind,
      address: destination.address,
      objects: settings.objects,
      concurrency: settings.concurrency,
      giveUpHours: settings.giveUpHours,
      counts: countsOf(counts.get(name)),
      pause: pause && { until: pause.until.toISOString(), reason: pause.reason, failures: pause.failures },
    };
  });
  const known = new Set(opened.map(({ name }) => name));
  const gone = [...counts]
    .filter(([name]) => !known.has(name))
    .map(([name, count]) => ({ name, isConfigured: false, counts: countsOf(count) }));
  return [...configured, ...gone];
}

function countsOf({ waitingSince, ...counts }: DeliveryCounts = NOTHING) {
  return { ...counts, waitingSince: waitingSince?.toISOString() };
}

function namedOne(request: Request, { destinations }: DeliveryServices): OpenedDestination {
  const found = destinations().find(({ name }) => name === request.params['name']);
  if (!found) throw new PacsError('not-found', 'The routing file names no such destination');
  return found;
}

/** That a destination does not answer is an answer. */
async function echoOf({ destination }: OpenedDestination) {
  const startedAt = performance.now();
  const signal = AbortSignal.timeout(ECHO_SECONDS * 1000);
  let reason: string | undefined;
  try {
    await destination.echo(signal);
  } catch (error) {
    const words = error instanceof Error ? error.message : asPacsError(error).message;
    reason = signal.aborted ? `No answer within ${ECHO_SECONDS} s` : words;
  }
  return { isUp: reason === undefined, reason, milliseconds: Math.round(performance.now() - startedAt) };
}

function resourceOf({ queuedAt, dueAt, finishedAt, acceptedUids, sopInstanceUids, ...record }: DeliveryRecord) {
  return {
    ...record,
    objects: sopInstanceUids.length,
    accepted: acceptedUids.length,
    queuedAt: queuedAt.toISOString(),
    dueAt: dueAt.toISOString(),
    finishedAt: finishedAt?.toISOString(),
  };
} // prettier-ignore
