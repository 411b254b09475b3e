import { networkInterfaces } from 'node:os';
import type { Trace } from '@duoport/net';
import {
  allPermissions,
  DiskFiles,
  type FtpServer,
  MemoryAccounts,
  readPermissions,
  type ServerEvent,
  type ServerOptions,
} from '@duoport/server';
import { Command } from 'commander';
import { withConfig } from '../config/with-config.ts';
import { addServeFlags, type ServeFlags } from '../flags/serve-flags.ts';
import { reachableAddresses } from '../serve/addresses.ts';
import { type Announcement, announcementLines } from '../serve/announcement.ts';
import { planServe, type ServePlan } from '../serve/plan.ts';
import { SessionLog } from '../serve/session-log.ts';
import { startServer } from '../serve/start.ts';
import { createTerminal, type ProcessIo, type Terminal } from '../terminal.ts';
import { TraceRenderer } from '../trace/trace-renderer.ts';

/** `duoport serve [DIR]` */
export function serveCommand(io: ProcessIo): Command {
  const command = new Command('serve')
    .description('serve a folder over FTP')
    .argument('[dir]', 'the folder (default: ".")')
    .action(async (directory: string | undefined, given: ServeFlags) => {
      const settled = await withConfig(command, { directory, flags: given });
      await serve(io, settled.directory, settled.flags);
    });
  return addServeFlags(command);
}

async function serve(io: ProcessIo, directory: string, flags: ServeFlags): Promise<void> {
  const terminal = createTerminal(io, flags);
  const plan = await planServe(directory, flags);
  const { server, remark } = await startServer(plan.listen, serverOptions(plan, flags, terminal));
  announce(terminal, announcementOf(plan, server, remark));
  await untilStopped(io, server, { terminal, grace: flags.grace });
}

function serverOptions(
  plan: ServePlan,
  flags: ServeFlags,
  terminal: Terminal,
): Omit<ServerOptions, 'listen'> {
  const users = plan.users.map(({ name, password, readOnly }) => ({
    name,
    password,
    permissions: readOnly ? readPermissions : allPermissions,
  }));
  const files = new DiskFiles(plan.folder);
  const { certificate } = plan;
  return {
    accounts: new MemoryAccounts({ users, files, ...(plan.anonymous ? { anonymous: {} } : {}) }),
    passive: { enabled: plan.modes.passive, ports: plan.passivePorts, address: plan.passiveAddress },
    active: { enabled: plan.modes.active, sourcePort: plan.activeSourcePort },
    tls: certificate && { cert: certificate.cert, key: certificate.key },
    requireTls: plan.requireTls,
    timeouts: { data: plan.dataTimeout },
    log: logTo(terminal, flags),
    trace: flags.trace === true ? (session) => traceTo(terminal, session) : undefined,
  };
}

function logTo(terminal: Terminal, flags: ServeFlags): (event: ServerEvent) => void {
  const log = new SessionLog({ verbose: flags.verbose === true });
  return (event) => {
    // Nobody reads it: a line for every transfer costs a busy server more than the transfer's file.
    if (terminal.quiet && !terminal.json && event.kind !== 'bug') return;
    if (terminal.json) {
      terminal.object(log.object(event, new Date()));
      return;
    }
    const line = log.line(event, new Date());
    // A fault of ours is told even to whoever wants quiet.
    if (line !== undefined) event.kind === 'bug' ? terminal.warn(line) : terminal.talk(line);
  };
}

/** Lines of several sessions come in between one another, so each one says whose it is. */
function traceTo(terminal: Terminal, session: number): Trace {
  const mark = `#${session} `;
  const renderer = new TraceRenderer({ unicode: terminal.unicode, columns: terminal.columns - mark.length });
  return (event) => {
    for (const line of renderer.push(event)) terminal.warn(`${mark}${line}`);
  };
}

function announcementOf(plan: ServePlan, server: FtpServer, portRemark: string | undefined): Announcement {
  const doors = server.listening.map(({ address, port, implicitTls }) => ({
    port,
    implicitTls,
    addresses: reachableAddresses(address, networkInterfaces()),
  }));
  const users = plan.users.map(({ name, password, readOnly }) => ({
    name,
    password: plan.generated ? password : undefined,
    readOnly,
  }));
  return {
    ...plan,
    doors,
    users: plan.anonymous ? [...users, { name: undefined, password: undefined, readOnly: true }] : users,
    portRemark,
  };
}

function announce(terminal: Terminal, what: Announcement): void {
  if (!terminal.json) {
    for (const line of announcementLines(what)) terminal.result(line);
    return;
  }
  const { certificate, sample: _, ...rest } = what;
  const pins = certificate && { sha256: certificate.sha256, selfSigned: certificate.selfSigned };
  terminal.object({ event: 'ready', ...rest, certificate: pins });
}

/** The first Ctrl-C lets transfers finish within the grace time, the second cuts them off. */
async function untilStopped(
  io: ProcessIo,
  server: FtpServer,
  options: { readonly terminal: Terminal; readonly grace: number },
): Promise<void> {
  const { terminal, grace } = options;
  await aborted(io.interrupt);
  terminal.talk(closingText(server.sessions));
  const graceful = server.close({ grace });
  await Promise.race([graceful, aborted(io.terminate).then(() => server.close({ grace: 0 }))]);
}

function closingText(sessions: number): string {
  if (sessions === 0) return 'Closing.';
  const who = sessions === 1 ? 'one session' : `${sessions} sessions`;
  return `Closing: ${who} may finish. Ctrl-C again ends at once.`;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
