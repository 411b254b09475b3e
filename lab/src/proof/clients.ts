import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Lab } from '../build.ts';
import { uploadName } from '../drivers/client.ts';
import { curl } from '../drivers/curl.ts';
import { lftp } from '../drivers/lftp.ts';
import { nodeCommand, type Programs } from '../drivers/programs.ts';
import type { RunningServer } from '../drivers/server.ts';
import type { Attempt, ClientFacts } from './attempt.ts';
import type { AgentAnswer, AgentOrder } from './client-agent.ts';
import { network, ports } from './network.ts';
import type { ProofServers } from './servers.ts';

/** What became of an attempt. */
export type Outcome = { readonly works: true } | { readonly works: false; readonly because: string };

/** The client's host: our client in one process that lives as long as the lab, and programs of others. */
export class Clients {
  readonly #lab: Lab;
  readonly #programs: Programs;
  readonly #servers: ProofServers;
  readonly #agent: ChildProcess;
  readonly #waiting = new Map<number, (answer: AgentAnswer) => void>();
  #last = 0;

  constructor(lab: Lab, programs: Programs, servers: ProofServers) {
    this.#lab = lab;
    this.#programs = programs;
    this.#servers = servers;
    const script = new URL(`./client-agent${import.meta.url.slice(-3)}`, import.meta.url);
    this.#agent = lab.start('client', nodeCommand(script), { stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.#agent.stdout === null) throw new Error('The client has no output.');
    createInterface({ input: this.#agent.stdout }).on('line', (line) => {
      const answer: AgentAnswer = JSON.parse(line);
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    this.#agent.once('close', () => {
      for (const [id, done] of this.#waiting) done({ id, works: false, because: 'the client ended' });
    });
  }

  /** `patience`: milliseconds for each step; where it must fail, waiting longer proves no more. */
  async attempt(attempt: Attempt, facts: ClientFacts, patience: number): Promise<Outcome> {
    if (attempt.client === 'duoport') return this.#askAgent(attempt, facts, patience);
    const { verb, secure } = attempt;
    const server = this.#running(attempt.server);
    rmSync(join(server.folder.root, server.folder.incoming, uploadName(attempt.client, attempt)), {
      force: true,
    });
    const { activePorts, externalAddress } = facts;
    const dial = { address: attempt.host, port: ports.control };
    const lab = { ...this.#lab, topology: { ...network, dial, client: { activePorts, externalAddress } } };
    const driver = attempt.client === 'curl' ? curl : lftp;
    const result = await driver.run({ lab, server, programs: this.#programs }, { verb, secure });
    if (result.outcome === 'works') return { works: true };
    return { works: false, because: `${result.step} ${result.how}: ${result.text}` };
  }

  #askAgent(attempt: Attempt, facts: ClientFacts, patience: number): Promise<Outcome> {
    const { folder, user, password } = this.#servers[attempt.server];
    const { verb, secure, host } = attempt;
    this.#last += 1;
    const order: AgentOrder = {
      ...{ id: this.#last, verb, secure, host, patience, user, password, ...facts },
      sample: { name: folder.sample.name, bytes: folder.sample.bytes.length },
    };
    return new Promise((resolve) => {
      this.#waiting.set(order.id, resolve);
      this.#agent.stdin?.write(`${JSON.stringify(order)}\n`);
    });
  }

  #running(which: Attempt['server']): RunningServer {
    const stop = (): Promise<void> => Promise.resolve();
    const kind = which === 'vsftpd' ? 'vsftpd' : 'duoport';
    return { ...this.#servers[which], kind, log: () => '', stop, [Symbol.asyncDispose]: stop };
  }
}
