import { networkInterfaces } from 'node:os';
import type { Trace } from '@duoport/net';
import { createServer, type ServerEvent } from '@duoport/server';
import { Command } from 'commander';
import { withConfig } from '../config/with-config.ts';
import { addServeFlags, type ServeFlags } from '../flags/serve-flags.ts';
import { reachableAddresses } from '../serve/addresses.ts';
import { type Announcement, announcementLines } from '../serve/announcement.ts';
import { type PlannedListener, planServe, type ServePlan } from '../serve/plan.ts';
import type { RunningServer } from '../serve/running-server.ts';
import { serverOptions } from '../serve/server-options.ts';
import { SessionLog } from '../serve/session-log.ts';
import { startServer } from '../serve/start.ts';
import { createTerminal, type ProcessIo, type Terminal } from '../terminal.ts';
import { traceTo } from '../trace/session-trace.ts';
import { untilStopped } from '../until-stopped.ts';
import { WorkerPool } from '../workers/worker-pool.ts';

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
  const { server, remark } = await startServer(plan.listen, opener({ plan, flags, terminal }));
  announce(terminal, announcementOf(plan, server, remark));
  await untilStopped(io, server, { terminal, grace: flags.grace });
}

interface Serving {
  readonly plan: ServePlan;
  readonly flags: ServeFlags;
  readonly terminal: Terminal;
}

/** How a server is started on certain listeners: in this process, or with workers. */
function opener({
  plan,
  flags,
  terminal,
}: Serving): (on: readonly PlannedListener[]) => Promise<RunningServer> {
  const log = logTo(terminal, flags);
  const trace = flags.trace === true ? (session: number) => traceTo(terminal, `#${session}`) : undefined;
  if (plan.workers === 1) {
    return async (listen) => {
      const server = createServer({ ...serverOptions(plan, { log, trace }), listen });
      await server.start();
      return server;
    };
  }
  const traces = new Map<number, Trace>();
  return async (listen) => {
    const pool = new WorkerPool({
      plan,
      quiet: terminal.quiet && !terminal.json,
      trace: trace !== undefined,
      log,
      traced: (session, event) => {
        const known = traces.get(session) ?? traceTo(terminal, `#${session}`);
        if (event.kind === 'closed' && event.connection === 'control') traces.delete(session);
        else traces.set(session, known);
        known(event);
      },
      lost: (worker) => lost(terminal, worker),
    });
    await pool.start(listen);
    return pool;
  };
}

function lost(
  terminal: Terminal,
  {
    number,
    sessions,
    because,
  }: { readonly number: number; readonly sessions: number; readonly because: string },
): void {
  if (terminal.json) terminal.object({ event: 'worker-lost', worker: number, sessions, because });
  const what = sessions === 1 ? 'its session is' : `its ${sessions} sessions are`;
  terminal.warn(
    `duoport: worker ${number} died (${because}): ${what} lost, and another worker takes its place.`,
  );
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

function announcementOf(
  plan: ServePlan,
  server: RunningServer,
  portRemark: string | undefined,
): Announcement {
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
  const passivePorts = what.singlePort ? undefined : what.passivePorts;
  terminal.object({ event: 'ready', ...rest, passivePorts, certificate: pins });
}
