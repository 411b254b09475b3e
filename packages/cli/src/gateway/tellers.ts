import type { AuditEntry, GatewayOptions } from '@duoport/gateway';
import { describeError } from '../describe-error.ts';
import { printable } from '../printable.ts';
import type { Terminal } from '../terminal.ts';
import { traceTo } from '../trace/session-trace.ts';
import type { AuditFile } from './audit-file.ts';
import type { GatewayFlags } from './flags.ts';
import { GatewayLines, healthLine } from './gateway-lines.ts';

/** What a gateway tells while it runs, on the terminal. */
export function tellersOf(
  terminal: Terminal,
  flags: Pick<GatewayFlags, 'trace' | 'verbose'>,
): Required<Pick<GatewayOptions, 'log' | 'onHealth' | 'trace'>> {
  return { log: logTo(terminal, flags), onHealth: healthTo(terminal), trace: traceOf(terminal, flags) };
}

function traceOf(terminal: Terminal, { trace }: Pick<GatewayFlags, 'trace'>): GatewayOptions['trace'] {
  if (trace !== true) return undefined;
  return (session) => ({
    client: traceTo(terminal, `#${session} client side`),
    server: traceTo(terminal, `#${session} server side`),
  });
}

function healthTo(terminal: Terminal): NonNullable<GatewayOptions['onHealth']> {
  return (event) => {
    const now = new Date();
    if (terminal.json) terminal.object({ event: 'health', time: now.toISOString(), ...event });
    else terminal.talk(healthLine(event, now));
  };
}

function logTo(terminal: Terminal, flags: Pick<GatewayFlags, 'verbose'>): NonNullable<GatewayOptions['log']> {
  const lines = new GatewayLines({ verbose: flags.verbose === true });
  return (event) => {
    if (terminal.json) {
      terminal.object(lines.object(event, new Date()));
      return;
    }
    // A fault of ours is told even to whoever wants quiet.
    if (terminal.quiet && event.kind !== 'bug') return;
    const line = lines.line(event, new Date());
    if (line !== undefined) event.kind === 'bug' ? terminal.warn(line) : terminal.talk(line);
  };
}

/** A disk that is full is told once, and no session is lost for it. */
export function auditTo(terminal: Terminal, file: AuditFile): (entry: AuditEntry) => void {
  let broken = false;
  return (entry) => {
    try {
      file.write(entry, new Date());
      broken = false;
    } catch (error) {
      if (!broken) terminal.warn(`duoport: --audit ${printable(file.path)}: ${describeError(error)}`);
      broken = true;
    }
  };
}
