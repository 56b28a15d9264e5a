/**
 * Opens rules, destinations and the delivery queue, as `wiring.ts` needs them.
 */
import { join } from 'node:path';
import { selectModels } from '../models/registry.ts';
import { readManifests } from '../models/runtime/load-models.ts';
import type { Configuration } from './config.ts';
import { dicomDestination } from './delivery/dicom-destination.ts';
import { startDeliveryQueue, type DeliveryQueue } from './delivery/delivery-queue.ts';
import { Destinations, type OpenedDestination } from './delivery/open-destination.ts';
import type { DimseClient } from './dimse/dimse-client.ts';
import type { Log } from './operations/log.ts';
import { openRules, type CurrentRules } from './routing/current-rules.ts';
import { startPriorFetcher } from './routing/prior-fetcher.ts';
import { createStudyRouting, type StudyRouting } from './routing/study-routing.ts';
import type { Pool } from './storage/database.ts';
import type { ObjectStore } from './storage/object-store.ts';
import type { StudyIndex } from './storage/study-index.ts';

const MODELS_FOLDER = join(import.meta.dirname, '..', 'models');

/** Routing and delivery at work. */
export interface OpenRouting {
  readonly rules: CurrentRules;
  /** Models that rules may name. */
  readonly modelIds: readonly string[];
  readonly studies: StudyRouting;
  readonly queue: DeliveryQueue;
  /** Those of the file as it is now. */
  destinations(): readonly OpenedDestination[];
  /** DICOM destinations wait until they are given this. */
  useDimse(client: DimseClient): void;
  /** To be called before DIMSE stops; what is under way is given up at once, and taken up at the next start. */
  stopPriors(): Promise<void>;
  stop(): Promise<void>;
}

/** Opens it. Throws `invalid-configuration` when the routing file is not valid. */
export async function openRouting(
  {
    routingFile,
    modelIds,
    deliveryDays,
    modalities,
  }: Pick<Configuration, 'routingFile' | 'modelIds' | 'deliveryDays' | 'modalities'>,
  { pool, objects, index, log }: { pool: Pool; objects: ObjectStore; index: StudyIndex; log: Log },
): Promise<OpenRouting> {
  const ruleModels = loadedModelIds(modelIds);
  const rules = await openRules({
    file: routingFile,
    modelIds: ruleModels,
    onChange: ({ problem }) => {
      if (problem === undefined) log.info({}, 'took over the routing rules');
      else log.error({ problem }, 'the routing file is not valid; the rules before it hold on');
    },
  });
  const current = () => rules.state().rules;
  let dimse: DimseClient | undefined;
  const destinations = new Destinations((settings) =>
    dicomDestination(settings, { client: () => dimse, index }),
  );
  const priors = await startPriorFetcher({
    database: pool,
    index,
    rules: current,
    modalities,
    client: () => dimse,
    onError: (error) => {
      log.error({ error }, 'priors could not be asked for');
    },
    onEnd: ({ state, found, fetched, reason }) => {
      log[state === 'done' ? 'info' : 'warn']({ found, fetched, reason }, 'asked for priors');
    },
  });
  const queue = startDeliveryQueue({
    database: pool,
    index,
    objects,
    destinations,
    rules: current,
    keepDays: deliveryDays,
    onError: (error) => {
      log.error({ error }, 'the delivery queue failed');
    },
  });
  return {
    rules,
    modelIds: ruleModels,
    queue,
    destinations: () => destinations.of(current().destinations),
    studies: createStudyRouting({
      database: pool,
      rules: current,
      onQueued: () => {
        queue.nudge();
      },
      isPrior: priors.isPrior,
    }),
    useDimse(client) {
      dimse = client;
    },
    stopPriors: () => priors.stop(),
    async stop() {
      rules.stop();
      await Promise.all([queue.stop(), priors.stop()]);
    },
  };
}

/** The models that rules may name: those that are loaded. */
export function loadedModelIds(modelIds: Configuration['modelIds']): readonly string[] {
  const selection = { ...(modelIds && { ids: modelIds }), allowsResearchOnly: true };
  return selectModels(readManifests(MODELS_FOLDER), selection).map(({ id }) => id);
}
