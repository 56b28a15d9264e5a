/**
 * Routing as the analysis sees it: what the rules say of an arrival or of a whole study, and the way out for results.
 */
import type { ResultObjectKind } from '../../dicom/results/index.ts';
import { enqueueDeliveries } from '../delivery/delivery-records.ts';
import { query, type Pool, type Queryable } from '../storage/database.ts';
import type { Sender, StoredInstance } from '../storage/stored-instance.ts';
import { decideRoute, type Route } from './decide-route.ts';
import { requestPriors } from './prior-records.ts';
import type { RoutingRules } from './read-rules.ts';
import type { PriorWish } from './rules-schema.ts';

/** One object of a result set. */
export interface RoutedResult {
  readonly kind: ResultObjectKind;
  readonly sopInstanceUid: string;
}

export interface StudyRouting {
  /** What the rules say of one image when it arrives, by itself: the rest of its study may not be there yet. */
  routeOfArrival(instance: StoredInstance): Route;
  /** What the rules say of a study, by all of its images. */
  routeOfStudy(studyUid: string, images: readonly StoredInstance[]): Promise<Route>;
  /** Keeps the association that an image of a study came by. Within the transaction that stores the image. */
  rememberSender(target: Queryable, studyUid: string, sender: Sender): Promise<void>;
  /** Asks for the priors of a study, once, as soon as it has settled. Within the transaction that stores an image of it. */
  requestPriors(target: Queryable, studyUid: string, wish: PriorWish): Promise<void>;
  /** True for an instance that came because it was asked for as a prior: nothing is done with it. */
  isPrior(instance: StoredInstance): boolean;
  /** Queues a stored result set, the report first, for the recipients of the route. Doing it again changes nothing. */
  deliver(route: Route, studyUid: string, set: readonly [RoutedResult, ...RoutedResult[]]): Promise<void>;
}

export interface StudyRoutingOptions {
  readonly database: Pool;
  /** The rules as they are at present. */
  readonly rules: () => RoutingRules;
  /** Told when something was queued. */
  readonly onQueued?: () => void;
  /** Tells priors; absent: there are none. */
  readonly isPrior?: (instance: StoredInstance) => boolean;
}

export function createStudyRouting({
  database,
  rules,
  onQueued,
  isPrior = () => false,
}: StudyRoutingOptions): StudyRouting {
  return {
    routeOfArrival: (instance) => decideRoute(rules(), [instance], instance.sender ? [instance.sender] : []),
    async routeOfStudy(studyUid, images) {
      return decideRoute(rules(), images, await sendersOf(database, studyUid));
    },
    async rememberSender(target, studyUid, { callingAeTitle, calledAeTitle }) {
      await query(
        target,
        `INSERT INTO study_sender (study_uid, calling_ae_title, called_ae_title) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING`,
        [studyUid, callingAeTitle, calledAeTitle],
      );
    },
    requestPriors,
    isPrior,
    async deliver(route, studyInstanceUid, set) {
      const [report] = set;
      const deliveries = route.recipients.flatMap(({ destination, objects }) => {
        const sopInstanceUids = set
          .filter(({ kind }) => !objects || objects.includes(kind))
          .map(({ sopInstanceUid }) => sopInstanceUid);
        if (sopInstanceUids.length === 0) return [];
        const { sopInstanceUid: reportUid } = report;
        return [{ destination, studyInstanceUid, reportUid, sopInstanceUids, priority: route.priority }];
      });
      await enqueueDeliveries(database, deliveries);
      if (deliveries.length > 0) onQueued?.();
    },
  };
}

/** The associations that a study's images came by. */
export async function sendersOf(database: Pool, studyUid: string): Promise<readonly Sender[]> {
  const rows = await query(
    database,
    'SELECT calling_ae_title, called_ae_title FROM study_sender WHERE study_uid = $1 ORDER BY 1, 2',
    [studyUid],
  );
  return rows.map((row) => ({
    callingAeTitle: String(row['calling_ae_title']),
    calledAeTitle: String(row['called_ae_title']),
  }));
}
