import type { PassiveAddressRule, Topology } from '../topology.ts';
import { patience } from './cell.ts';
import type { ServedFolder } from './served-folder.ts';
import type { ServerLaunch, ServerOptions } from './server.ts';

const user = 'lab';
const password = 'lab-password';

/** `duoport serve`, the command, as a topology wants it. */
export function serveDuoport(
  { server }: Topology,
  folder: ServedFolder,
  { duoport, certificate }: ServerOptions,
): ServerLaunch {
  const { low, high } = server.passivePorts;
  const words = [
    ['serve', folder.root, '--json'],
    ['--listen', String(server.port)],
    ['--user', `${user}:${password}`],
    ['--passive-ports', `${low}-${high}`],
    ['--data-timeout', `${patience}ms`],
    ...server.passiveAddress.map((rule) => ['--passive-address', ruleText(rule)]),
    server.sourcePort === undefined ? [] : ['--active-source-port', String(server.sourcePort)],
    server.requireTls === true ? ['--require-tls'] : [],
    certificate === undefined ? [] : ['--tls-cert', certificate.certificate, '--tls-key', certificate.key],
  ];
  return { argv: [...duoport, ...words.flat()], user, password };
}

/** `10.0.0.0/8=local`, `203.0.113.7:+10000`. */
function ruleText({ clients, address, portOffset = 0 }: PassiveAddressRule): string {
  const networks = clients === undefined ? '' : `${clients.join(',')}=`;
  const shift = portOffset === 0 ? '' : `:${portOffset > 0 ? '+' : ''}${portOffset}`;
  return `${networks}${address.includes(':') ? `[${address}]` : address}${shift}`;
}
