import { decodeEndpoint, encodeEndpoint } from '@duoport/net';
import type { Endpoint } from '@duoport/protocol';
import { isLabel } from './names.ts';

/**
 * The words of the questions that a relay asks its agent: /hello, then /welcome or /refused, /way when it has looked for a direct one,
 * at last /closing.
 */
export const said = {
  agent: 'duoport-agent',
  key: 'duoport-key',
  signature: 'duoport-signature',
  secret: 'duoport-secret',
  services: 'duoport-services',
  /** Those of them whose TLS ends at the agent. */
  endToEnd: 'duoport-end-to-end',
  /** `private`: sessions of clients with the agent's own public address may be the agent's. */
  neighbours: 'duoport-neighbours',
  /** Places where the relay may dial in beside the line. */
  direct: 'duoport-direct',
  /** `1`: long transfers may move to plain connections there. */
  clear: 'duoport-clear',
  /** The answer to that: `direct` or `relayed`. */
  way: 'duoport-way',
  at: 'duoport-at',
  /** Version of the PROXY header that the servers want. */
  proxy: 'duoport-proxy',
  because: 'duoport-because',
} as const;

/** The nameless service is a dot. */
export function encodeServices(names: readonly string[]): string {
  return names.map((name) => (name === '' ? '.' : name)).join(',');
}

/** Undefined for what cannot be a list of services. */
export function decodeServices(text: string | undefined): readonly string[] | undefined {
  if (text === undefined || text.length > 4096) return undefined;
  const words = text.split(',');
  if (new Set(words).size !== words.length || !words.every((word) => word === '.' || isLabel(word)))
    return undefined;
  return words.map((word) => (word === '.' ? '' : word));
}

/** Places that one agent names. */
const mostPlaces = 8;

export function encodePlaces(places: readonly Endpoint[]): string {
  return places.slice(0, mostPlaces).map(encodeEndpoint).join(',');
}

/** Those that are places; the others are nobody's loss. */
export function decodePlaces(text = ''): readonly Endpoint[] {
  return text.split(',', mostPlaces).flatMap((place) => decodeEndpoint(place) ?? []);
}

export function encodePorts(ports: Readonly<Record<string, number>>): string {
  return Object.entries(ports)
    .map(([name, port]) => `${name === '' ? '.' : name}=${port}`)
    .join(',');
}

export function decodePorts(text: string): Readonly<Record<string, number>> {
  const found = text.split(',').flatMap((part) => {
    const match = /^([a-z0-9-]{1,63}|\.)=(\d{1,5})$/.exec(part);
    return match?.[1] === undefined ? [] : [[match[1] === '.' ? '' : match[1], Number(match[2])] as const];
  });
  return Object.fromEntries(found);
}
