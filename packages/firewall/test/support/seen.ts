import type { Flow } from '@duoport/firewall';

/** One thing that a rule lets through, with one word for each end: an address, a network, or `any4` and `any6`. */
export interface Seen {
  readonly direction: 'in' | 'out' | 'through';
  readonly from: string;
  readonly to: string;
  /** `20`, `50000-50010` or `any`. */
  readonly sourcePorts: string;
  readonly ports: string;
  readonly related?: boolean;
}

/** What a rule says; lists are every word with every other, an empty list is any of the family. */
export interface Said {
  readonly direction: Seen['direction'];
  /** Undefined: both. */
  readonly family: 4 | 6 | undefined;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly sourcePorts?: string | undefined;
  readonly ports: readonly string[];
  readonly related?: boolean | undefined;
}

/** One line for each thing let through, sorted, once: two texts are the same when they let the same through. */
export function canonical(said: readonly Said[]): readonly string[] {
  return [...new Set(said.flatMap(expand).map(line))].sort();
}

/** The same of the flows, worked out from nothing but them. */
export function canonicalFlows(flows: readonly Flow[]): readonly string[] {
  return canonical(
    flows.map((flow) => ({
      direction: flow.direction,
      family: undefined,
      from: flow.from,
      to: flow.to,
      sourcePorts: flow.sourcePorts === undefined ? undefined : span(flow.sourcePorts),
      ports: flow.destinationPorts.map(span),
      related: flow.state === 'related',
    })),
  );
}

function expand({ direction, family, from, to, sourcePorts, ports, related }: Said): readonly Seen[] {
  const families = family === undefined ? ([4, 6] as const) : [family];
  return families.flatMap((one) =>
    ends(from, one).flatMap((sender) =>
      ends(to, one).flatMap((receiver) =>
        ports.map((port) => ({
          direction,
          from: sender,
          to: receiver,
          sourcePorts: sourcePorts ?? 'any',
          ports: port,
          ...(related === true ? { related } : {}),
        })),
      ),
    ),
  );
}

function ends(words: readonly string[], family: 4 | 6): readonly string[] {
  if (words.length === 0) return [`any${family}`];
  return words.filter((word) => word.includes(':') === (family === 6)).map(plainEnd);
}

/** One spelling for a host and for everything. */
function plainEnd(word: string): string {
  if (word === '0.0.0.0/0') return 'any4';
  if (word === '::/0') return 'any6';
  return word.replace(/^([\d.]+)\/32$|^([0-9a-f:]+)\/128$/, '$1$2');
}

function line({ direction, from, to, sourcePorts, ports, related }: Seen): string {
  return `${direction} ${from}:${sourcePorts} > ${to}:${ports}${related === true ? ' related' : ''}`;
}

export function span({ low, high }: { readonly low: number; readonly high: number }): string {
  return low === high ? String(low) : `${low}-${high}`;
}
