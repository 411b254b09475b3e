import {
  decodeEpsv,
  decodePasv,
  type Endpoint,
  encodeEprt,
  encodePort,
  endpoint,
  FtpConnectionError,
  FtpRemoteError,
  FtpReplyError,
  isCompletion,
  isFault,
  type Reply,
} from '@duoport/protocol';
import type { ClientDialogue } from './client-dialogue.ts';
import type { DataConnection } from './data-connection.ts';
import { type DialOptions, dial } from './dial.ts';
import { choosePassiveAddress, type PassiveAddressPolicy } from './passive-address.ts';
import type { Lease, LeaseRequest } from './port-pool.ts';
import { emit, type Trace, type TraceContext, type TraceFact } from './trace.ts';

/** The command that a client agrees on a data connection with. PASV and EPSV are passive, PORT and EPRT active. */
export type DataVerb = 'PASV' | 'EPSV' | 'PORT' | 'EPRT';

/** Who dials after this verb: the client (passive) or the server (active). */
export function modeOf(verb: DataVerb): 'passive' | 'active' {
  return verb === 'PASV' || verb === 'EPSV' ? 'passive' : 'active';
}

/** A data connection that both ends have agreed on. */
export interface DataArrangement {
  readonly verb: DataVerb;
  /** Passive: it is being dialled already. Active: resolves when the server has dialled in. */
  open(): Promise<DataConnection>;
  /** Gives it up, open or not. */
  drop(): void;
}

/** How this end gets its data connections: by itself, or through somebody who stands nearer to the server. */
export interface DataWay {
  dial(to: Endpoint, options: DialOptions): Promise<DataConnection>;
  lease(request: LeaseRequest): Promise<Lease>;
}

export interface ArrangeDataOptions extends Omit<TraceContext, 'side'> {
  readonly verb: DataVerb;
  /** Ports to listen on in active mode. */
  readonly pool: Pick<DataWay, 'lease'>;
  /** Dials in passive mode. Default: `dial`. */
  readonly dial?: DataWay['dial'] | undefined;
  /** Whose lease it is. */
  readonly session: object;
  readonly passiveAddress: PassiveAddressPolicy;
  /** Address to dial from and to listen on. Default: that of the control connection. */
  readonly localAddress?: string | undefined;
  /** Address to announce in active mode, when it is not the local one. */
  readonly externalAddress?: string | undefined;
  /** Who may dial in, in active mode. */
  readonly activePeer: 'control' | 'any';
  /** Milliseconds to an open connection. */
  readonly openTimeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Agrees with the server on a data connection, as its client. Rejects with FTP_REPLY when the server refuses the verb,
 * FTP_REMOTE_PROTOCOL for a reply without sense, FTP_CONNECTION for an address that is not dialled, FTP_LIMIT without a port.
 */
export function arrangeData(dialogue: ClientDialogue, options: ArrangeDataOptions): Promise<DataArrangement> {
  return modeOf(options.verb) === 'passive' ? passive(dialogue, options) : active(dialogue, options);
}

async function passive(dialogue: ClientDialogue, options: ArrangeDataOptions): Promise<DataArrangement> {
  const { verb, signal, trace, connection } = options;
  const { peer, local } = dialogue.connection;
  const told = decodeTold(verb, await dialogue.call(verb));
  const choice = choosePassiveAddress({ policy: options.passiveAddress, reply: told, control: peer });
  const chosen = choice.kind === 'dial' ? choice.address : 'none';
  const what = 'passive address';
  tell(trace, { kind: 'decision', connection, what, chosen, because: choice.because });
  if (choice.kind === 'refuse') {
    const text = `${verb}: ${choice.because}. Nothing was dialled`;
    throw new FtpConnectionError(text, { channel: 'data', phase: 'connect', peer });
  }
  const toServer = choice.address === peer.address;
  const left = new AbortController();
  const leave = () => left.abort(signal?.reason);
  if (signal?.aborted) leave();
  signal?.addEventListener('abort', leave, { once: true });
  const dialling = (options.dial ?? dial)(endpoint(choice.address, choice.port), {
    // The server compares our two addresses: both connections must leave by the same one.
    from: { address: options.localAddress ?? (toServer ? local.address : undefined) },
    timeout: options.openTimeout,
    signal: left.signal,
    side: 'client',
    connection,
    trace,
  });
  const settled = () => signal?.removeEventListener('abort', leave);
  dialling.then(settled, settled); // whoever opens it is told of a failure
  const drop = () => {
    left.abort();
    dialling.then((data) => data.destroy(), noValue);
  };
  return { verb, open: () => dialling, drop };
}

const noValue = () => undefined;

/** The address is undefined for a 229, which carries a port only. */
function decodeTold(
  verb: DataVerb,
  reply: Reply,
): { readonly address: string | undefined; readonly port: number } {
  const text = reply.lines.join(' ');
  if (verb === 'EPSV' && reply.code === 229) {
    const told = decodeEpsv(text);
    if (isFault(told)) throw new FtpRemoteError(`EPSV: ${told.fault}`);
    return { address: told.address, port: told.port };
  }
  if (verb === 'PASV' && reply.code === 227) {
    const told = decodePasv(text);
    if (isFault(told)) throw new FtpRemoteError(`PASV: ${told.fault}`);
    return told.endpoint;
  }
  throw new FtpReplyError({ verb, reply });
}

async function active(dialogue: ClientDialogue, options: ArrangeDataOptions): Promise<DataArrangement> {
  const { verb, trace, connection } = options;
  const { peer, local } = dialogue.connection;
  const isOpen = options.activePeer === 'any';
  const lease = await options.pool.lease({
    host: options.localAddress ?? local.address,
    peer: isOpen ? undefined : peer.address,
    session: options.session,
    policy: { kind: isOpen ? 'any' : 'exact' },
    side: 'client',
    connection,
    trace,
  });
  try {
    const announced = announcedEndpoint(lease.endpoint, options);
    const argument = verb === 'EPRT' ? encodeEprt(announced) : encodePort(announced);
    const reply = await dialogue.call(verb, argument);
    if (!isCompletion(reply)) throw new FtpReplyError({ verb, reply });
  } catch (error) {
    lease.release();
    throw error;
  }
  let data: DataConnection | undefined;
  return {
    verb,
    open: async () => {
      data = await lease.accept({ timeout: options.openTimeout, signal: options.signal });
      return data;
    },
    drop: () => {
      lease.release();
      data?.destroy();
    },
  };
}

/** A zone names a network card of this host and says nothing to the server. */
function announcedEndpoint(
  leased: Endpoint,
  { externalAddress, trace, connection }: ArrangeDataOptions,
): Endpoint {
  const address = (externalAddress ?? leased.address).replace(/%.*$/, '');
  if (externalAddress !== undefined) {
    const because = `the option externalAddress says so; the local address is ${leased.address}`;
    tell(trace, { kind: 'decision', connection, what: 'active address', chosen: address, because });
  }
  return endpoint(address, leased.port);
}

function tell(trace: Trace | undefined, fact: TraceFact): void {
  if (trace) emit(trace, fact);
}
