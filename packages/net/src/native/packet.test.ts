import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodePacket } from './packet.ts';
import { packetFilter } from './packet-filter.ts';
import { encodeSyn } from './send-syn.ts';
import { decodeSockaddr, encodeSockaddr } from './sockaddr.ts';

const from = { address: '10.1.0.1', port: 44_705, family: 4 } as const;
const to = { address: '203.0.113.9', port: 20, family: 4 } as const;
const from6 = { address: 'fd01::1', port: 44_705, family: 6 } as const;
const to6 = { address: '2001:db8::9', port: 20, family: 6 } as const;

function ipv4(protocol: number, payload: Uint8Array, ends = { from: [10, 1, 0, 1], to: [203, 0, 113, 9] }) {
  const header = [0x45, 0, 0, 20 + payload.length, 0, 0, 0, 0, 61, protocol, 0, 0, ...ends.from, ...ends.to];
  return Uint8Array.from([...header, ...payload]);
}

function ipv6(next: number, payload: Uint8Array): Uint8Array {
  const [a, b] = [encodeSockaddr(from6.address, 0), encodeSockaddr(to6.address, 0)];
  const head = [0x60, 0, 0, 0, 0, payload.length, next, 58, ...a.subarray(8, 24), ...b.subarray(8, 24)];
  return Uint8Array.from([...head, ...payload]);
}

test('a SYN of ours is read as it is written, IPv4 and IPv6', () => {
  const syn = { kind: 'tcp', syn: true, ack: false, rst: false } as const;
  assert.deepEqual(decodePacket(ipv4(6, encodeSyn(from, to))), {
    ...syn,
    from: { address: '10.1.0.1', port: 44_705 },
    to: { address: '203.0.113.9', port: 20 },
    ttl: 61,
  });
  assert.deepEqual(decodePacket(ipv6(6, encodeSyn(from6, to6))), {
    ...syn,
    from: { address: 'fd01::1', port: 44_705 },
    to: { address: '2001:db8::9', port: 20 },
    ttl: 58,
  });
});

test('the checksum of a SYN is the one of RFC 9293, over the pseudo-header', () => {
  for (const [a, b] of [
    [from, to],
    [from6, to6],
  ] as const) {
    const size = a.family === 4 ? ([4, 8] as const) : ([8, 24] as const);
    const bytes = [
      ...encodeSockaddr(a.address, 0).subarray(...size),
      ...encodeSockaddr(b.address, 0).subarray(...size),
      0,
      6,
      0,
      20,
      ...encodeSyn(a, b),
    ];
    let sum = 0;
    for (const [index, byte] of bytes.entries()) sum += index % 2 === 0 ? byte << 8 : byte;
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    assert.equal(sum, 0xffff);
  }
});

for (const [name, protocol, type, how] of [
  ['time exceeded', 1, 11, 'expired'],
  ['destination unreachable', 1, 3, 'unreachable'],
  ['time exceeded of IPv6', 58, 3, 'expired'],
  ['destination unreachable of IPv6', 58, 1, 'unreachable'],
] as const) {
  test(`${name} tells who sent it and what it is about`, () => {
    const isV4 = protocol === 1;
    const quoted = isV4 ? ipv4(6, encodeSyn(from, to).subarray(0, 8)) : ipv6(6, encodeSyn(from6, to6));
    const icmp = Uint8Array.from([type, 13, 0, 0, 0, 0, 0, 0, ...quoted]);
    const packet = decodePacket(
      isV4 ? ipv4(1, icmp, { from: [10, 2, 0, 2], to: [10, 1, 0, 1] }) : ipv6(58, icmp),
    );
    assert.ok(packet?.kind === 'icmp');
    assert.equal(packet.how, how);
    assert.equal(packet.code, 13);
    assert.equal(packet.about.from.port, 44_705);
    assert.equal(packet.about.to.port, 20);
    if (isV4) assert.equal(packet.from, '10.2.0.2');
  });
}

test('a packet that is cut at any byte, or is anything else, is no packet of interest', () => {
  const icmp = Uint8Array.from([11, 0, 0, 0, 0, 0, 0, 0, ...ipv4(6, encodeSyn(from, to))]);
  const whole = ipv4(1, icmp);
  for (let end = 0; end < 20 + 8 + 20 + 4; end++)
    assert.equal(decodePacket(whole.subarray(0, end)), undefined);
  assert.equal(decodePacket(ipv4(17, encodeSyn(from, to))), undefined);
  assert.equal(decodePacket(ipv4(1, Uint8Array.of(8, 0, 0, 0))), undefined);
  const fragment = ipv4(6, encodeSyn(from, to));
  fragment[7] = 1;
  assert.equal(decodePacket(fragment), undefined);
  const lying = ipv4(6, encodeSyn(from, to));
  lying[0] = 0x4f;
  assert.equal(decodePacket(lying), undefined);
});

test('addresses of the kernel go there and back', () => {
  for (const address of ['127.0.0.1', '203.0.113.255', '::1', 'fe80::1', '2001:db8::1:2']) {
    assert.deepEqual(decodeSockaddr(encodeSockaddr(address, 50_021)), { address, port: 50_021 });
  }
  assert.equal(decodeSockaddr(new Uint8Array(28)), undefined);
  assert.equal(decodeSockaddr(new Uint8Array(3)), undefined);
});

/** What the kernel does with the program. */
function runFilter(bytes: Uint8Array): boolean {
  const view = new DataView(packetFilter().buffer);
  let [a, x, at] = [0, 0, 0];
  for (;;) {
    const [code, yes, no, k] = [
      view.getUint16(at, true),
      view.getUint8(at + 2),
      view.getUint8(at + 3),
      view.getUint32(at + 4, true),
    ];
    at += 8;
    if (code === 0x06) return k !== 0;
    const address = code === 0x50 ? k + x : k;
    if ((code === 0x30 || code === 0x50) && address >= bytes.length) return false;
    if (code === 0x30 || code === 0x50) a = bytes[address] ?? 0;
    else if (code === 0xb1) x = ((bytes[k] ?? 0) & 15) * 4;
    else if (code === 0x54) a &= k;
    else if (code === 0x15) at += (a === k ? yes : no) * 8;
    else if (code === 0x45) at += ((a & k) !== 0 ? yes : no) * 8;
    else assert.fail(`unknown instruction ${code}`);
  }
}

test('the filter lets SYNs, resets and ICMP through, and no payload', () => {
  const data = encodeSyn(from, to);
  data[13] = 0x18;
  const reset = encodeSyn(from, to);
  reset[13] = 0x14;
  for (const [bytes, passes] of [
    [ipv4(6, encodeSyn(from, to)), true],
    [ipv4(6, reset), true],
    [ipv4(6, data), false],
    [ipv4(1, Uint8Array.of(3, 1)), true],
    [ipv4(17, encodeSyn(from, to)), false],
    [ipv6(6, encodeSyn(from6, to6)), true],
    [ipv6(6, data), false],
    [ipv6(58, Uint8Array.of(3, 0)), true],
    [ipv6(17, data), false],
    [Uint8Array.of(0x10), false],
  ] as const) {
    assert.equal(runFilter(bytes), passes);
  }
});
