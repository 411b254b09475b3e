import {
  createGateway,
  createPassThrough,
  type DataPortDoor,
  type GatewayListen,
  metricsText,
} from '@duoport/gateway';
import { Command, Option } from 'commander';
import { parseWhole } from '../flags/values.ts';
import { announceGateway } from '../gateway/announce.ts';
import { type AskFlags, askGateway } from '../gateway/ask-gateway.ts';
import { AuditFile } from '../gateway/audit-file.ts';
import { type GatewayFacts, takeData } from '../gateway/estate.ts';
import { addGatewayFlags, type GatewayFlags, stateOption } from '../gateway/flags.ts';
import { GatewayDesk, type RunningGateway } from '../gateway/gateway-desk.ts';
import { gatewayOptions } from '../gateway/gateway-options.ts';
import { openDesk } from '../gateway/open-desk.ts';
import { passOptions, planPass } from '../gateway/pass-plan.ts';
import { planGateway } from '../gateway/plan.ts';
import { auditTo, tellersOf } from '../gateway/tellers.ts';
import { serveMetrics } from '../metrics-page.ts';
import { handedOver } from '../restart/handed-over.ts';
import { predecessor, sayReady } from '../restart/predecessor.ts';
import { startServer } from '../serve/start.ts';
import { spareTheCollector } from '../spare-the-collector.ts';
import { createTerminal, type ProcessIo, type Terminal } from '../terminal.ts';
import { untilStopped } from '../until-stopped.ts';

/** `duoport gateway --to URL`, and what is asked of running ones */
export function gatewayCommand(io: ProcessIo): Command {
  const command = new Command('gateway')
    .description('stand between FTP clients and servers that cannot reach each other')
    .action((flags: GatewayFlags) => gateway(io, flags));
  return addGatewayFlags(command)
    .addCommand(asking(io, 'status', 'how the gateways that run here stand, and their servers'))
    .addCommand(
      asking(
        io,
        'drain',
        'no new sessions for this server, or for the whole gateway, which then ends',
      ).argument('[server]', 'as --to has it, HOST:PORT or HOST'),
    )
    .addCommand(
      asking(io, 'undrain', 'new sessions for this server again').argument('<server>', 'as drain has it'),
    )
    .addCommand(
      asking(io, 'restart', 'a new process takes the new sessions; the old one ends with its last'),
    );
}

function asking(io: ProcessIo, ask: string, description: string): Command {
  return new Command(ask)
    .description(description)
    .addOption(stateOption())
    .addOption(new Option('--pid <number>', 'only the process with this number').argParser(parseWhole))
    .addOption(new Option('--json', 'one JSON object a line for each process'))
    .action((...words: readonly unknown[]) => {
      const command = words.at(-1) as Command;
      // Flags that the command above has too are taken there.
      return askGateway(io, command.optsWithGlobals() as AskFlags, { ask, server: command.args[0] });
    });
}

/** A gateway that is about to start. */
interface Prepared {
  readonly listen: Parameters<typeof startServer>[0];
  readonly servers: ConstructorParameters<typeof GatewayDesk>[0]['servers'];
  create(listen: readonly GatewayListen[], dataDoors: readonly DataPortDoor[] | undefined): RunningGateway;
  announce(running: RunningGateway, standing: Parameters<typeof announceGateway>[2]): void;
}

async function gateway(io: ProcessIo, flags: GatewayFlags): Promise<void> {
  const terminal = createTerminal(io, flags);
  spareTheCollector();
  using audit = flags.audit === undefined ? undefined : new AuditFile(flags.audit);
  const prepared =
    flags.passTls === true ? preparePass(terminal, flags) : await prepare(terminal, flags, audit);
  const { listen, servers } = prepared;
  const before = predecessor<GatewayFacts>(io.env);
  const inheritance = before?.facts;
  const start = async (on: readonly GatewayListen[]): Promise<RunningGateway> => {
    const started = prepared.create(on, inheritance?.dataDoors);
    if ('guest' in started) await started.start(before && (() => takeData(started, before)));
    else await started.start();
    return started;
  };
  const handed = inheritance?.doors ?? (listen === undefined ? handedOver(io.env, process.pid) : undefined);
  const { server, remark } =
    handed === undefined
      ? await startServer(listen, start)
      : { server: await start(handed), remark: undefined };
  try {
    await using metrics =
      flags.metrics &&
      (await serveMetrics({ ...flags.metrics, fd: inheritance?.metrics }, () =>
        metricsText(server.metrics(), server.status(servers)),
      ));
    const desk = new GatewayDesk({ terminal, gateway: server, servers, metrics });
    await using _asked = await openDesk(terminal, desk, flags);
    prepared.announce(server, { portRemark: remark, metrics: metrics?.endpoint });
    sayReady();
    await Promise.race([desk.succession.left, untilStopped(io, server, { terminal, grace: flags.grace })]);
  } finally {
    // One that cannot be watched or asked as it should be does not start.
    await server.close({ grace: 0 });
  }
}

async function prepare(
  terminal: Terminal,
  flags: GatewayFlags,
  audit: AuditFile | undefined,
): Promise<Prepared> {
  const plan = await planGateway(flags);
  const options = gatewayOptions(plan, {
    ...tellersOf(terminal, flags),
    audit: audit && auditTo(terminal, audit),
  });
  const socks = plan.choice?.kind === 'socks';
  return {
    listen: plan.listen,
    servers: plan.servers,
    create: (on) => createGateway({ ...options, listen: on.map((where) => ({ ...where, socks })) }),
    announce: (running, standing) => announceGateway(terminal, running, standing, plan),
  };
}

function preparePass(terminal: Terminal, flags: GatewayFlags): Prepared {
  const plan = planPass(flags);
  const { log, onHealth } = tellersOf(terminal, flags);
  const options = passOptions(plan, { log, onHealth });
  return {
    listen: plan.listen,
    servers: plan.servers,
    create: (listen, dataDoors) => createPassThrough({ ...options, listen, dataDoors }),
    announce: (running, standing) => announceGateway(terminal, running, standing, plan),
  };
}
