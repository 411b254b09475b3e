import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { startAgents } from './agents.ts';
import { removeLeftovers } from './leftovers.ts';
import { type Namespace, openNamespace } from './namespace.ts';
import { killGroup, type RunOptions, type RunResult, runProcess, startProcess } from './processes.ts';
import { programPath, whatLabLacks } from './requirements.ts';
import { linkLines, setupScript } from './setup-script.ts';
import type { Topology } from './topology.ts';
import { type Wiring, wire } from './wiring.ts';

/** A topology made real. Everything of it ends with `close`, and with this process, however that ends. */
export interface Lab extends AsyncDisposable {
  readonly topology: Topology;
  /** The address of a host on its first link. Throws when there is none. */
  address(host: string, family?: 4 | 6): string;
  /** Runs a program on a host to its end. */
  run(host: string, argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Starts a program on a host, with pipes for its input and output; it dies with the lab. */
  start(host: string, argv: readonly string[], options?: RunOptions & SpawnOptions): ChildProcess;
  /** What stands before a command line to run it on a host. */
  enter(host: string): readonly string[];
  /** Name of the host's namespace for `ip netns exec`; undefined unless named. */
  namespace(host: string): string | undefined;
  close(): Promise<void>;
}

export interface LabOptions {
  /** The namespaces show in `ip netns`. */
  readonly name?: boolean | undefined;
}

/** Builds a topology in network namespaces. Linux and root only: throws an error that says what is missing. */
export async function buildLab(topology: Topology, options: LabOptions = {}): Promise<Lab> {
  const lack = whatLabLacks();
  if (lack !== undefined) throw new Error(lack);
  await removeLeftovers();
  const names = new Map(
    topology.hosts.map(({ name }) => [
      name,
      options.name === true ? `duoport-${process.pid}-${name}` : undefined,
    ]),
  );
  const opened = await Promise.allSettled(
    topology.hosts.map(async ({ name }) => [name, await openNamespace(names.get(name))] as const),
  );
  const spaces = new Map(opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
  try {
    const failed = opened.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const wirings = wire(topology);
    await setUp(wirings, spaces);
    const lab = labOf({ topology, wirings, spaces, names });
    await startAgents(lab);
    return lab;
  } catch (error) {
    await closeAll(spaces);
    throw error;
  }
}

type Spaces = ReadonlyMap<string, Namespace>;

async function setUp(wirings: ReadonlyMap<string, Wiring>, spaces: Spaces): Promise<void> {
  const links = linkLines(wirings, (host) => spaces.get(host)?.pid ?? 0).join('\n');
  await must('links', ['ip', '-batch', '-'], links);
  await Promise.all(
    [...wirings].map(([name, wiring]) =>
      must(name, [...enterSpace(spaces, name), 'sh'], setupScript(wiring)),
    ),
  );
}

async function must(what: string, argv: readonly string[], input: string): Promise<void> {
  const { status, stderr } = await runProcess(argv, { input, env: { PATH: programPath } });
  if (status !== 0) throw new Error(`Setting up ${what} failed: ${stderr.trim()}`);
}

function enterSpace(spaces: Spaces, host: string): readonly string[] {
  const space = spaces.get(host);
  if (space === undefined) throw new Error(`There is no host ${host} in this topology.`);
  return ['nsenter', `--net=/proc/${space.pid}/ns/net`, '--'];
}

async function closeAll(spaces: Spaces): Promise<void> {
  await Promise.all([...spaces.values()].map((space) => space.close()));
}

interface Parts {
  readonly topology: Topology;
  readonly wirings: ReadonlyMap<string, Wiring>;
  readonly spaces: Spaces;
  readonly names: ReadonlyMap<string, string | undefined>;
}

function labOf({ topology, wirings, spaces, names }: Parts): Lab {
  const children = new Set<ChildProcess>();
  // What is started here dies with us even when we are killed; the holders see to what that leaves.
  const enter = (host: string): readonly string[] => [
    ...enterSpace(spaces, host),
    ...['setpriv', '--pdeathsig', 'KILL', '--'],
  ];
  const withPath = <T extends RunOptions>(options: T): T => ({
    ...options,
    env: { PATH: programPath, ...options.env },
  });
  const close = async (): Promise<void> => {
    for (const child of children) killGroup(child);
    await closeAll(spaces);
  };
  return {
    topology,
    address: (host, family = 4) => addressOf(wirings.get(host), family),
    run: (host, argv, runOptions = {}) => runProcess([...enter(host), ...argv], withPath(runOptions)),
    start: (host, argv, startOptions = {}) => {
      const child = startProcess([...enter(host), ...argv], withPath(startOptions));
      children.add(child);
      child.once('close', () => children.delete(child));
      return child;
    },
    enter,
    namespace: (host) => names.get(host),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function addressOf(wiring: Wiring | undefined, family: 4 | 6): string {
  const all = wiring?.ports.flatMap((port) => port.addresses) ?? [];
  const found = all.find((text) => text.includes(':') === (family === 6));
  if (found === undefined)
    throw new Error(`${wiring?.host.name ?? 'no such host'} has no IPv${family} address.`);
  return found.split('/')[0] ?? found;
}
