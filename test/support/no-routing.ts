/** Routing of a server without a routing file, for tests of the analysis alone. */
import { DEFAULT_ROUTE } from '../../server/routing/decide-route.ts';
import type { StudyRouting } from '../../server/routing/study-routing.ts';

export const NO_ROUTING: StudyRouting = {
  routeOfArrival: () => DEFAULT_ROUTE,
  routeOfStudy: () => Promise.resolve(DEFAULT_ROUTE),
  rememberSender: () => Promise.resolve(),
  requestPriors: () => Promise.resolve(),
  isPrior: () => false,
  deliver: () => Promise.resolve(),
};
