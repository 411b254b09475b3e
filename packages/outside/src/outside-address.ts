import { networkInterfaces } from 'node:os';
import { classifyAddress, lookupHost } from '@duoport/net';
import { endpoint, parseAddress } from '@duoport/protocol';
import { boundedText } from './bounded-text.ts';
import { routers } from './router.ts';
import { askStun } from './stun.ts';

/** Who is asked for the address that the outside has to dial. */
export type OutsideSource =
  /** The addresses of a network card. */
  | { readonly kind: 'interface'; readonly name: string }
  /** A STUN server (RFC 8489), by UDP. */
  | { readonly kind: 'stun'; readonly host: string; readonly port: number }
  /** A page that says it, and nothing else. */
  | { readonly kind: 'http'; readonly url: URL }
  /** The router: PCP, NAT-PMP or UPnP. `address`: default the one that everything else goes to. */
  | { readonly kind: 'router'; readonly address: string | undefined };

/** RFC 8489 §8. */
const stunPort = 3478;
const pageLimit = 1024;
const timeout = 5000;

/** `interface:eth0`, `stun:stun.example.org[:3478]`, `https://ip.example.org/`, `router[:192.168.1.1]`; undefined for anything else. */
export function parseOutsideSource(text: string): OutsideSource | undefined {
  const [, kind = '', rest] = /^([a-z]+)(?::(.*))?$/.exec(text) ?? [];
  if (kind === 'interface' && rest !== undefined && /^[^\s/]{1,15}$/.test(rest)) return { kind, name: rest };
  if (kind === 'stun') {
    const [, host = '', port = String(stunPort)] =
      /^(\[[\d:a-fA-F.]+\]|[\w.-]+)(?::(\d{1,5}))?$/.exec(rest ?? '') ?? [];
    const isPort = Number(port) >= 1 && Number(port) <= 65_535;
    return host === '' || !isPort
      ? undefined
      : { kind, host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
  }
  if ((kind === 'http' || kind === 'https') && URL.canParse(text))
    return { kind: 'http', url: new URL(text) };
  if (kind !== 'router') return undefined;
  return rest === undefined || parseAddress(rest) !== undefined ? { kind, address: rest } : undefined;
}

/** The addresses of a host name, or what the source of that name says: fit for `lookup` of an advertised address. */
export function lookUpOutside(name: string): Promise<readonly string[]> {
  const source = parseOutsideSource(name);
  return source === undefined ? lookupHost(name) : outsideAddresses(source);
}

/**
 * The addresses that the outside has to dial, as this source says. Rejects with a sentence part that says why there is none; an address that
 * the outside cannot dial either is none.
 */
export async function outsideAddresses(
  source: OutsideSource,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const found = await asked(source, signal);
  for (const address of found) {
    const kind = classifyAddress(address);
    // The address of a card is what its owner says it is.
    if (source.kind !== 'interface' && unreachable.has(kind))
      throw new Error(`it says ${address}, which is ${kind}: another NAT stands between it and the outside`);
  }
  return found;
}

const unreachable: ReadonlySet<string> = new Set([
  'private',
  'cgnat',
  'loopback',
  'link-local',
  'multicast',
  'unspecified',
  'reserved',
]);

async function asked(source: OutsideSource, signal: AbortSignal | undefined): Promise<readonly string[]> {
  switch (source.kind) {
    case 'interface':
      return addressesOf(source.name);
    case 'stun': {
      const [server = ''] = await lookupHost(source.host);
      return [await askStun(endpoint(server, source.port), signal)];
    }
    case 'http':
      return [await page(source.url, signal)];
    case 'router':
      return [await ofRouter(source.address, signal)];
  }
}

function addressesOf(name: string): readonly string[] {
  const known = networkInterfaces();
  const found = known[name]
    ?.map(({ address }) => address)
    .filter((address) => classifyAddress(address) !== 'link-local');
  if (found !== undefined && found.length > 0) return found;
  throw new Error(`there is no address on ${name}; this machine has ${Object.keys(known).join(', ')}`);
}

/** Any HTTP resolver: its answer is the address and nothing else. */
async function page(url: URL, signal: AbortSignal | undefined): Promise<string> {
  const limits = [AbortSignal.timeout(timeout), ...(signal === undefined ? [] : [signal])];
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.any(limits) });
  if (!answer.ok) throw new Error(`it answers with status ${answer.status}`);
  const text = (await boundedText(answer, pageLimit)).trim();
  if (parseAddress(text) === undefined) throw new Error('what it answers is no address');
  return text;
}

/** Each way in turn: PCP tells the address with a port only, and none is opened for a question. */
async function ofRouter(address: string | undefined, signal: AbortSignal | undefined): Promise<string> {
  const faults: string[] = [];
  for await (const find of routers({ address, signal })) {
    try {
      return await (await find()).externalAddress(signal);
    } catch (error) {
      signal?.throwIfAborted();
      faults.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error([...new Set(faults)].join('; '));
}
