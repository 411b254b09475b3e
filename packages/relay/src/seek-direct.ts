import { encodeEndpoint, encodeWord } from '@duoport/net';
import type { ConnectedAgent } from './agents.ts';
import { said } from './dialogue.ts';
import type { DataWayFacts } from './log.ts';

/** Milliseconds until a way that has failed is looked for again. */
const pause = 60_000;

/** Looks for a way to an agent beside its line, as long as there is the line; relay and agent both say what came of it. */
export function seekDirect(
  { line, direct, clear }: ConnectedAgent,
  tell: (facts: DataWayFacts) => void,
): void {
  if (direct.length === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const say = (facts: DataWayFacts) => {
    if (!line.isOpen) return;
    tell(facts);
    const told =
      facts.way === 'direct'
        ? { [said.at]: encodeEndpoint(facts.at) }
        : { [said.because]: encodeWord(facts.because) };
    line.ask('/way', { [said.way]: facts.way, ...told }).catch(() => undefined);
  };
  const lost = (because: string) => {
    say({ way: 'relayed', because });
    timer = setTimeout(() => seek().catch(() => undefined), pause);
  };
  const seek = async () => {
    const found = await line.findDirect(direct, { lost, clear });
    say('at' in found ? { way: 'direct', at: found.at } : { way: 'relayed', because: found.because });
  };
  seek().catch(() => undefined);
  line.closed.then(() => clearTimeout(timer));
}
