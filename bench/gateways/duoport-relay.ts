import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { directClear } from '../rows.ts';
import { duoportCommand } from '../servers/duoport.ts';
import { type Program, readProgram } from '../servers/program.ts';
import { host } from '../servers/server.ts';
import { type GatewayKind, type GatewaySetting, startGateway } from './gateway.ts';

/** `duoport relay serve` with one agent, `duoport relay connect`, beside the server: all goes through one connection. */
export const duoportRelay: GatewayKind = {
  name: 'duoport',
  start: (server) => startGateway('duoport-relay', server, (setting) => launch(setting, [])),
};

/** The same, and what is long goes beside that connection, as plain as it comes. */
export const duoportDirectClear: GatewayKind = {
  name: directClear,
  start: (server) =>
    startGateway('duoport-relay-clear', server, (setting) =>
      launch(setting, ['--direct', host, '--direct-clear']),
    ),
};

async function launch(
  { ports, workspace, behind, run }: GatewaySetting,
  how: readonly string[],
): Promise<Program> {
  const state = workspace.folder('relay');
  const relay = run(
    duoportCommand([
      ...['relay', 'serve', '--quiet', '--state', state],
      ...['--listen', `${host}:${ports.low}`],
      ...['--control-ports', `${ports.control}-${ports.control}`],
      ...['--passive-ports', `${ports.low + 1}-${ports.high}`],
    ]),
  );
  // The relay writes down where agents dial once it listens for them.
  await until(relay, () => existsSync(join(state, 'relay.json')));
  const invite = duoportCommand(['relay', 'invite', 'bench', '--json', '--state', state]);
  const { invitation } = JSON.parse(await readProgram(invite, 15_000));
  const agent = run(
    duoportCommand([
      ...['relay', 'connect', '--state', workspace.folder('agent')],
      ...['--invitation', String(invitation)],
      ...['--to', `ftp://${behind.target.host}:${behind.target.port}`],
      ...how,
    ]),
  );
  await until(agent, () => agent.output.includes('Connected'));
  if (how.length > 0) await until(agent, () => agent.output.includes('Data: direct'));
  return relay;
}

async function until(program: Program, isReady: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!isReady()) {
    if (!program.running || performance.now() > deadline)
      throw new Error('the relay or its agent is not ready');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
