import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { PeerName, PeerPaths } from '../../scripts/debian.mjs';
import { makeCertificate } from '../support/certificate.ts';
import { Child, type ChildOptions } from '../support/child.ts';
import { claimPorts, type PortBlock } from '../support/ports.ts';
import { need, programs } from '../support/programs.ts';
import { openFolder } from '../support/served-folder.ts';
import { type Family, loopback, type Way } from '../support/way.ts';
import { Workspace } from '../support/workspace.ts';

export interface PeerOptions {
  readonly family: Family;
  /** vsftpd and ProFTPD: data connections must resume the TLS session of the control connection. */
  readonly requireReuse?: boolean;
}

/** A server of somebody else, running on loopback. */
export interface Peer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The folder that it serves. */
  readonly root: string;
  /** Its certificate, a PEM file. */
  readonly certificate: string;
  /** The end of what it logged. */
  log(): string;
  /** Ends it and every session of it, and removes its files. */
  stop(): Promise<void>;
}

export interface ServerKind {
  readonly name: string;
  /** Programs that must be here. */
  readonly needs: readonly PeerName[];
  readonly needsRoot?: boolean;
  /** Data connections must resume the TLS session of the control connection. */
  readonly requireReuse?: boolean;
  /** It cannot be trusted with several sessions at a time; why not. */
  readonly oneAtATime?: string;
  /** Why names that are no UTF-8 do not work with it. */
  readonly utf8Only?: string;
  /** Why it cannot do this, or undefined. */
  unsupported(way: Way): string | undefined;
  start(options: PeerOptions): Promise<Peer>;
}

/** What a peer needs to write its configuration. */
export interface Setting {
  readonly options: PeerOptions;
  readonly host: string;
  readonly ports: PortBlock;
  readonly workspace: Workspace;
  readonly root: string;
  readonly logFile: string;
  readonly keyFile: string;
  readonly certificateFile: string;
  /** Key and certificate in one file. */
  readonly pemFile: string;
  readonly found: PeerPaths;
}

export const user = 'duo';
export const password = 'pass-word+1';

/** Starts a peer: `configure` writes its files and says what to run. */
export async function startPeer(
  name: string,
  options: PeerOptions,
  configure: (setting: Setting) => ChildOptions,
): Promise<Peer> {
  const workspace = new Workspace(name);
  const ports = await claimPorts();
  const release = (): void => {
    ports.release();
    workspace.remove();
  };
  try {
    const setting = prepare(options, workspace, ports);
    const child = new Child(configure(setting));
    const log = (): string => `${tail(setting.logFile)}${child.output().slice(-12_000)}`;
    const stop = async (): Promise<void> => {
      await child.stop();
      release();
    };
    await greeted(child, setting).catch(async (error: unknown) => {
      const said = log();
      await stop();
      throw new Error(`${name} did not start (${String(error)}): ${said}`);
    });
    const { host, root, certificateFile: certificate } = setting;
    return { host, port: ports.control, user, password, root, certificate, log, stop };
  } catch (error) {
    release();
    throw error;
  }
}

/** The password as crypt(3) stores it. */
export function cryptPassword(): string {
  const made = spawnSync(need('openssl'), ['passwd', '-6', '-stdin'], {
    input: password,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`openssl passwd failed: ${made.stderr}`);
  return made.stdout.trim();
}

function prepare(options: PeerOptions, workspace: Workspace, ports: PortBlock): Setting {
  const pem = makeCertificate(workspace.folder('tls'));
  return {
    options,
    host: loopback(options.family),
    ports,
    workspace,
    root: openFolder(workspace.path, 'root'),
    logFile: `${workspace.folder('log')}/peer.log`,
    keyFile: pem.key,
    certificateFile: pem.certificate,
    pemFile: pem.both,
    found: programs(),
  };
}

function tail(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-6_000);
  } catch {
    return '';
  }
}

/** Servers of others do not say when they are ready: knock until one greets, or until the program has ended. */
async function greeted(child: Child, { host, ports }: Setting): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (child.running && performance.now() < deadline) {
    if (await greets(host, ports.control)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(child.running ? 'no greeting within a minute' : 'it ended at once');
}

function greets(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('data', () => socket.end('QUIT\r\n'));
    socket.once('data', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.setTimeout(10_000, () => socket.destroy());
  });
}
