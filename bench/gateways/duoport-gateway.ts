import { duoportCommand } from '../servers/duoport.ts';
import { host } from '../servers/server.ts';
import { type GatewayKind, startGateway } from './gateway.ts';

/** `duoport gateway`, as users run it. */
export const duoportGateway: GatewayKind = {
  name: 'duoport',
  start: (server) =>
    startGateway('duoport-gateway', server, ({ ports, behind, run }) =>
      run(
        duoportCommand([
          'gateway',
          '--quiet',
          ...['--listen', `${host}:${ports.control}`],
          ...['--passive-ports', `${ports.low}-${ports.high}`],
          ...['--to', `ftp://${behind.target.host}:${behind.target.port}`],
        ]),
      ),
    ),
};
