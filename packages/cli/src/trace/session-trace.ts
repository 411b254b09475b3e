import type { Trace } from '@duoport/net';
import type { Terminal } from '../terminal.ts';
import { TraceRenderer } from './trace-renderer.ts';

/** Lines of several sessions come in between one another, so each one says in front whose it is. */
export function traceTo(terminal: Terminal, mark: string): Trace {
  const columns = terminal.columns - mark.length - 1;
  const renderer = new TraceRenderer({ unicode: terminal.unicode, columns });
  return (event) => {
    for (const line of renderer.push(event)) terminal.warn(`${mark} ${line}`);
  };
}
