import { encodeWord, type RelayLine } from '@duoport/net';
import type { Endpoint } from '@duoport/protocol';
import { verifyBinding } from './agent-key.ts';
import { decodePlaces, decodeServices, encodePorts, said } from './dialogue.ts';
import { isLabel } from './names.ts';
import type { AgentRegistry } from './registry.ts';

export interface Admitted {
  readonly name: string;
  readonly services: readonly string[];
  /** Those whose TLS ends at the agent. */
  readonly endToEnd: readonly string[];
  /** Sessions of neighbours may be the agent's. */
  readonly neighbours: boolean;
  /** Where the relay may dial in beside the line, as the agent says. */
  readonly direct: readonly Endpoint[];
  /** Long transfers may move to plain connections there. */
  readonly clear: boolean;
  /** Version of the PROXY header that its servers want. */
  readonly proxy: 1 | 2 | undefined;
  /** It came with an invitation: the key is new. */
  readonly invited: boolean;
}

/**
 * Finds out who has dialled in. The agent signs the keying material of this TLS connection, so that what it shows here is of no
 * use to anybody else; a key that is not known comes with an invitation. Resolves with the reason when it is nobody.
 */
export async function admit(
  line: RelayLine,
  {
    registry,
    maxServices,
    now,
  }: {
    readonly registry: AgentRegistry;
    readonly maxServices: number;
    readonly now: number;
  },
): Promise<Admitted | { readonly refused: string }> {
  const facts = await line.ask('/hello', {});
  const name = facts[said.agent] ?? '';
  const key = facts[said.key] ?? '';
  const services = decodeServices(facts[said.services]);
  if (!isLabel(name) || services === undefined) return { refused: 'its name or its services are not names' };
  if (services.length > maxServices) return { refused: `it has more than ${maxServices} services` };
  const proxy = facts[said.proxy] === '1' ? 1 : facts[said.proxy] === '2' ? 2 : undefined;
  const told = facts[said.endToEnd];
  const endToEnd = told === undefined ? [] : decodeServices(told);
  if (endToEnd === undefined) return { refused: 'its services are not names' };
  const offer: Omit<Admitted, 'invited'> = {
    name,
    services,
    endToEnd,
    neighbours: facts[said.neighbours] === 'private',
    direct: decodePlaces(facts[said.direct]),
    clear: facts[said.clear] === '1',
    proxy,
  };
  const { binding } = line;
  if (!verifyBinding(key, facts[said.signature] ?? '', { name, binding }))
    return { refused: 'its signature is not that of its key' };
  const known = await registry.find(name);
  if (known?.key === key) return { ...offer, invited: false };
  const secret = facts[said.secret];
  if (secret === undefined) return { refused: `its key is not that of ${name}: it needs an invitation` };
  const wrong = await registry.claim({ name, secret, key }, now);
  return wrong === undefined ? { ...offer, invited: true } : { refused: wrong };
}

/** Resolves with false when the agent is gone before it has taken its welcome; the line is closed then. */
export async function welcome(line: RelayLine, ports: Readonly<Record<string, number>>): Promise<boolean> {
  try {
    await line.ask('/welcome', { [said.services]: encodePorts(ports) });
    return true;
  } catch (error) {
    line.close(`it did not take its welcome: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

/** Says why, then closes: an agent that is not told would try again for ever. */
export async function turnAway(line: RelayLine, because: string): Promise<void> {
  await line.ask('/refused', { [said.because]: encodeWord(because) }, 2000).catch(() => undefined);
  line.close(because);
}
