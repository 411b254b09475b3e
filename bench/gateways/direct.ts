import { directWay } from '../rows.ts';
import type { GatewayKind } from './gateway.ts';

/** Nothing between: the server itself. */
export const direct: GatewayKind = {
  name: directWay,
  start: async (server) => ({ ...server, name: directWay, stop: async () => undefined }),
};
