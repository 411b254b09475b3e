import { parseAddress } from '@duoport/protocol';
import { z } from 'zod';
import { parseDuration } from '../flags/values.ts';
import { facts, line, section, written } from './kinds.ts';

/** The router between this machine and the outside. */
export const routerSchema = section(
  'The router of a home or a small office, which opens ports when it is asked to.',
  {
    open: z
      .enum(['no', 'auto', 'pcp', 'nat-pmp', 'upnp'])
      .default('no')
      .meta(
        facts(
          'Has the router let the outside in at the control ports and the passive range, and closes them again at the end. `auto` asks by PCP, ' +
            'NAT-PMP and UPnP in turn. Without `passive.addresses`, clients from outside are then told the router’s address.',
        ),
      ),
    address: line()
      .refine((text) => parseAddress(text) !== undefined, 'An address is written 192.168.1.1.')
      .optional()
      .meta(
        facts('The router.', {
          otherwise: 'the one that everything else goes to',
          examples: ['192.168.1.1'],
        }),
      ),
    lifetime: written(parseDuration)
      .prefault('1h')
      .meta(facts('How long the router is asked to keep a port open. It is asked again at half of that.')),
  },
);
