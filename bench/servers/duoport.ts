import { fileURLToPath } from 'node:url';
import type { ProgramOptions } from './program.ts';
import { host, password, type ServerKind, type Setting, startServer, user } from './server.ts';

const command = fileURLToPath(new URL('../../packages/cli/bin/duoport.js', import.meta.url));

/** Ours, as users run it: the built command under plain Node. */
export const duoport: ServerKind = {
  name: 'duoport',
  lacks: [],
  start: (supplies) => startServer('duoport', supplies, serveCommand),
};

/** `duoport serve`; `extra`: what Node gets beside it. */
export function serveCommand(
  { ports, root, supplies }: Setting,
  extra?: { readonly args: readonly string[]; readonly environment: Readonly<Record<string, string>> },
): ProgramOptions {
  const { certificate, key } = supplies.certificate;
  // No peer logs its transfers either.
  const args = [
    'serve',
    root,
    '--quiet',
    '--listen',
    `${host}:${ports.control}`,
    '--user',
    `${user}:${password}`,
  ];
  const tls = ['--tls-cert', certificate, '--tls-key', key];
  const range = ['--passive-ports', `${ports.low}-${ports.high}`];
  return duoportCommand([...args, ...range, ...tls], extra);
}

/** The built command under plain Node. */
export function duoportCommand(
  args: readonly string[],
  {
    args: ofNode = [],
    environment = {},
  }: { readonly args?: readonly string[]; readonly environment?: Readonly<Record<string, string>> } = {},
): ProgramOptions {
  const node = process.env['DUOPORT_BENCH_NODE_ARGS']?.split(' ') ?? [];
  return { program: process.execPath, args: [...node, ...ofNode, command, ...args], environment };
}
