import type { Attempt, DialObservation, HopTrace, Observations } from '@duoport/doctor';

/** Observations as a run writes them down, for tests of what is concluded from them. */

/** What was seen, and for each broken way the code and side that it must come to. */
export interface Case {
  readonly what: string;
  readonly seen: Observations;
  readonly findings: readonly string[];
}

export const peer = '203.0.113.10';
export const local = '198.51.100.10';

export function dial(how: DialObservation['how'], more: Partial<DialObservation> = {}): DialObservation {
  return {
    to: { address: peer, port: 50_012 },
    how,
    errno: how === 'open' ? undefined : 'E',
    took: how === 'silent' ? 4000 : 12,
    icmpFrom: undefined,
    ttl: undefined,
    ...more,
  };
}

const blank: Omit<Attempt, 'verb'> = {
  secure: false,
  transfer: 'LIST',
  agreed: undefined,
  announced: undefined,
  dials: [],
  accepted: undefined,
  synsSeen: undefined,
  preliminary: undefined,
  final: undefined,
  tls: undefined,
  bytes: 0,
  outcome: 'fails',
  lost: undefined,
  server: undefined,
  took: 4012,
};

const done = { code: 226, text: 'Directory send OK.' };

/** PASV or EPSV that was answered with an address, and one dial to it. */
export function passive(
  verb: 'PASV' | 'EPSV',
  how: DialObservation['how'],
  more: Partial<Attempt> = {},
): Attempt {
  const announced = more.announced ?? { address: peer, port: 50_012 };
  const works = how === 'open' && more.final === undefined && more.tls?.how !== 'failed';
  const numbers = `${announced.address.replaceAll('.', ',')},${announced.port >> 8},${announced.port & 255}`;
  return {
    ...blank,
    verb,
    agreed:
      verb === 'PASV'
        ? { code: 227, text: `Entering Passive Mode (${numbers}).` }
        : { code: 229, text: `Entering Extended Passive Mode (|||${announced.port}|)` },
    announced,
    dials: [dial(how, { to: announced })],
    ...(works ? { outcome: 'works', final: done, bytes: 99, took: 40 } : {}),
    ...more,
  };
}

/** PORT or EPRT that the server took. `works`: it came. */
export function active(verb: 'PORT' | 'EPRT', works: boolean, more: Partial<Attempt> = {}): Attempt {
  return {
    ...blank,
    verb,
    agreed: { code: 200, text: `${verb} command successful.` },
    announced: { address: local, port: 40_001 },
    ...(works
      ? { outcome: 'works', accepted: { address: peer, port: 20 }, final: done, bytes: 99, took: 40 }
      : {}),
    ...more,
  };
}

/** The hops of a path: how each distance answered, beginning with 1. */
export function trace(...how: HopTrace['hops'][number]['how'][]): HopTrace {
  const hops = how.map((one, at) => ({
    distance: at + 1,
    how: one,
    address: one === 'expired' ? `192.0.2.${at + 1}` : undefined,
  }));
  return { to: { address: peer, port: 21 }, hops };
}

/** Three routers, all of which let the control connection go on. */
export const controlTrace = trace('expired', 'expired', 'expired', 'reached');

export function seen(attempts: readonly Attempt[], more: Partial<Observations> = {}): Observations {
  const ports = attempts.flatMap(({ verb, announced }) =>
    announced !== undefined && (verb === 'PASV' || verb === 'EPSV') ? [announced.port] : [],
  );
  const { control, ...rest } = more;
  return {
    url: `ftp://user@${peer}/`,
    started: '2030-01-02T03:04:05.000Z',
    took: 5000,
    asked: {},
    machine: [local, '127.0.0.1', '::1'],
    host: peer,
    port: 21,
    addresses: [peer],
    local: { address: local, port: 55_555 },
    attempts,
    passivePorts: ports,
    traces: { control: controlTrace, data: undefined, other: undefined },
    punched: undefined,
    idle: undefined,
    sight: { packets: true, ttl: true },
    ...rest,
    control: {
      dial: dial('open', { to: { address: peer, port: 21 } }),
      greeting: { code: 220, text: '(vsFTPd 3.0.3)' },
      foreign: undefined,
      system: 'UNIX Type: L8',
      feat: [],
      tlsOffered: false,
      tls: undefined,
      login: { code: 230, text: 'Login successful.' },
      broken: undefined,
      ...control,
    },
  };
}

/** What a server of ours says of a try. */
export function view(more: Partial<NonNullable<Attempt['server']>> = {}): NonNullable<Attempt['server']> {
  return {
    peer: { address: local, port: 55_555 },
    local: { address: peer, port: 21 },
    received: undefined,
    sent: undefined,
    arrival: undefined,
    dial: undefined,
    sourcePort: undefined,
    ...more,
  };
}
