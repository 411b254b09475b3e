import type { ControlConnection } from '@duoport/net';
import type { Endpoint } from '@duoport/protocol';
import { type DataCause, explainCause, probableCause } from './data-cause.ts';
import type { DataSetupFacts } from './data-setup-facts.ts';
import type { DataFailure } from './data-story.ts';
import type { DataAdvice, SessionLog } from './log.ts';
import type { Settings } from './settings.ts';

interface OutcomeFacts {
  readonly settings: Settings;
  readonly log: SessionLog;
  readonly connection: ControlConnection;
}

/** Tells the log of data connections that do not come about, and what is probably shut when that goes on. */
export function outcomeTeller({ settings, log, connection }: OutcomeFacts): DataSetupFacts['outcome'] {
  const client = connection.peer.address;
  return (of) => {
    if ('opened' in of) {
      settings.failures.succeeded(client, of.opened);
      return undefined;
    }
    const { failure } = of;
    const { local, secure } = connection;
    const cause = probableCause(failure, client, settings.door !== undefined);
    const explanation = explainCause(cause, failure);
    log({ kind: 'data-failed', secure, cause, explanation, ...failure });
    const again = settings.failures.failed(client, cause);
    const trouble = { cause, explanation, at: Date.now() };
    if (again === undefined) return trouble;
    const opens = opensWhat(cause, failure, { settings, server: local, secure });
    log({ kind: 'data-shut', cause, explanation, opens, ...again });
    return trouble;
  };
}

/** The flow that a firewall rule would open, for the causes that one can cure. */
function opensWhat(
  cause: DataCause,
  { mode }: DataFailure,
  {
    settings,
    server,
    secure,
  }: { readonly settings: Settings; readonly server: Endpoint; readonly secure: boolean },
): DataAdvice['opens'] {
  const side = sideOf(cause);
  if (side === undefined) return undefined;
  const { sourcePort, passivePorts } = settings;
  return {
    side,
    mode,
    controlPort: server.port,
    passivePorts,
    sourcePort: typeof sourcePort === 'number' ? sourcePort : undefined,
    server: server.address,
    secure,
  };
}

function sideOf(cause: DataCause): 'server' | 'client' | undefined {
  if (cause === 'range-shut') return 'server';
  return cause === 'client-shut' ? 'client' : undefined;
}
