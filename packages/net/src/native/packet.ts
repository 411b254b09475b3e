import { formatAddress } from '@duoport/protocol';

/** One packet of interest, read from its IP header on. */
export type Packet =
  | {
      readonly kind: 'tcp';
      readonly from: PacketEnd;
      readonly to: PacketEnd;
      readonly ttl: number;
      readonly syn: boolean;
      readonly ack: boolean;
      readonly rst: boolean;
    }
  | {
      readonly kind: 'icmp';
      /** Who sent the error. */
      readonly from: string;
      readonly to: string;
      readonly ttl: number;
      /** `expired`: the TTL ran out on the way. `unreachable`: everything else, a firewall's rejection included. */
      readonly how: 'expired' | 'unreachable';
      readonly code: number;
      /** The TCP packet that the error is about. */
      readonly about: { readonly from: PacketEnd; readonly to: PacketEnd };
    };

export interface PacketEnd {
  readonly address: string;
  readonly port: number;
}

interface IpHeader {
  readonly from: string;
  readonly to: string;
  readonly ttl: number;
  readonly protocol: number;
  readonly payload: DataView;
}

/** Undefined: cut short, a later fragment, or nothing of interest. Never throws: packets are strangers' bytes. */
export function decodePacket(bytes: Uint8Array): Packet | undefined {
  const ip = decodeIp(bytes);
  if (ip === undefined) return undefined;
  const { from, to, ttl, protocol, payload } = ip;
  if (protocol === TCP) {
    const ports = decodePorts(payload);
    if (ports === undefined || payload.byteLength < 14) return undefined;
    const flags = payload.getUint8(13);
    return {
      kind: 'tcp',
      from: { address: from, port: ports.from },
      to: { address: to, port: ports.to },
      ttl,
      syn: (flags & 2) !== 0,
      ack: (flags & 16) !== 0,
      rst: (flags & 4) !== 0,
    };
  }
  const how = icmpMeaning(protocol, payload);
  if (how === undefined || payload.byteLength < 8) return undefined;
  const quoted = new Uint8Array(payload.buffer, payload.byteOffset + 8, payload.byteLength - 8);
  const about = decodeIp(quoted);
  const ports = about?.protocol === TCP ? decodePorts(about.payload) : undefined;
  if (about === undefined || ports === undefined) return undefined;
  return {
    kind: 'icmp',
    from,
    to,
    ttl,
    how,
    code: payload.getUint8(1),
    about: {
      from: { address: about.from, port: ports.from },
      to: { address: about.to, port: ports.to },
    },
  };
}

const TCP = 6;
const ICMP = 1;
const ICMPV6 = 58;

function decodeIp(bytes: Uint8Array): IpHeader | undefined {
  const version = (bytes[0] ?? 0) >> 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (version === 4 && bytes.length >= 20) {
    const header = (view.getUint8(0) & 15) * 4;
    const isFirstFragment = (view.getUint16(6) & 0x1fff) === 0;
    if (header < 20 || header > bytes.length || !isFirstFragment) return undefined;
    return {
      from: formatAddress(bytes.subarray(12, 16)),
      to: formatAddress(bytes.subarray(16, 20)),
      ttl: view.getUint8(8),
      protocol: view.getUint8(9),
      payload: new DataView(bytes.buffer, bytes.byteOffset + header, bytes.length - header),
    };
  }
  // Extension headers are left out: neither SYNs nor ICMP errors carry any in practice.
  if (version !== 6 || bytes.length < 40) return undefined;
  return {
    from: formatAddress(bytes.subarray(8, 24)),
    to: formatAddress(bytes.subarray(24, 40)),
    ttl: view.getUint8(7),
    protocol: view.getUint8(6),
    payload: new DataView(bytes.buffer, bytes.byteOffset + 40, bytes.length - 40),
  };
}

function decodePorts(payload: DataView): { from: number; to: number } | undefined {
  if (payload.byteLength < 4) return undefined;
  return { from: payload.getUint16(0), to: payload.getUint16(2) };
}

/** RFC 792 types 3 and 11; RFC 4443 types 1 and 3. */
function icmpMeaning(protocol: number, payload: DataView): 'expired' | 'unreachable' | undefined {
  if (payload.byteLength < 2) return undefined;
  const type = payload.getUint8(0);
  if (protocol === ICMP) return type === 11 ? 'expired' : type === 3 ? 'unreachable' : undefined;
  if (protocol === ICMPV6) return type === 3 ? 'expired' : type === 1 ? 'unreachable' : undefined;
  return undefined;
}
