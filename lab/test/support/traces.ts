import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { runProcess } from './../../src/processes.ts';

/** Finds what a process under test has made: its children carry a mark, its namespaces a cable that ends here. */
export class Traces {
  readonly #variable = 'DUOPORT_TEST_MARK';
  readonly #mark = randomUUID();
  readonly #cables: string[] = [];

  /** For the environment of the process under test. */
  get environment(): Readonly<Record<string, string>> {
    return { ...process.env, [this.#variable]: this.#mark } as Record<string, string>;
  }

  /** Process numbers, without the process under test itself. */
  processes(self: number | undefined): readonly number[] {
    const wanted = `${this.#variable}=${this.#mark}`;
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== self && hasVariable(pid, wanted));
  }

  /** Lays a cable into every namespace there is: it vanishes when the kernel has taken the namespace down. */
  async watchNamespaces(self: number | undefined): Promise<number> {
    const own = readlinkSync('/proc/self/ns/net');
    const spaces = new Map(
      this.processes(self).flatMap((pid) => {
        const space = namespaceOf(pid);
        return space === undefined || space === own ? [] : [[space, pid] as const];
      }),
    );
    for (const pid of spaces.values()) {
      const name = `duot${process.pid % 10_000}-${this.#cables.length}`;
      const words = `link add name ${name} type veth peer name witness netns ${pid}`;
      const { status, stderr } = await runProcess(['ip', ...words.split(' ')]);
      if (status !== 0) throw new Error(stderr);
      this.#cables.push(name);
    }
    return spaces.size;
  }

  /** What is still there after ten seconds; empty: nothing. */
  async left(self: number | undefined): Promise<readonly string[]> {
    const look = (): readonly string[] => {
      const cards = readdirSync('/sys/class/net');
      return [
        ...this.processes(self).map((pid) => `process ${pid}`),
        ...this.#cables.filter((name) => cards.includes(name)).map((name) => `namespace of ${name}`),
      ];
    };
    await until(() => look().length === 0, 10_000);
    return look();
  }
}

/** The kernel tells nobody when a namespace goes: one has to look. Resolves when it is so, or when time is up. */
export async function until(isSo: () => boolean, patience: number): Promise<void> {
  const deadline = performance.now() + patience;
  while (!isSo() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
}

function hasVariable(pid: number, wanted: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(wanted);
  } catch {
    // It ended this moment.
    return false;
  }
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}
