import { networkInterfaces } from 'node:os';
import { type AcceptedConnection, ChallengeDoor, type Trace } from '@duoport/net';
import { type ListenOptions, readPermissions, type Usage } from '@duoport/server';
import { tellPlace, usedPlace } from '../accounts/place.ts';
import { type Effective, loadSettings } from '../config/load-settings.ts';
import type { ServeFlags } from '../flags/serve-flags.ts';
import { printable } from '../printable.ts';
import { type Drop, dropOf } from '../privileges/drop.ts';
import { activated } from '../restart/activated.ts';
import { predecessor, sayReady } from '../restart/predecessor.ts';
import { Succession } from '../restart/succession.ts';
import { isJson } from '../seeing/is-json.ts';
import { partMaker } from '../seeing/part-maker.ts';
import { Watch } from '../seeing/watch.ts';
import { ServiceManager } from '../systemd/service-manager.ts';
import { createTerminal, type ProcessIo, type Terminal } from '../terminal.ts';
import { traceTo } from '../trace/session-trace.ts';
import { untilStopped } from '../until-stopped.ts';
import { sharedServices } from '../workers/services.ts';
import { WorkerPool } from '../workers/worker-pool.ts';
import { reachableAddresses } from './addresses.ts';
import { type Announcement, announcementLines } from './announcement.ts';
import { type ServeFacts, serveEstate } from './estate.ts';
import { openServeDesk } from './open-desk.ts';
import { planServe, type ServePlan } from './plan.ts';
import type { PlannedSource } from './planned-sources.ts';
import { carriedOver, type Loaded, Reloading } from './reloading.ts';
import { RouterPorts } from './router-ports.ts';
import type { RunningServer } from './running-server.ts';
import { ServedDefence } from './served-defence.ts';
import { ServedUsage } from './served-usage.ts';
import { serverOptions } from './server-options.ts';
import { SightDesk } from './sight-desk.ts';
import { SingleServer } from './single-server.ts';
import { sourceFault } from './sources.ts';
import { startServer } from './start.ts';
import { Takeover } from './takeover.ts';
import { tendCertificates } from './tend-certificates.ts';
import { planTls } from './tls-plan.ts';
import { usagePlace } from './usage-place.ts';

/** Serves until it is told to end. */
export async function serve(
  io: ProcessIo,
  { directory, flags }: { readonly directory: string | undefined; readonly flags: Partial<ServeFlags> },
): Promise<void> {
  const load = async (): Promise<Loaded> => {
    const effective = await loadSettings({ file: flags.config, env: io.env, directory, flags });
    return { effective, plan: await planServe(effective, usedPlace(flags.config, io.env), io.env) };
  };
  const before = predecessor<ServeFacts>(io.env);
  const takeover = before && new Takeover(before);
  const read = await load();
  const loaded = takeover ? { ...read, plan: carriedOver(read.plan, await takeover.plan()) } : read;
  const { plan } = loaded;
  const { logs } = loaded.effective.settings;
  const terminal = createTerminal(io, {
    json: isJson(logs, { io, hasFile: flags.config !== undefined }),
    quiet: logs.level === 'quiet',
  });
  await using watch = await Watch.of(plan, terminal);
  const usage = new ServedUsage(usagePlace(plan.accounts, flags.config), (text) => terminal.warn(text));
  const handed = takeover?.listeners(plan) ?? (await activated(io.env, plan.listen));
  const challenges = new ChallengeDoor();
  const drop = await dropOf(loaded.effective.settings.process, plan);
  await using defence = await ServedDefence.of(plan, watch);
  const { server, remark } = await startServer(
    handed ?? plan.listen,
    opener({ plan, watch, terminal, takeover, usage, challenges, drop, defence }),
  );
  const manager = await ServiceManager.of(io.env);
  io.interrupt.addEventListener('abort', () => manager.stopping(), { once: true });
  const make = partMaker({ io, server, watch, plan: () => reloading.plan, succeeds: before !== undefined });
  await using router = new RouterPorts(terminal);
  const defended = defence.with(server);
  const reload = async (next: ServePlan): Promise<void> => {
    await defended.reload(next);
    void router.follow(next, server.listening);
  };
  const readTls = (effective: Effective) => planTls(effective, io.env);
  const reloading: Reloading = new Reloading(loaded, {
    server: { reload },
    watch,
    make,
    load,
    readTls,
    manager,
  });
  await watchFrom(server, () => watch.prepare(plan, make));
  await using _tls = await tendCertificates(watch, reloading, challenges);
  const succession = new Succession({
    terminal,
    self: 'server',
    estate: () => serveEstate(server, reloading.plan),
    // The next process shows its counters at the same place.
    leave: () => {
      router.leave();
      return Promise.all([server.leave(), watch.leave()]);
    },
    succeeded: (pid) => manager.succeeded(pid),
  });
  await using _desk = await openServeDesk(terminal, {
    reloading: isSetUp(flags, io) ? reloading : undefined,
    succession,
    sight: new SightDesk({ server, lost: () => watch.lost, plan: () => reloading.plan }),
    defence,
  });
  announce(terminal, announcementOf(plan, server, { portRemark: remark, metrics: watch.endpoint }));
  sayReady();
  void usage.begin(plan.users);
  manager.ready();
  void router.follow(plan, server.listening);
  await warnOfSources(terminal, plan.sources);
  const stopped = untilStopped(io, server, {
    terminal,
    get grace() {
      return reloading.plan.server.timeouts.shutdown;
    },
  });
  await Promise.race([succession.left, stopped]);
}

/** A database or a directory that is gone is no reason not to serve: it may come back at any time. */
async function warnOfSources(terminal: Terminal, sources: readonly PlannedSource[]): Promise<void> {
  const faults = await Promise.all(sources.map(sourceFault));
  for (const fault of faults) {
    if (fault !== undefined)
      terminal.warn(`duoport: ${printable(fault)} Until that is mended, logins get 421.`);
  }
}

interface Serving {
  readonly takeover: Takeover | undefined;
  /** When it listens, and before anybody is let in. */
  readonly drop: Drop | undefined;
  readonly plan: ServePlan;
  readonly watch: Watch;
  readonly terminal: Terminal;
  readonly usage: Usage;
  /** Where the issuer of a certificate is answered. */
  readonly challenges: ChallengeDoor;
  readonly defence: ServedDefence;
}

/** How a server is started on certain listeners: in this process, or with workers. */
function opener({
  plan,
  watch,
  terminal,
  takeover,
  usage,
  challenges,
  drop,
  defence,
}: Serving): (on: readonly ListenOptions[]) => Promise<RunningServer> {
  const { log } = watch;
  const { admit } = defence;
  const trace = plan.seeing.logs.trace ? (session: number) => traceTo(terminal, `#${session}`) : undefined;
  const services = sharedServices({ usage, guard: defence });
  const divert = (connection: AcceptedConnection) => challenges.divert(connection);
  if (plan.workers === 1) {
    return async (listen) => {
      const options = (next: ServePlan) => ({
        ...serverOptions(next, services, { log, trace, admit }),
        divert,
      });
      const server = new SingleServer(plan, options, listen);
      await takeover?.takeDoor(server);
      await server.start(drop);
      return server;
    };
  }
  const traces = new Map<number, Trace>();
  return async (listen) => {
    const pool = new WorkerPool({
      plan,
      services,
      trace: trace !== undefined,
      admit,
      log,
      traced: (session, event) => {
        const known = traces.get(session) ?? traceTo(terminal, `#${session}`);
        if (event.kind === 'closed' && event.connection === 'control') traces.delete(session);
        else traces.set(session, known);
        known(event);
      },
      divert,
      lost: (worker) => lost(watch, worker),
    });
    await takeover?.takeDoor(pool);
    await pool.start(listen, drop);
    return pool;
  };
}

function lost(
  watch: Watch,
  {
    number,
    sessions,
    because,
  }: { readonly number: number; readonly sessions: number; readonly because: string },
): void {
  const what = sessions === 1 ? 'its session is' : `its ${sessions} sessions are`;
  watch.note(
    { event: 'worker-lost', worker: number, sessions, because },
    `duoport: worker ${number} died (${because}): ${what} lost, and another worker takes its place.`,
  );
}

/** By a file or the environment. Whoever has typed it all ends it with the terminal. */
function isSetUp({ config }: Partial<ServeFlags>, { env }: ProcessIo): boolean {
  return config !== undefined || Object.keys(env).some((name) => name.startsWith('DUOPORT_'));
}

/** One that cannot be watched as it should be does not start. */
async function watchFrom(server: RunningServer, prepare: () => ReturnType<Watch['prepare']>): Promise<void> {
  try {
    await (await prepare()).commit();
  } catch (error) {
    await server.close({ grace: 0 });
    throw error;
  }
}

function announcementOf(
  plan: ServePlan,
  running: RunningServer,
  standing: Pick<Announcement, 'portRemark' | 'metrics'>,
): Announcement {
  const doors = running.listening.map(({ address, port, implicitTls }) => ({
    port,
    implicitTls,
    addresses: reachableAddresses(address, networkInterfaces()),
  }));
  const users = plan.users.map(({ name, password, permissions }) => ({
    name,
    password: plan.generated ? password : undefined,
    readOnly: mayOnlyRead(permissions),
  }));
  // Named one by one: a plan holds secrets.
  const { folder, generated, anonymous, modes, passivePorts, passiveAddress, singlePort, workers } = plan;
  const { listen, activeSourcePort, certificate, requireTls, sample, sources, tls } = plan;
  const said = {
    folder,
    listen,
    generated,
    anonymous,
    modes,
    passivePorts,
    passiveAddress,
    singlePort,
    workers,
  };
  return {
    ...said,
    activeSourcePort,
    certificate,
    requireTls,
    sample,
    accounts: sources.length === 0 ? undefined : sources.map(({ shown }) => shown).join(', '),
    doors,
    users: plan.anonymous ? [...users, { name: undefined, password: undefined, readOnly: true }] : users,
    ...standing,
    awaited: tls.awaited,
  };
}

function mayOnlyRead(permissions: ServePlan['users'][number]['permissions']): boolean {
  return [...permissions].every((permission) => readPermissions.has(permission));
}

function announce(terminal: Terminal, what: Announcement): void {
  if (!terminal.json) {
    const accounts = what.accounts && tellPlace(what.accounts, terminal.io.env);
    for (const line of announcementLines({ ...what, accounts })) terminal.result(line);
    return;
  }
  const { certificate, sample: _, ...rest } = what;
  const pins = certificate && { sha256: certificate.sha256, selfSigned: certificate.selfSigned };
  const passivePorts = what.singlePort ? undefined : what.passivePorts;
  terminal.object({ event: 'ready', ...rest, passivePorts, certificate: pins });
}
