import type { PortRange } from '../../request.ts';
import { ports } from '../../text.ts';
import type { Pair } from '../linux/pairs.ts';

/** Matches of source and destination address. */
export function addresses({ family, from, to }: Pair): readonly string[] {
  const word = family === 6 ? 'ip6' : 'ip';
  return [
    ...addressMatch(`${word} saddr`, from),
    ...addressMatch(`${word} daddr`, to),
    ...onlyFamily({ family, from, to }),
  ];
}

/** Where a whole family is meant, no address would say which. */
function onlyFamily({ family, from, to }: Pair): readonly string[] {
  const telling = [...from, ...to].filter((text) => !text.endsWith('/0'));
  return family === undefined || telling.length > 0 ? [] : [`meta nfproto ipv${family}`];
}

function addressMatch(field: string, texts: readonly string[]): readonly string[] {
  const telling = texts.filter((text) => !text.endsWith('/0'));
  return telling.length === 0 ? [] : [`${field} ${set(telling)}`];
}

export function tcpPorts(
  source: PortRange | undefined,
  destination: readonly PortRange[],
): readonly string[] {
  const from = source === undefined ? [] : [`tcp sport ${ports(source)}`];
  return [...from, `tcp dport ${set(destination.map((range) => ports(range)))}`];
}

export function set(items: readonly string[]): string {
  return items.length === 1 ? `${items[0]}` : `{ ${items.join(', ')} }`;
}
