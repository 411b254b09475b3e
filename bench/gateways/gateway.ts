import { ensurePeers, type PeerPaths } from '../../scripts/debian.mjs';
import { greeted } from '../servers/greeting.ts';
import { claimPorts, type PortBlock, releasePorts } from '../servers/ports.ts';
import { Program, type ProgramOptions } from '../servers/program.ts';
import { host, type Server } from '../servers/server.ts';
import { Workspace } from '../servers/workspace.ts';

/** A way to a server: a gateway in front of it, or nothing. What is stored ends up in the server's folder. */
export interface GatewayKind {
  readonly name: string;
  start(behind: Server): Promise<Server>;
}

/** What a gateway needs to write its configuration. */
export interface GatewaySetting {
  readonly ports: PortBlock;
  readonly workspace: Workspace;
  readonly behind: Server;
  readonly found: PeerPaths;
  /** Starts another program that is part of the gateway. */
  run(options: ProgramOptions): Program;
}

/** Starts the programs that `launch` runs, of which the one it answers greets the clients, and waits for the greeting. */
export async function startGateway(
  name: string,
  behind: Server,
  launch: (setting: GatewaySetting) => Program | Promise<Program>,
): Promise<Server> {
  const workspace = new Workspace(`bench-${name}`);
  const ports = await claimPorts();
  const programs: Program[] = [];
  const run = (options: ProgramOptions) => {
    const program = new Program(options);
    programs.push(program);
    return program;
  };
  const log = () => programs.map(({ output }) => output).join('');
  const stop = async () => {
    await Promise.all(programs.map((program) => program.stop()));
    releasePorts(ports);
    workspace.remove();
  };
  try {
    const front = await launch({ ports, workspace, behind, found: ensurePeers(), run });
    await greeted(front, { host, port: ports.control });
    const target = { ...behind.target, port: ports.control };
    const beside = programs.filter((program) => program !== front).map(({ pid }) => pid);
    return { ...behind, name, target, pid: front.pid, beside, log, stop };
  } catch (error) {
    await stop();
    throw new Error(`${name} did not start: ${error instanceof Error ? error.message : error} ${log()}`);
  }
}
