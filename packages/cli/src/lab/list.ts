import { topologies } from '@duoport/lab';
import { createTerminal, type ProcessIo } from '../terminal.ts';

/** `duoport lab list`: number, name and title, one a line. */
export function listTopologies(io: ProcessIo, flags: { readonly json?: boolean }): void {
  const terminal = createTerminal(io, flags);
  const width = Math.max(...topologies.map(({ name }) => name.length));
  for (const { number, name, title, story, dial } of topologies) {
    if (terminal.json) terminal.object({ number, name, title, story, dial });
    else terminal.result(`${String(number).padStart(2)}  ${name.padEnd(width)}  ${title}`);
  }
}
