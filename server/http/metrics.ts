/**
 * `/metrics` in the Prometheus text format (only importer of prom-client). Labels are route templates and states,
 * never paths, UIDs or anything else without a bound.
 */
import { Router } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { requirePermission } from '../security/authentication.ts';

const HTTP_SECONDS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60];
const INFERENCE_SECONDS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH']);

/** What the rest of the server reports to. */
export interface Metrics {
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void;
  /** One image through all its models. */
  observeInference(seconds: number): void;
  countStored(outcome: 'stored' | 'identical' | 'refused'): void;
  /** The registry as Prometheus reads it. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Makes the metrics. `analysesByState` is asked at every scrape. */
export function createMetrics(analysesByState: () => Promise<ReadonlyMap<string, number>>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'osteon_' });
  const requests = new Histogram({
    name: 'osteon_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: HTTP_SECONDS,
    registers,
  });
  const inference = new Histogram({
    name: 'osteon_inference_duration_seconds',
    help: 'Time one image takes inside its networks, without reading, decoding or waiting',
    buckets: INFERENCE_SECONDS,
    registers,
  });
  const stored = new Counter({
    name: 'osteon_instances_total',
    help: 'Instances offered, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  new Gauge({
    name: 'osteon_analyses',
    help: 'Studies by state of their analysis',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      for (const [state, count] of await analysesByState()) this.set({ state }, count);
    },
  });
  return {
    observeRequest: ({ method, route, status, seconds }) => {
      requests.observe({ method: METHODS.has(method) ? method : 'other', route, status }, seconds);
    },
    observeInference: (seconds) => {
      inference.observe(seconds);
    },
    countStored: (outcome) => {
      stored.inc({ outcome });
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** `GET /metrics`. */
export function metricsRouter(metrics: Metrics): Router {
  const router = Router();
  router.get('/', requirePermission('read-metrics'), async (_request, response) => {
    response.set('Content-Type', metrics.contentType).send(await metrics.text());
  });
  return router;
}
