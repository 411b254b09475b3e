import type { Command } from 'commander';
import type { ProcessIo } from './terminal.ts';

type Load = (io: ProcessIo) => Promise<readonly Command[]>;

const client: Load = async (io) => (await import('./commands/define.ts')).clientCommands(io);

const asking: Load = async (io) => {
  const { kickCommand, statusCommand, whoCommand } = await import('./commands/status.ts');
  return [statusCommand(io), whoCommand(io), kickCommand(io)];
};

/** The commands by name. Each is loaded when it is asked for: nobody who fetches a file waits for the lab. */
const loaders: Readonly<Record<string, Load>> = {
  serve: async (io) => [(await import('./commands/serve.ts')).serveCommand(io)],
  ...Object.fromEntries(
    ['get', 'put', 'ls', 'cat', 'rm', 'mkdir', 'rmdir', 'mv', 'cp'].map((name) => [name, client]),
  ),
  doctor: async (io) => [(await import('./commands/doctor.ts')).doctorCommand(io)],
  firewall: async (io) => [(await import('./commands/firewall.ts')).firewallCommand(io)],
  gateway: async (io) => [(await import('./commands/gateway.ts')).gatewayCommand(io)],
  relay: async (io) => [(await import('./commands/relay.ts')).relayCommand(io)],
  config: async (io) => [(await import('./commands/config.ts')).configCommand(io)],
  user: async (io) => [(await import('./commands/user.ts')).userCommand(io)],
  group: async (io) => [(await import('./commands/user.ts')).groupCommand(io)],
  ban: async (io) => [(await import('./commands/ban.ts')).banCommand(io)],
  reload: async (io) => [(await import('./commands/reload.ts')).reloadCommand(io)],
  restart: async (io) => [(await import('./commands/restart.ts')).restartCommand(io)],
  ...Object.fromEntries(['status', 'who', 'kick'].map((name) => [name, asking])),
  install: async (io) => [(await import('./commands/install.ts')).installCommand(io)],
  lab: async (io) => [(await import('./commands/lab.ts')).labCommand(io)],
};

/** The commands that these words may mean: the one they begin with, or all of them. */
export async function commandsFor(words: readonly string[], io: ProcessIo): Promise<readonly Command[]> {
  // The version is there without any of them.
  if (words[0] === '--version' || words[0] === '-V') return [];
  const named = Object.hasOwn(loaders, words[0] ?? '') ? loaders[words[0] ?? ''] : undefined;
  const wanted = named === undefined ? [...new Set(Object.values(loaders))] : [named];
  return (await Promise.all(wanted.map((load) => load(io)))).flat();
}
