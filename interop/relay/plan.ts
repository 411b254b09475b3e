import { randomFrom } from '../../packages/gateway/test/cut-client.ts';

type Place =
  | 'agent line'
  | 'client control'
  | 'client data'
  | 'server control'
  | 'server data'
  | 'kill the relay'
  | 'kill the agent'
  | 'kill the server';

/** One transfer through the relay, and what happens to it. */
export interface Plan {
  readonly seed: number;
  readonly verb: 'RETR' | 'STOR';
  /** Of the client, and so of the server: the relay is told to do the same on both sides. */
  readonly data: 'EPSV' | 'EPRT';
  readonly tls: boolean;
  readonly server: 'duoport' | 'vsftpd';
  readonly place: Place;
  readonly how: 'reset' | 'fin';
  /** Bytes on the client's data connection before that. */
  readonly after: number;
}

/** The same every time. `kills`: how many of the first plans end a process; the others cut a connection. */
export function planOf(
  seed: number,
  { size, isKill }: { readonly size: number; readonly isKill: boolean },
): Plan {
  const random = randomFrom(seed);
  const one = <T>(choices: readonly [T, ...T[]]): T =>
    choices[Math.floor(random() * choices.length)] ?? choices[0];
  const verb = one<Plan['verb']>(['RETR', 'STOR']);
  const data = one<Plan['data']>(['EPSV', 'EPSV', 'EPRT']);
  const tls = one([false, true]);
  const place = isKill ? one(kills) : one(data === 'EPSV' ? cuts : cutsOfActive);
  const server =
    place === 'kill the server' ? 'duoport' : one<Plan['server']>(['duoport', 'duoport', 'vsftpd']);
  // A plain data connection that ends in a FIN is the one thing that nobody can tell from a whole file (RFC 959 §3.4).
  const isPlainData = place === 'server data' || (place === 'client data' && !tls);
  const how = isPlainData ? 'reset' : one<Plan['how']>(['reset', 'fin']);
  return { seed, verb, data, tls, server, place, how, after: Math.floor(random() ** 2 * size * 0.8) };
}

const kills: readonly [Place, ...Place[]] = ['kill the relay', 'kill the agent', 'kill the server'];
const cutsOfActive: readonly [Place, ...Place[]] = ['agent line', 'client control', 'client data'];
const cuts: readonly [Place, ...Place[]] = [...cutsOfActive, 'server control', 'server data'];
