import { wrong } from './firewall-error.ts';
import { quoted } from './network.ts';

/**
 * Names in the firewall that the rules are for: what the administrator called his tables, chains, zones, groups. Every
 * target takes the fields it needs and has a default for them. Nothing but plain names gets in (see {@link placeFields}).
 */
export type Place = { readonly [field in PlaceField]?: string | undefined };
export type PlaceField = keyof typeof placeFields;

const name = /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/;
const path = /^[A-Za-z0-9][A-Za-z0-9_./:-]{0,254}$/;

/** What each field is, what it may look like (the whole text), and an example of it. */
export const placeFields = {
  table: {
    what: 'nftables: family and table of the chains',
    pattern: /^(inet|ip|ip6) [A-Za-z][A-Za-z0-9_.-]{0,62}$/,
    example: 'inet filter',
  },
  inputChain: { what: 'nftables, iptables: chain for what comes in', pattern: name, example: 'input' },
  outputChain: { what: 'nftables, iptables: chain for what goes out', pattern: name, example: 'output' },
  forwardChain: {
    what: 'nftables, iptables: chain for what passes through',
    pattern: name,
    example: 'forward',
  },
  zone: { what: 'firewalld: the zone of the interface', pattern: name, example: 'public' },
  interface: {
    what: 'pf, MikroTik, OpenWrt and others: the outer interface',
    pattern: /^[A-Za-z][A-Za-z0-9_.:-]{0,30}$/,
    example: 'eth0',
  },
  insideZone: { what: 'OpenWrt: the zone of the inner network', pattern: name, example: 'lan' },
  outsideZone: { what: 'OpenWrt: the zone of the outer network', pattern: name, example: 'wan' },
  group: {
    what: 'clouds: the security group, network or rule list (its name or id)',
    pattern: name,
    example: 'sg-0123456789abcdef0',
  },
  resourceGroup: { what: 'Azure: the resource group', pattern: name, example: 'ftp-rg' },
  namespace: {
    what: 'Kubernetes: the namespace',
    pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    example: 'default',
  },
  service: {
    what: 'Docker, Kubernetes: name of the service or container; Google Cloud: the network tag',
    // Names of objects are made of it, with up to five letters more, and have 63 at most.
    pattern: /^[a-z]([a-z0-9-]{0,56}[a-z0-9])?$/,
    example: 'ftp',
  },
  image: { what: 'Docker: the image', pattern: path, example: 'duoport' },
} as const;

/** The place, with every field known to be harmless. Throws {@link wrong} otherwise. */
export function checkPlace(place: Place): Place {
  for (const [field, value] of Object.entries(place)) {
    if (value === undefined) continue;
    const rule = Object.entries(placeFields).find(([known]) => known === field)?.[1];
    if (rule === undefined)
      wrong(`${quoted(field)} is no part of a place. Known: ${Object.keys(placeFields).join(', ')}.`);
    // The text alone decides: an object with a toString of its own would be another text later.
    if (typeof value !== 'string' || !rule.pattern.test(value) || /[^\x20-\x7e]/.test(value)) {
      wrong(
        `${field}: ${quoted(value)} cannot be used as a name in a rule. Write for example ${rule.example}.`,
      );
    }
  }
  return { ...place };
}
