import type { Observations } from '@duoport/doctor';
import { type Case, controlTrace, dial, passive, peer, seen, trace, view } from './seen.ts';

/** The server's other network, as 227 gives it away. */
export const inside = { address: '192.168.7.2', port: 50_012 };
const insideDials = [dial('silent', { to: inside }), dial('open')];
const tlsDone = { how: 'done', reused: true, error: undefined } as const;
const traces = (data: Observations['traces']['data'], other?: Observations['traces']['other']) => ({
  traces: { control: controlTrace, data, other },
});

/** A passive data connection that fails, a server that says no, and what is amiss although it works. */
export const passiveCases: readonly Case[] = [
  // Passive mode, a port that is not let through: the last router that answers drops it.
  {
    what: 'only 21 open on the server’s host: silence behind the last router',
    seen: seen([passive('PASV', 'silent')], traces(trace('expired', 'expired', 'expired', 'silent'))),
    findings: ['passive-silent server: PASV'],
  },
  {
    what: 'a box in the middle drops',
    seen: seen([passive('EPSV', 'silent')], traces(trace('expired', 'expired', 'silent', 'silent'))),
    findings: ['passive-silent middle: EPSV'],
  },
  {
    what: 'the client’s own router drops',
    seen: seen([passive('EPSV', 'silent')], traces(trace('expired', 'silent', 'silent', 'silent'))),
    findings: ['passive-silent client: EPSV'],
  },
  {
    what: 'this machine drops what goes out',
    seen: seen([passive('EPSV', 'silent')], traces(trace('silent', 'silent', 'silent', 'silent'))),
    findings: ['passive-silent client: EPSV'],
  },
  {
    what: 'a NAT router before the server forwards 21 only: it does not answer for what it takes for itself',
    seen: seen([passive('EPSV', 'silent')], {
      traces: {
        control: {
          ...controlTrace,
          hops: controlTrace.hops.map((hop) => (hop.distance === 3 ? { ...hop, address: peer } : hop)),
        },
        data: trace('expired', 'expired', 'silent', 'silent'),
        other: undefined,
      },
    }),
    findings: ['passive-silent server: EPSV'],
  },
  {
    what: 'an ICMP error from the middle',
    seen: seen([
      passive('PASV', 'open', { outcome: 'fails', dials: [dial('rejected', { icmpFrom: '192.0.2.2' })] }),
    ]),
    findings: ['passive-rejected middle: PASV'],
  },
  {
    what: 'an ICMP error from the server itself',
    seen: seen([passive('PASV', 'rejected', { dials: [dial('rejected', { icmpFrom: peer })] })]),
    findings: ['passive-rejected server: PASV'],
  },
  {
    what: 'a reset, told by its TTL to come from the server',
    seen: seen([passive('PASV', 'refused', { dials: [dial('refused', { ttl: 61 })] })]),
    findings: ['passive-refused server: PASV'],
  },
  {
    what: 'silence and nothing to see the hops with: the side is not known',
    seen: seen([passive('PASV', 'silent')], {
      traces: { control: undefined, data: undefined, other: undefined },
    }),
    findings: ['passive-silent unknown: PASV'],
  },

  // Addresses in 227.
  {
    what: 'an inside address, refused (container, or NAT that nobody told the server of)',
    seen: seen([passive('PASV', 'refused', { announced: inside, dials: [dial('refused', { to: inside })] })]),
    findings: ['passive-address-private server: PASV'],
  },
  {
    what: 'PASV fails by its address, EPSV works',
    seen: seen([passive('PASV', 'silent', { announced: inside }), passive('EPSV', 'open')]),
    findings: ['passive-address-private server: PASV'],
  },
  {
    what: 'an inside address, and the right one is shut as well: both are told',
    seen: seen([
      passive('PASV', 'silent', {
        announced: inside,
        dials: [dial('silent', { to: inside }), dial('refused')],
      }),
    ]),
    findings: ['passive-address-private server: PASV', 'passive-refused unknown: '],
  },
  {
    what: 'an inside address, and it works for us who do not obey it: a warning',
    seen: seen([passive('PASV', 'open', { announced: inside, dials: insideDials })]),
    findings: ['passive-address-private server: '],
  },
  {
    what: 'the public address to a neighbour of the server (hairpin)',
    seen: seen([passive('PASV', 'silent', { announced: { address: '192.0.2.77', port: 50_000 } })], {
      control: { ...seen([]).control, dial: dial('open', { to: { address: '10.0.0.10', port: 21 } }) },
      local: { address: '10.0.0.20', port: 1 },
    }),
    findings: ['passive-hairpin server: PASV'],
  },
  {
    what: 'another public address, an old one perhaps',
    seen: seen([passive('PASV', 'silent', { announced: { address: '192.0.2.77', port: 50_000 } })]),
    findings: ['passive-address-foreign server: PASV'],
  },
  {
    what: '227 changed on the way by a helper, and it does not work',
    seen: seen([
      passive('PASV', 'silent', {
        announced: { address: peer, port: 59_261 },
        server: view({ sent: 'Entering Passive Mode (203,0,113,10,195,139).', arrival: 'none' }),
      }),
    ]),
    findings: ['address-rewritten middle: PASV'],
  },
  {
    what: 'the outside has other ports than the server',
    seen: seen(
      [
        passive('EPSV', 'silent', {
          server: view({ local: { address: '10.0.0.10', port: 21 }, arrival: 'none' }),
        }),
      ],
      { port: 2121 },
    ),
    findings: ['passive-port-mapped server: EPSV'],
  },

  // Helpers.
  {
    what: 'without TLS it works, with TLS it hangs',
    seen: seen([passive('EPSV', 'open'), passive('EPSV', 'silent', { secure: true })], {
      ...traces(trace('expired', 'expired', 'expired', 'silent')),
    }),
    findings: ['helper-blind-tls server: EPSV+'],
  },
  {
    what: 'a helper, and the public address set on the server: EPSV works and PASV to the same address does not',
    seen: seen([passive('PASV', 'silent'), passive('EPSV', 'open')]),
    findings: ['helper-masquerade server: PASV'],
  },
  {
    what: 'EPSV is not known to an old server',
    seen: seen([
      passive('PASV', 'open'),
      passive('EPSV', 'open', {
        agreed: { code: 500, text: 'Unknown command.' },
        dials: [],
        outcome: 'fails',
      }),
    ]),
    findings: ['passive-off server: EPSV'],
  },

  // The server says no.
  {
    what: '425 Security: Bad IP connecting',
    seen: seen([passive('PASV', 'open', { final: { code: 425, text: 'Security: Bad IP connecting.' } })]),
    findings: ['passive-peer-refused server: PASV'],
  },
  ...[
    { code: 522, text: 'SSL connection failed; session reuse required: see require_ssl_reuse option' },
    { code: 425, text: 'Unable to build data connection: TLS session of data connection not resumed.' },
    { code: 450, text: 'TLS session of data connection has not resumed or the session does not match' },
  ].map((final) => ({
    what: `${final.code}: the TLS session has to be resumed`,
    seen: seen([passive('EPSV', 'open', { secure: true, final, tls: tlsDone })]),
    findings: ['tls-resumption-wanted server: EPSV+'],
  })),
  {
    what: 'TLS on the data connection fails',
    seen: seen([
      passive('EPSV', 'open', { secure: true, tls: { how: 'failed', reused: false, error: 'ECONNRESET' } }),
    ]),
    findings: ['tls-data-failed server: EPSV+'],
  },
  {
    what: 'no ports left',
    seen: seen([
      passive('PASV', 'open', { agreed: { code: 425, text: 'No free port.' }, dials: [], outcome: 'fails' }),
    ]),
    findings: ['range-exhausted server: PASV'],
  },
  {
    what: 'the 226 never comes',
    seen: seen([passive('PASV', 'open', { outcome: 'fails', final: undefined, bytes: 99 })]),
    findings: ['transfer-failed server: PASV'],
  },
  {
    what: '426 after all bytes',
    seen: seen([
      passive('PASV', 'open', {
        secure: true,
        tls: tlsDone,
        final: { code: 426, text: 'Failure reading network stream.' },
      }),
    ]),
    findings: ['transfer-failed server: PASV+'],
  },
  {
    what: 'ports from all over: no range is set',
    seen: seen([passive('PASV', 'silent')], { passivePorts: [1100, 33_000, 60_123, 45_000] }),
    findings: ['passive-silent unknown: PASV', 'range-unstable server: '],
  },

  {
    what: 'one of two transfers gets through: a balancer sends the other somewhere else',
    seen: seen([passive('EPSV', 'open'), passive('EPSV', 'refused', { transfer: 'RETR readme.txt' })]),
    findings: ['passive-refused unknown: '],
  },

  {
    what: 'it works, and the server insists on resumption',
    seen: seen([passive('EPSV', 'open', { secure: true, tls: tlsDone })], {
      unresumed: passive('EPSV', 'open', {
        secure: true,
        final: { code: 522, text: 'session reuse required' },
      }),
    }),
    findings: ['tls-resumption-wanted server: '],
  },
  {
    what: 'listing works, and storing is not allowed',
    seen: seen([passive('EPSV', 'open')], {
      wrote: { name: 'x', stored: { code: 553, text: 'Could not create file.' }, removed: undefined },
    }),
    findings: ['transfer-failed server: '],
  },
];
