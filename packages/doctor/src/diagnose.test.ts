import assert from 'node:assert/strict';
import { test } from 'node:test';
import { active, controlTrace, dial, local, passive, peer, seen, trace, view } from '../test/seen.ts';
import { diagnose } from './diagnose.ts';
import type { Attempt, Observations } from './observations.ts';

/** What was seen, and for each broken way the code and side that it must come to. */
interface Row {
  readonly what: string;
  readonly seen: Observations;
  readonly findings: readonly string[];
}

const inside = { address: '192.168.7.2', port: 50_012 };
const insideDials = [dial('silent', { to: inside }), dial('open')];
const natted = { local: { address: '192.168.1.10', port: 5 } };
const insidePort = { announced: { address: '192.168.1.10', port: 40_001 } };
const refusedPort = { agreed: { code: 500, text: 'Illegal PORT command.' }, ...insidePort };
const tlsDone = { how: 'done', reused: true, error: undefined } as const;
const traces = (data: Observations['traces']['data'], other?: Observations['traces']['other']) => ({
  traces: { control: controlTrace, data, other },
});

const rows: readonly Row[] = [
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

  // Active mode.
  {
    what: 'NAT, and PORT is refused for its address',
    seen: seen([active('PORT', false, refusedPort)], natted),
    findings: ['active-behind-nat client: PORT'],
  },
  {
    what: 'NAT, and a server that dials in vain',
    seen: seen([active('PORT', false, insidePort)], {
      ...natted,
      control: { ...seen([]).control, greeting: { code: 220, text: 'FTP' } },
    }),
    findings: ['active-behind-nat client: PORT'],
  },
  {
    what: '"won’t open a connection to … (only to …)"',
    seen: seen([
      active('PORT', false, {
        agreed: { code: 500, text: "I won't open a connection to 10.1.2.3 (only to 198.51.100.10)" },
      }),
    ]),
    findings: ['active-behind-nat client: PORT'],
  },
  {
    what: 'the same on another port than 21: helpers do not look there',
    seen: seen([active('PORT', false, refusedPort)], { ...natted, port: 2121 }),
    findings: ['helper-wrong-port client: PORT'],
  },
  {
    what: 'a helper makes it work, and cannot under TLS',
    seen: seen(
      [active('PORT', true, insidePort), active('PORT', false, { ...refusedPort, secure: true })],
      natted,
    ),
    findings: ['helper-blind-tls client: PORT+'],
  },
  {
    what: 'a helper spoils it: what it does not see works',
    seen: seen(
      [active('PORT', false, refusedPort), { ...active('PORT', true, insidePort), hidden: true }],
      natted,
    ),
    findings: ['active-address-rewritten client: PORT'],
  },
  {
    what: 'a helper spoils it: the server tells what it received',
    seen: seen([active('PORT', false, { server: view({ received: '192,0,2,2,156,65' }) })]),
    findings: ['active-address-rewritten client: PORT'],
  },
  {
    what: 'active mode is switched off',
    seen: seen([active('PORT', false, { agreed: { code: 502, text: 'Command not implemented.' } })]),
    findings: ['active-off server: PORT'],
  },
  {
    what: 'the SYN comes to the card, and the firewall here drops it',
    seen: seen([active('PORT', false, { synsSeen: [{ address: peer, port: 20, ttl: 61 }] })]),
    findings: ['active-blocked-here client: PORT'],
  },
  {
    what: 'the same, from another port than 20',
    seen: seen([active('PORT', false, { synsSeen: [{ address: peer, port: 33_333, ttl: 61 }] })]),
    findings: ['active-source-port client: PORT'],
  },
  {
    what: 'a hole through the client’s router lets it in',
    seen: seen([active('PORT', false, { synsSeen: [] })], { punched: { verb: 'PORT', opensBeyond: 2 } }),
    findings: ['active-blocked-on-the-way client: PORT'],
  },
  {
    what: 'a hole through the middle lets it in',
    seen: seen([active('EPRT', false, { synsSeen: [] })], { punched: { verb: 'EPRT', opensBeyond: 3 } }),
    findings: ['active-blocked-on-the-way middle: EPRT'],
  },
  {
    what: 'no hole can be made: the box in the middle stops ours as well',
    seen: seen([active('EPRT', false, { synsSeen: [] })], {
      punched: { verb: 'EPRT', opensBeyond: undefined, reaches: 2 },
    }),
    findings: ['active-blocked-on-the-way middle: EPRT'],
  },
  {
    what: 'all firewalls are opened for port 20, and nothing comes: it dials from another one',
    seen: seen([active('EPRT', false, { synsSeen: [] })], {
      punched: { verb: 'EPRT', opensBeyond: undefined, reaches: 3 },
    }),
    findings: ['active-source-port server: EPRT'],
  },
  {
    what: 'refused at once, nobody can say by whom',
    seen: seen([active('PORT', false, { final: { code: 425, text: 'Failed.' }, took: 30 })]),
    findings: ['active-refused unknown: PORT'],
  },
  {
    what: 'an idle control connection dies',
    seen: seen([passive('PASV', 'open')], { idle: { silence: 360_000, how: 'dead' } }),
    findings: ['idle-cut unknown: '],
  },
];

for (const { what, seen: observations, findings } of rows) {
  test(what, () => {
    const report = diagnose(observations);
    const told = report.findings.map(
      ({ code, side, breaks }) =>
        `${code} ${side}: ${breaks.map(({ verb, secure }) => (secure ? `${verb}+` : verb)).join(' ')}`,
    );
    assert.deepEqual(told.sort(), [...findings].sort());
    for (const mode of report.modes) {
      assert.equal(
        mode.cause !== undefined,
        mode.outcome === 'fails',
        `${mode.verb} has a cause when it fails`,
      );
    }
  });
}

test('what works is no finding', () => {
  const report = diagnose(seen([passive('PASV', 'open'), passive('EPSV', 'open'), active('PORT', true)]));
  assert.deepEqual(report.findings, []);
  assert.deepEqual(report.works, { passive: true, active: true });
});

test('a fault breaks a mode, a warning has a twin that works, a note breaks what nobody misses', () => {
  const severity = (...attempts: Attempt[]) => diagnose(seen(attempts)).findings.map((one) => one.severity);
  const unknown = { agreed: { code: 500, text: 'What?' }, dials: [], outcome: 'fails' } as const;
  assert.deepEqual(severity(passive('PASV', 'silent'), active('PORT', true)), ['fault']);
  assert.deepEqual(severity(passive('PASV', 'silent', { announced: inside }), passive('EPSV', 'open')), [
    'warning',
  ]);
  assert.deepEqual(severity(passive('PASV', 'open'), passive('EPSV', 'open', unknown)), ['note']);
});

test('the same observations give the same report', () => {
  const observations = rows[0]?.seen;
  assert.ok(observations !== undefined);
  assert.deepEqual(diagnose(observations), diagnose(structuredClone(observations)));
  assert.equal(local, observations.local?.address);
});
