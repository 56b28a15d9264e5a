/**
 * `/health/live`: the process answers. `/health/ready`: every component works and nothing is shutting down.
 */
import { Router } from 'express';
import { openToAll } from '../security/authentication.ts';

/** One thing the server cannot do without. */
export interface Component {
  readonly name: string;
  /** Resolves when the component works; rejects when it does not. */
  check(): Promise<void>;
}

/** What `/health/ready` looks at. */
export interface HealthServices {
  readonly components: readonly Component[];
  /** True from the moment the server is asked to stop. */
  isDraining(): boolean;
}

/** A component that takes longer than this to answer counts as down. */
const PATIENCE_MS = 2_000;

/** Both resources; 200 when well, 503 when not. */
export function healthRouter(services: HealthServices): Router {
  const router = Router();
  router.get('/live', openToAll(), (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'up' });
  });
  router.get('/ready', openToAll(), async (_request, response) => {
    const states = await Promise.all(services.components.map(stateOf));
    const isReady = !services.isDraining() && states.every(([, { status }]) => status === 'up');
    response
      .status(isReady ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({
        status: services.isDraining() ? 'draining' : isReady ? 'up' : 'down',
        components: Object.fromEntries(states),
      });
  });
  return router;
}

/** Why a component is down is in the log, not here: the reason may name files and hosts. */
async function stateOf(component: Component): Promise<[string, { status: 'up' | 'down' }]> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'down'>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, 'down');
  });
  const state = component.check().then(
    () => 'up' as const,
    () => 'down' as const,
  );
  const status = await Promise.race([state, timeout]);
  clearTimeout(timer);
  return [component.name, { status }];
}
