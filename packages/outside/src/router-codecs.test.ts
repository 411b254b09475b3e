import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routerIn } from './default-router.ts';
import { decodeNatPmp, encodeMapRequest } from './nat-pmp.ts';
import { parseOutsideSource } from './outside-address.ts';
import { decodePcpMap, encodePcpMap } from './pcp.ts';
import { decodeSearchAnswer, wanServiceIn } from './upnp-device.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

test('NAT-PMP: requests and answers of RFC 6886', () => {
  assert.equal(hex(encodeMapRequest(50_000, 50_000, 3600)), '00020000c350c35000000e10');
  assert.deepEqual(decodeNatPmp(bytes('0080 0000 00000001 c6336407'), 0), {
    result: 0,
    address: '198.51.100.7',
  });
  assert.deepEqual(decodeNatPmp(bytes('0082 0000 00000001 c350 c350 00000e10'), 2), {
    result: 0,
    mapping: { internal: 50_000, external: 50_000, lifetime: 3600 },
  });
  assert.deepEqual(decodeNatPmp(bytes('0082 0002 00000001'), 2), { result: 2 });
  for (const none of [
    '',
    '0080',
    '0280 0000 00000001 c6336407',
    '0082 0000 00000001 c350',
    '0080 0000 00000001',
  ])
    assert.equal(decodeNatPmp(bytes(none), none.startsWith('0082') ? 2 : 0), undefined, none);
});

test('PCP: MAP with PREFER_FAILURE, and the answer to it alone', () => {
  const nonce = Uint8Array.from({ length: 12 }, (_, index) => index);
  const asked = encodePcpMap({ client: '192.168.1.10', nonce, port: 50_000, lifetime: 3600 });
  assert.equal(
    hex(asked),
    `0201000000000e1000000000000000000000ffffc0a8010a${hex(nonce)}06000000c350c35000000000000000000000ffff0000000002000000`,
  );
  const answer = bytes(
    `0281 0000 00000e10 00000001 000000000000000000000000 ${hex(nonce)} 06000000 c350 c350 00000000000000000000ffffc6336407`,
  );
  assert.deepEqual(decodePcpMap(answer, nonce), {
    result: 0,
    lifetime: 3600,
    internal: 50_000,
    external: 50_000,
    address: '198.51.100.7',
  });
  assert.equal(
    decodePcpMap(
      answer,
      nonce.map((byte) => byte ^ 1),
    ),
    undefined,
  );
  for (let size = 1; size < answer.length; size += 1)
    assert.equal(decodePcpMap(answer.subarray(0, size), nonce), undefined);
  // A router that knows NAT-PMP only.
  assert.equal(decodePcpMap(bytes('0081 0001 00000001'), nonce)?.result, 1);
});

const description = (
  control: string,
) => `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<serviceList><service><serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType><controlURL>/no</controlURL></service></serviceList>
<deviceList><device><serviceList><service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:2</serviceType>
<controlURL>${control}</controlURL></service></serviceList></device></deviceList></device></root>`;

test('UPnP: the service that maps ports, on the router itself', async () => {
  const location = new URL('http://192.168.1.1:5000/root.xml');
  const found = await wanServiceIn(description('/ctl/IPConn'), location);
  assert.equal(found?.control.href, 'http://192.168.1.1:5000/ctl/IPConn');
  assert.equal(found?.type, 'urn:schemas-upnp-org:service:WANIPConnection:2');
  assert.equal(await wanServiceIn('<root/>', location), undefined);
  await assert.rejects(wanServiceIn('<root>', location));
});

test('attack: a device that sends us to another host is not followed', async () => {
  const location = new URL('http://192.168.1.1:5000/root.xml');
  assert.equal(await wanServiceIn(description('http://203.0.113.9/ctl'), location), undefined);
  const answer = (place: string) =>
    new TextEncoder().encode(
      `HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nLOCATION: ${place}\r\n\r\n`,
    );
  assert.equal(decodeSearchAnswer(answer('http://192.168.1.1:5000/r'), '192.168.1.1')?.port, '5000');
  for (const place of ['http://203.0.113.9/r', 'ftp://192.168.1.1/r', 'nonsense'])
    assert.equal(decodeSearchAnswer(answer(place), '192.168.1.1'), undefined, place);
});

test('the default router of Linux', () => {
  const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
  const row = (to: string, via: string, metric: number, mask: string) =>
    `eth0\t${to}\t${via}\t0003\t0\t0\t${metric}\t${mask}\t0\t0\t0\n`;
  const table =
    head +
    row('0001A8C0', '00000000', 0, '00FFFFFF') +
    row('00000000', '0201A8C0', 200, '00000000') +
    row('00000000', '0101A8C0', 100, '00000000');
  assert.equal(routerIn(table), '192.168.1.1');
  assert.equal(routerIn(head), undefined);
  assert.equal(routerIn(''), undefined);
});

test('who can be asked for the outside address, as it is written', () => {
  assert.deepEqual(parseOutsideSource('interface:eth0'), { kind: 'interface', name: 'eth0' });
  assert.deepEqual(parseOutsideSource('stun:stun.example.org'), {
    kind: 'stun',
    host: 'stun.example.org',
    port: 3478,
  });
  assert.deepEqual(parseOutsideSource('stun:[2001:db8::1]:19302'), {
    kind: 'stun',
    host: '2001:db8::1',
    port: 19_302,
  });
  assert.deepEqual(parseOutsideSource('router'), { kind: 'router', address: undefined });
  assert.deepEqual(parseOutsideSource('router:192.168.1.1'), { kind: 'router', address: '192.168.1.1' });
  assert.equal(parseOutsideSource('https://ip.example.org/')?.kind, 'http');
  for (const none of [
    'ftp.example.org',
    '203.0.113.7',
    'local',
    'stun:',
    'stun:h:0',
    'stun:h:70000',
    'router:home',
    'interface:',
    'ftp://h/',
  ])
    assert.equal(parseOutsideSource(none), undefined, none);
});
