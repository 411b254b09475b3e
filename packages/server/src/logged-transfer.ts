import type { TlsSession } from '@duoport/net';
import { type Reply, reply } from '@duoport/protocol';
import type { DataSetup } from './data-setup.ts';
import type { OpenedData } from './opened-data.ts';
import type { Parameters } from './parameters.ts';
import type { RunningTransfer } from './running-transfer.ts';
import type { Settings } from './settings.ts';
import { type TransferEnd, type TransferPlan, transfer } from './transfer.ts';

/** What a session lends to its transfer. */
interface TransferHost {
  readonly setup: DataSetup;
  readonly parameters: Parameters;
  readonly settings: Settings;
  readonly tls: TlsSession | undefined;
  preliminary(intro: Reply): void;
  bug(error: unknown): void;
}

/** How a transfer ended, as the log tells it. */
export interface LoggedEnd {
  readonly reply: Reply;
  readonly direction: 'send' | 'receive';
  readonly type: 'image' | 'ascii';
  readonly mode: 'passive' | 'active' | 'none';
  readonly secure: boolean;
  readonly bytes: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly data: OpenedData | undefined;
  /** Where an upload is, when it got another name than it was begun with. */
  readonly path?: string;
}

/** The transfer with what the log wants to know of it. Never rejects: a fault of ours is a 451. */
export async function loggedTransfer(
  plan: TransferPlan,
  running: RunningTransfer,
  host: TransferHost,
): Promise<LoggedEnd> {
  const { setup, parameters, settings, tls } = host;
  // One that was opened ahead is this transfer's own.
  const before = setup.kind === 'open' ? undefined : setup.last;
  const mode = setup.kind === 'open' ? (setup.last?.mode ?? 'none') : setup.kind;
  const started = performance.now();
  const facts = {
    setup,
    typeName: parameters.type === 'image' ? 'BINARY' : 'ASCII',
    tls,
    stallTimeout: settings.stallTimeout,
    truncation: settings.truncation,
    signal: running.signal,
    preliminary: host.preliminary,
    progress: running.progress,
  } as const;
  const end = await transfer(plan, facts).catch((error): TransferEnd => {
    host.bug(error);
    return { reply: reply(451, 'A fault of this server; it has been logged'), count: undefined };
  });
  const { last } = setup;
  return {
    reply: end.reply,
    direction: plan.direction,
    type: parameters.type,
    mode,
    secure: tls !== undefined,
    bytes: end.count?.bytes ?? running.bytes,
    duration: performance.now() - started,
    data: last === before ? undefined : last,
    ...(end.path === undefined ? {} : { path: end.path }),
  };
}
