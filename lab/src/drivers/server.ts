import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import type { Lab } from '../build.ts';
import { killGroup } from '../processes.ts';
import type { CertificateFiles } from './certificate.ts';
import { serveDuoport } from './duoport-server.ts';
import type { Programs } from './programs.ts';
import { makeServedFolder, type ServedFolder } from './served-folder.ts';
import { serveVsftpd } from './vsftpd.ts';

export type ServerKind = 'duoport' | 'vsftpd';

export interface ServerOptions {
  readonly programs: Programs;
  /** TLS is offered with it, and not required. Undefined: no TLS. */
  readonly certificate?: CertificateFiles | undefined;
  /** How to run the command `duoport`. */
  readonly duoport: readonly string[];
}

/** A server that listens in a lab, set up as the topology says. */
export interface RunningServer extends AsyncDisposable {
  readonly kind: ServerKind;
  readonly user: string;
  readonly password: string;
  readonly folder: ServedFolder;
  /** The end of what it printed. */
  log(): string;
  /** Ends it and all its sessions, and removes its folder. */
  stop(): Promise<void>;
}

/** What a kind of server is started with. */
export interface ServerLaunch {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly user: string;
  readonly password: string;
}

/** Starts a server on the server's host of a lab and waits until it listens. */
export async function startServer(
  lab: Lab,
  kind: ServerKind,
  options: ServerOptions,
): Promise<RunningServer> {
  const folder = makeServedFolder();
  try {
    const launch = { duoport: serveDuoport, vsftpd: serveVsftpd }[kind](lab.topology, folder, options);
    const { argv, env, user, password } = launch;
    const child = lab.start(serverHost(lab), argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const log = tailOf(child);
    const stop = async (): Promise<void> => {
      const running = child.exitCode === null && child.signalCode === null;
      const ended = running ? once(child, 'close') : undefined;
      killGroup(child);
      await ended;
      folder.remove();
    };
    try {
      await listens(child, lab.topology.server.port);
    } catch (error) {
      const said = log();
      await stop();
      throw new Error(`${kind} did not start (${String(error)}): ${said}`);
    }
    return { kind, user, password, folder, log, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    folder.remove();
    throw error;
  }
}

function serverHost({ topology }: Lab): string {
  return hostOf(topology.hosts, 'server');
}

export function clientHost({ topology }: Lab): string {
  return hostOf(topology.hosts, 'client');
}

function hostOf(hosts: Lab['topology']['hosts'], role: 'client' | 'server'): string {
  const found = hosts.find((host) => host.role === role);
  if (found === undefined) throw new Error(`The topology has no ${role}.`);
  return found.name;
}

/** Keeps the last of what a child prints, and reads all of it: a full pipe would stop a server. */
function tailOf(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = `${text}${chunk}`.slice(-8_000);
    });
  }
  return () => text;
}

/** Resolves when a socket of the child's namespace listens on the port. Servers of others do not say when they are ready. */
async function listens(child: ChildProcess, port: number): Promise<void> {
  const ours = readlinkSync('/proc/self/ns/net');
  const deadline = performance.now() + 30_000;
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  while (performance.now() < deadline) {
    if (failure !== undefined) throw failure;
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended at once');
    // A child that has not entered its namespace yet shows the sockets of ours.
    if (child.pid !== undefined && isListening(child.pid, port, ours)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`it does not listen on port ${port}`);
}

function isListening(pid: number, port: number, ours: string): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/ns/net`) === ours) return false;
    // Local address and port in hex, remote address and port, state 0A: LISTEN.
    const wanted = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, '0')} \\w+:\\w+ 0A `);
    return ['tcp', 'tcp6'].some((table) => wanted.test(readFileSync(`/proc/${pid}/net/${table}`, 'utf8')));
  } catch {
    return false;
  }
}
