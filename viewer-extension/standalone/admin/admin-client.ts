/**
 * The administration, asked of `/api`.
 */
import { request } from '../dicomweb-client.ts';
import {
  readDeliveries,
  readDestinations,
  readEcho,
  readHours,
  readNode,
  readRouting,
  type DeliveryRow,
  type DestinationRow,
  type Echo,
  type Hour,
  type NodeDescription,
  type RoutingState,
} from './admin-values.ts';

/** Everything that the page shows, as it was at one moment. */
export interface AdminState {
  readonly node: NodeDescription;
  readonly routing: RoutingState;
  readonly destinations: readonly DestinationRow[];
  /** On their way, the newest first. */
  readonly open: readonly DeliveryRow[];
  readonly dead: readonly DeliveryRow[];
  readonly hours: readonly Hour[];
}

export class AdminClient {
  readonly #root: string;

  /** `root` of the API, e.g. `/api`. */
  constructor(root: string) {
    this.#root = root;
  }

  async state(signal: AbortSignal): Promise<AdminState> {
    const [node, routing, destinations, waiting, sending, dead, hours] = await Promise.all([
      this.#get('/node', signal),
      this.#get('/routing', signal),
      this.#get('/destinations', signal),
      this.#get('/deliveries?state=waiting', signal),
      this.#get('/deliveries?state=sending', signal),
      this.#get('/deliveries?state=dead', signal),
      this.#get('/throughput', signal),
    ]);
    return {
      node: readNode(node),
      routing: readRouting(routing),
      destinations: readDestinations(destinations),
      open: [...readDeliveries(sending), ...readDeliveries(waiting)],
      dead: readDeliveries(dead),
      hours: readHours(hours),
    };
  }

  /** Has the routing file read again. */
  async reload(): Promise<void> {
    await this.#post('/routing/reload');
  }

  /** Asks a destination whether it is there. */
  async echo(destination: string): Promise<Echo> {
    return readEcho(await this.#post(`/destinations/${encodeURIComponent(destination)}/echo`));
  }

  /** Begins all dead letters of a destination anew, and tries it at once. */
  async retryAll(destination: string): Promise<void> {
    await this.#post(`/destinations/${encodeURIComponent(destination)}/retry`);
  }

  /** Begins one dead letter anew. */
  async retry(id: string): Promise<void> {
    await this.#post(`/deliveries/${encodeURIComponent(id)}/retry`);
  }

  async #get(path: string, signal: AbortSignal): Promise<unknown> {
    const response = await request(this.#root + path, { headers: { accept: 'application/json' }, signal });
    return await response.json();
  }

  async #post(path: string): Promise<unknown> {
    const response = await request(this.#root + path, {
      method: 'POST',
      headers: { accept: 'application/json' },
    });
    return await response.json();
  }
}
