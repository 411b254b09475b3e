import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { PortRange } from '@duoport/net';
import { AgentRegistry, generateAgentKey } from '@duoport/relay';
import { duoportCommand } from '@duoport/testkit';
import { Scissors } from '../../packages/gateway/test/scissors.ts';
import { claimPorts, type PortBlock } from '../support/ports.ts';
import { giveToSessions } from '../support/served-folder.ts';
import { Workspace } from '../support/workspace.ts';
import type { Plan } from './plan.ts';
import { Post, type Told } from './post.ts';
import { script } from './script.ts';

/** A server, as clients of the relay know it. */
export interface Served {
  readonly port: number;
  /** Its passive ports, and its own. */
  readonly ports: readonly number[];
  readonly root: string;
  readonly user: string;
  readonly password: string;
}

/** The order in which the agent names its services, and the relay gives out its control ports. */
const services = ['duoport EPSV', 'vsftpd EPSV', 'duoport EPRT', 'vsftpd EPRT'];

/**
 * A relay, an agent and a server of ours, each in a process of its own, with somebody on every line of the agent who can cut it: to
 * the relay and to the servers.
 */
export class Lane {
  readonly relay: Post;
  readonly agent: Post;
  readonly server: Post;
  readonly scissors: Scissors;
  readonly own: Served;
  readonly vsftpd: Served;
  readonly passive: PortRange;
  /** All that the three have told. */
  readonly told: Told[] = [];
  readonly agentPort: number;
  readonly #low: number;

  static async on(
    t: TestContext,
    {
      address,
      vsftpd,
      files,
      clear,
    }: {
      /** Where the scissors stand; what they stand before is on 127.0.0.1. */
      readonly address: string;
      readonly vsftpd: Served;
      readonly files: Readonly<Record<string, Uint8Array>>;
      /** What is long and plain leaves the agent's line. */
      readonly clear: boolean;
    },
  ): Promise<Lane> {
    const workspace = new Workspace('relay-cuts');
    const [around, beside] = [await claimPorts(), await claimPorts()];
    const own = ownServer(workspace, beside);
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(own.root, name), bytes);
    const state = workspace.folder('relay');
    const secret = await new AgentRegistry(state).invite('office', Date.now() + 86_400_000);
    const ports = [around.control, ...own.ports, ...vsftpd.ports];
    const scissors = await Scissors.on(t, address, ports);
    const lane = new Lane({ address, around, own, vsftpd, state, secret, scissors, clear });
    t.after(async () => {
      for (const post of [lane.agent, lane.relay, lane.server]) await post.kill();
      for (const block of [around, beside]) block.release();
      workspace.remove();
    });
    await Promise.all([lane.server.start('ready'), lane.relay.start('ready')]);
    await lane.agent.start('connected');
    return lane;
  }

  private constructor(options: {
    readonly address: string;
    readonly around: PortBlock;
    readonly own: Served;
    readonly vsftpd: Served;
    readonly state: string;
    readonly secret: string;
    readonly scissors: Scissors;
    readonly clear: boolean;
  }) {
    const { address, around, own, vsftpd, state, secret, scissors, clear } = options;
    const { control, low, high } = around;
    this.own = own;
    this.vsftpd = vsftpd;
    this.scissors = scissors;
    this.agentPort = control;
    this.#low = low;
    // Few: one that stays open is soon missed.
    this.passive = { low: low + 4, high: low + 11 };
    const note = (event: Told) => void this.told.push(event);
    this.server = new Post('the server', served(own), note);
    this.relay = new Post(
      'the relay',
      script(new URL('./stand-relay.ts', import.meta.url), {
        state,
        agentPort: control,
        control: { low, high: low + 3 },
        passive: this.passive,
      }),
      note,
    );
    // An active server dials the agent itself: nobody stands between.
    const hosts = [address, address, '127.0.0.1', '127.0.0.1'];
    const agent = {
      relay: { host: address, port: control },
      key: generateAgentKey(),
      secret,
      services: hosts.map((host, at) => ({
        name: `s${at}`,
        host,
        port: at % 2 === 0 ? own.port : vsftpd.port,
      })),
      active: { low: low + 20, high },
      ...(clear ? { direct: { addresses: ['127.0.0.1'], clear } } : {}),
    };
    this.agent = new Post('the agent', script(new URL('./stand-agent.ts', import.meta.url), agent), note);
  }

  /** Where clients reach this server by these data connections. */
  controlPort({ server, data }: Pick<Plan, 'server' | 'data'>): number {
    return this.#low + services.indexOf(`${server} ${data}`);
  }

  /** What a server has under this name; undefined: nothing. */
  stored({ server }: Pick<Plan, 'server'>, name: string): Uint8Array | undefined {
    const { root } = server === 'vsftpd' ? this.vsftpd : this.own;
    try {
      return readFileSync(join(root, name));
    } catch {
      return undefined;
    }
  }

  forget({ server }: Pick<Plan, 'server'>, name: string): void {
    const { root } = server === 'vsftpd' ? this.vsftpd : this.own;
    rmSync(join(root, name), { force: true });
    const { lines } = this.scissors;
    lines.splice(0, lines.length, ...lines.filter(({ port }) => port === this.agentPort).slice(-1));
  }
}

function ownServer(workspace: Workspace, { control, low, high }: PortBlock): Served {
  const root = workspace.folder('root');
  giveToSessions(root);
  const ports = Array.from({ length: high - control + 1 }, (_, at) => control + at);
  return { port: low - 1, ports, root, user: 'u', password: 'p' };
}

function served({ port, ports, root, user, password }: Served): readonly [string, ...string[]] {
  const listen = ['--listen', `127.0.0.1:${port}`, '--passive-ports', `${port + 1}-${ports.at(-1)}`];
  return [...duoportCommand, 'serve', root, ...listen, '--user', `${user}:${password}`, '--json'];
}
