import { formatEndpoint, type Reply, reply } from '@duoport/protocol';
import type { Context } from '../command.ts';

/** RFC 959 §4.1.3: how things stand, also in the middle of a transfer. */
export function status(context: Context): Reply {
  const { user, login, parameters, secure, peer, transfer, data } = context;
  const name = (login?.user ?? user ?? '').replace(/[\0\r\n]/g, '?');
  const lines = [
    'duoport FTP server status:',
    ` Connected from ${formatEndpoint(peer)}, control connection ${secure ? 'under TLS' : 'in the clear'}`,
    login === undefined ? ' Not logged in' : ` Logged in as ${name}`,
    ` TYPE ${parameters.type === 'ascii' ? 'A' : 'I'}, MODE ${parameters.mode === 'stream' ? 'S' : 'Z'}, STRU F, PROT ${parameters.protection === 'private' ? 'P' : 'C'}`,
    transfer === undefined
      ? ` No transfer; next data connection: ${data.description}`
      : ` ${transfer.direction === 'send' ? 'Sending' : 'Receiving'} ${transfer.what.replace(/[\0\r\n]/g, '?')}: ${transfer.bytes} bytes so far`,
  ];
  return reply(211, ...lines, 'End of status');
}
