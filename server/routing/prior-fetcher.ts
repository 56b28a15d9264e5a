/**
 * Fetches the priors that routing rules ask for: C-FIND at an archive, then C-MOVE to ourselves. PS3.4 C.4.1, C.4.2.
 *
 * It goes on beside the analysis, which waits for nothing here; what it fetches is not analysed, so that nothing starts over.
 * An archive that is away is asked again a few times; then the study simply has no priors.
 */
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import { dicomPeer } from '../delivery/dicom-peer.ts';
import type { DimseClient } from '../dimse/dimse-client.ts';
import type { DimsePeer } from '../dimse/peer.ts';
import type { Pool } from '../storage/database.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import {
  candidatesAmong,
  hasWantedSeries,
  moveIdentifier,
  questionOf,
  seriesIdentifier,
  studiesIdentifier,
  type PriorFacts,
} from './choose-priors.ts';
import {
  claimFetch,
  finishFetch,
  notePrior,
  postponeFetch,
  recentPriors,
  type PriorEnd,
  type PriorFetch,
} from './prior-records.ts';
import type { RoutingRules } from './read-rules.ts';
import type { PriorWish } from './rules-schema.ts';

export interface PriorFetcherOptions {
  readonly database: Pool;
  readonly index: Pick<StudyIndex, 'listInstances' | 'listPlaces'>;
  /** The rules as they are at present: they say where an archive is. */
  readonly rules: () => RoutingRules;
  /** Modalities that priors are of. */
  readonly modalities: readonly string[];
  /** Absent until the DIMSE process is there. */
  readonly client: () => DimseClient | undefined;
  /** Told of failures of the fetcher itself; those of archives are in the table. */
  readonly onError: (error: PacsError) => void;
  /** Told how each fetch ended. */
  readonly onEnd?: (end: PriorEnd) => void;
  /** Pause between looks for what is due, in ms. */
  readonly everyMs?: number;
  /** Seconds before each further try. */
  readonly retrySeconds?: readonly number[];
}

export interface PriorFetcher {
  /** True for an instance that came because it was asked for as a prior. */
  readonly isPrior: (instance: Pick<StoredInstance, 'studyInstanceUid' | 'origin'>) => boolean;
  /** Takes nothing more and gives up what is under way: it is taken up again at the next start. */
  stop(): Promise<void>;
}

const EVERY_MS = 1_000;
const RETRY_SECONDS: readonly number[] = [30, 300, 1_800];
/** Longer than the C-MOVE of a study takes. */
const LEASE_SECONDS = 3_600;
/** What came as a prior is told from what is new for so long. */
const REMEMBERED_DAYS = 7;
const DAY_MS = 86_400_000;
/** Candidates whose series are looked at. */
const MOST_CANDIDATES = 50;

/** Starts it. */
export async function startPriorFetcher(options: PriorFetcherOptions): Promise<PriorFetcher> {
  const { database, everyMs = EVERY_MS, retrySeconds = RETRY_SECONDS } = options;
  const asked = new Map(await recentPriors(database, REMEMBERED_DAYS));
  const isPrior = (studyUid: string): boolean =>
    (asked.get(studyUid) ?? -Infinity) > Date.now() - REMEMBERED_DAYS * DAY_MS;
  const remember = async (studyUid: string): Promise<void> => {
    for (const known of asked.keys()) if (!isPrior(known)) asked.delete(known);
    asked.set(studyUid, Date.now());
    await notePrior(database, studyUid);
  };
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  const work = async (): Promise<boolean> => {
    const client = options.client();
    const fetch = client && (await claimFetch(database, LEASE_SECONDS));
    if (!fetch) return false;
    try {
      const { signal } = stopping;
      const end = await unlessAborted(
        signal,
        fetchPriors(fetch, options, { client, isPrior, remember, signal }),
      );
      await finishFetch(database, fetch, end);
      options.onEnd?.(end);
    } catch (error) {
      const { kind, message } = asPacsError(error);
      if (stopping.signal.aborted) await postponeFetch(database, fetch, 0, 'The server was stopped');
      else {
        const pause = kind === 'peer-unavailable' ? retrySeconds[fetch.tries - 1] : undefined;
        const end: PriorEnd = { state: 'failed', found: 0, fetched: 0, reason: message };
        if (pause !== undefined) await postponeFetch(database, fetch, pause, message);
        else await finishFetch(database, fetch, end);
        options.onEnd?.(end);
      }
    }
    return true;
  };
  const look = (): void => {
    if (running || stopping.signal.aborted) return;
    running = (async () => {
      try {
        while (!stopping.signal.aborted && (await work())) continue;
      } catch (error) {
        options.onError(asPacsError(error, 'storage-unavailable'));
      } finally {
        running = undefined;
      }
    })();
  };
  const timer = setInterval(look, everyMs).unref();
  return {
    isPrior: ({ origin, studyInstanceUid }) => origin === 'dimse' && isPrior(studyInstanceUid),
    async stop() {
      stopping.abort();
      clearInterval(timer);
      await running;
    },
  };
}

/** What a fetch works with. */
interface FetchMeans {
  readonly client: DimseClient;
  /** True for a study that we asked for. */
  readonly isPrior: (studyUid: string) => boolean;
  /** Keeps that we ask for it now. */
  readonly remember: (studyUid: string) => Promise<void>;
  /** Nothing more is asked for. */
  readonly signal: AbortSignal;
}

/** One study's priors. Rejects with what the archive says. */
async function fetchPriors(
  { studyInstanceUid, wish, tries }: PriorFetch,
  { index, rules, modalities }: PriorFetcherOptions,
  { client, isPrior, remember, signal }: FetchMeans,
): Promise<PriorEnd> {
  const instances = await index.listInstances({ studyUid: studyInstanceUid });
  const images = instances.filter(({ origin }) => origin !== 'analysis').map(({ metadata }) => metadata);
  const question = questionOf(studyInstanceUid, images, wish);
  if ('reason' in question) return { state: 'done', found: 0, fetched: 0, reason: question.reason };
  const archive = await archiveOf(wish, rules());
  const chosen = await choose(client, archive, question.facts, wish, modalities);
  let fetched = 0;
  let reason: string | undefined;
  for (const studyUid of chosen) {
    signal.throwIfAborted();
    // What is here already is here as it is, neither fetched nor told apart, unless a try before this one may have broken off.
    const isBegun = tries > 1 && isPrior(studyUid);
    if (!isBegun && (await index.listPlaces({ studyUid })).length > 0) continue;
    await remember(studyUid);
    const { dimseStatus, failed } = await client.move(archive, {
      model: 'study-root',
      identifier: moveIdentifier(studyUid),
    });
    if (dimseStatus === 0 && failed === 0) fetched += 1;
    else reason = `C-MOVE ended with status ${dimseStatus.toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return { state: 'done', found: chosen.length, fetched, ...(reason !== undefined && { reason }) };
}

async function archiveOf({ from }: PriorWish, { destinations }: RoutingRules): Promise<DimsePeer> {
  const settings = destinations.get(from);
  if (settings && 'dicom' in settings) return await dicomPeer(settings.dicom);
  throw new PacsError('invalid-configuration', `The routing file names no DICOM node ${from} any more`);
}

/** Settles as the work does, or rejects when the signal is aborted: an archive may take long to answer. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => {
    aborted.reject(new PacsError('peer-unavailable', 'The server was stopped'));
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** The studies that are wanted, the newest first. */
async function choose(
  client: DimseClient,
  archive: DimsePeer,
  facts: PriorFacts,
  wish: PriorWish,
  modalities: readonly string[],
): Promise<readonly string[]> {
  const model = 'study-root';
  const matches = await client.find(archive, { model, identifier: studiesIdentifier(facts, wish) });
  const candidates = candidatesAmong(matches, facts, wish, modalities);
  const chosen: string[] = [];
  for (const { studyUid, isModalityKnown } of candidates.slice(0, MOST_CANDIDATES)) {
    if (chosen.length === wish.most) break;
    const isWanted =
      (isModalityKnown && !wish.sameBodyPart) ||
      hasWantedSeries(
        await client.find(archive, { model, identifier: seriesIdentifier(studyUid) }),
        facts,
        wish,
        modalities,
      );
    if (isWanted) chosen.push(studyUid);
  }
  return chosen;
}
