import { z } from 'zod';
import { facts, section } from './kinds.ts';
import { network } from './user-schema.ts';

const networks = (description: string) =>
  z
    .array(network)
    .min(1, 'Name a network, or leave the key out.')
    .optional()
    .meta(facts(description, { otherwise: 'nobody', examples: [['10.0.0.1']] }));

/** Load balancers in front. */
export const proxySchema = section(
  'Load balancers in front, whose connections begin with a PROXY header (version 1 or 2): the client is who the header says.',
  {
    control: networks(
      'Networks whose control connections begin with it. Everybody else must not send one, and is not believed.',
    ),
    data: networks(
      'The same for passive data connections, which may come another way. Peer checks are done on what the header says.',
    ),
  },
);
