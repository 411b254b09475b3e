import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateSecret, hashSecret } from './invitation.ts';
import { isLabel } from './names.ts';

/** What the relay knows of one agent. */
export interface KnownAgent {
  readonly name: string;
  /** Base64 of the SPKI form. */
  readonly key: string;
  /** Control port of each of its services by the service's own name. */
  readonly ports: Readonly<Record<string, number>>;
  /** Services whose TLS ends at the agent: while it is away, nobody else may ask their clients who they are. */
  readonly endToEnd: readonly string[];
}

/**
 * The agents of a relay and the invitations that are out, as small files in one folder. `relay invite` and `relay serve` are two
 * processes: an invitation is taken by removing its file, which succeeds exactly once.
 */
export class AgentRegistry {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes a secret that lets one agent be `name`, once, until `expires` (ms since the epoch). Only its hash is kept. */
  async invite(name: string, expires: number): Promise<string> {
    if (!isLabel(name)) throw new RangeError(`Not a name for an agent: ${JSON.stringify(name)}`);
    const secret = generateSecret();
    await this.#write(this.#invitation(secret), { name, expires });
    return secret;
  }

  /** Uses an invitation up and makes `key` the key of its agent. Resolves with what is wrong, or undefined. */
  async claim(
    { name, secret, key }: { readonly name: string; readonly secret: string; readonly key: string },
    now: number,
  ): Promise<string | undefined> {
    const file = this.#invitation(secret);
    const invited = await readJson(file);
    // Of several that come at once only one removes it.
    const taken = invited !== undefined && (await unlink(file).then(yes, no));
    if (!taken) return 'the invitation is not known here: it may have been used already';
    const expires = invited['expires'];
    if (typeof expires !== 'number' || expires <= now) return 'the invitation has expired';
    if (invited['name'] !== name) return 'the invitation is for an agent of another name';
    const known = await this.find(name);
    const { ports = {}, endToEnd = [] } = known ?? {};
    await this.#write(this.#agent(name), { key, ports, endToEnd });
    return undefined;
  }

  async find(name: string): Promise<KnownAgent | undefined> {
    if (!isLabel(name)) return undefined;
    const known = await readJson(this.#agent(name));
    const key = known?.['key'];
    if (typeof key !== 'string') return undefined;
    return { name, key, ports: portsOf(known?.['ports']), endToEnd: namesOf(known?.['endToEnd']) };
  }

  async all(): Promise<readonly KnownAgent[]> {
    const names = await readdir(path.join(this.#folder, 'agents')).catch(() => []);
    const found = await Promise.all(
      names.map((name) => (name.endsWith('.json') ? this.find(name.slice(0, -5)) : undefined)),
    );
    return found.flatMap((agent) => agent ?? []);
  }

  async keep(name: string, facts: Partial<Pick<KnownAgent, 'ports' | 'endToEnd'>>): Promise<void> {
    const { key, ports, endToEnd } = (await this.find(name)) ?? {};
    if (key !== undefined) await this.#write(this.#agent(name), { key, ports, endToEnd, ...facts });
  }

  #invitation(secret: string): string {
    return path.join(this.#folder, 'invitations', `${hashSecret(secret)}.json`);
  }

  #agent(name: string): string {
    return path.join(this.#folder, 'agents', `${name}.json`);
  }

  /** Whole or not at all. */
  async #write(file: string, value: object): Promise<void> {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const draft = `${file}.${randomUUID()}`;
    await writeFile(draft, `${JSON.stringify(value)}\n`, { mode: 0o600 });
    await rename(draft, file);
  }
}

async function readJson(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function portsOf(value: unknown): Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null) return {};
  const ports = Object.entries(value).filter(
    (entry): entry is [string, number] => Number.isInteger(entry[1]) && entry[1] > 0 && entry[1] < 65_536,
  );
  return Object.fromEntries(ports);
}

function namesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

const yes = () => true;
const no = () => false;
