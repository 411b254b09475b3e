import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { runProcess } from '../processes.ts';
import { programPath } from '../requirements.ts';

/** What a run must leave as it was. */
export interface Surroundings {
  /** Every process that comes of this run has it in its environment. */
  readonly mark: string;
  readonly named: readonly string[];
  readonly cards: readonly string[];
  readonly rules: string;
}

const variable = 'DUOPORT_LAB_RUN';

/** Looks around before a run, and marks what this process will start. */
export async function surroundings(): Promise<Surroundings> {
  const mark = `${variable}=${randomUUID()}`;
  process.env[variable] = mark.slice(variable.length + 1);
  return { mark, ...(await look()) };
}

/** What a run has left behind, a line each. Waits a moment for what is about to end. */
export async function remains(before: Surroundings): Promise<readonly string[]> {
  const deadline = performance.now() + 5_000;
  while (marked(before.mark).length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const now = await look();
  const extra = (was: readonly string[], is: readonly string[]): readonly string[] =>
    is.filter((name) => !was.includes(name));
  return [
    ...marked(before.mark).map((process) => `left behind: process ${process}`),
    ...extra(before.named, now.named).map((name) => `left behind: network namespace ${name}`),
    ...extra(before.cards, now.cards).map((name) => `left behind: network interface ${name}`),
    ...(now.rules === before.rules
      ? []
      : ['left behind: firewall rules of this machine are not as they were']),
  ];
}

async function look(): Promise<Omit<Surroundings, 'mark'>> {
  const rules = await runProcess(['nft', 'list', 'ruleset'], { env: { PATH: programPath } });
  return {
    // Unnamed ones live as long as a process in them, and those are looked for by their mark.
    named: names('/run/netns').filter((name) => name.startsWith(`duoport-${process.pid}-`)),
    cards: names('/sys/class/net'),
    // Counters go on counting.
    rules: rules.stdout.replaceAll(/packets \d+ bytes \d+/g, ''),
  };
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Processes with the mark, other than this one: `123 vsftpd`. */
function marked(mark: string): readonly string[] {
  return names('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark)) return [];
      return [`${pid} ${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()}`];
    } catch {
      // It ended this moment.
      return [];
    }
  });
}
