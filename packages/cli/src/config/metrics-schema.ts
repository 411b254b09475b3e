import { parseListen } from '../flags/values.ts';
import { facts, section, written } from './kinds.ts';

/** The section `metrics`. */
export const metricsSchema = section('Counters for Prometheus, health and readiness, over HTTP.', {
  listen: written(parseListen)
    .optional()
    .meta(
      facts(
        '`[HOST:]PORT` for `/metrics`, `/healthz` and `/readyz`; the address is 127.0.0.1 where none is named.',
        { otherwise: 'none', examples: [9121, '10.0.0.5:9121'] },
      ),
    ),
});
