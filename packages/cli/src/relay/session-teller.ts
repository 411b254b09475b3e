import type { GatewayLog } from '@duoport/gateway';
import { GatewayLines } from '../gateway/gateway-lines.ts';
import type { Terminal } from '../terminal.ts';

/** Tells of sessions as `gateway` does. */
export function sessionTeller(terminal: Terminal, options: { readonly verbose: boolean }): GatewayLog {
  const lines = new GatewayLines(options);
  return (event) => {
    if (terminal.json) return terminal.object(lines.object(event, new Date()));
    if (terminal.quiet && event.kind !== 'bug') return;
    const line = lines.line(event, new Date());
    if (line !== undefined) event.kind === 'bug' ? terminal.warn(line) : terminal.talk(line);
  };
}
