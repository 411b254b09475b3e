import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { mover } from '../kernel/mover.ts';
import { clearKey, encodeReceipt, isGenuine } from './clear-ticket.ts';
import type { DirectListener } from './direct-listener.ts';
import { directKey } from './direct-words.ts';
import { shortcutOf } from './tunnel-shortcut.ts';
import { words } from './words.ts';

interface Line {
  readonly tls: TLSSocket;
  /** Those of this line that are open, by their numbers. */
  readonly streams: ReadonlyMap<number, ServerHttp2Stream>;
  readonly closed: Promise<unknown>;
}

/** Lets the relay of this line, and no other, dial in beside it. */
export function letIn(direct: DirectListener, { tls, streams, closed }: Line): void {
  direct.key = directKey(tls);
  if (!direct.clear) return;
  const key = clearKey(tls);
  closed.then(mover.use({ always: true }));
  direct.onTicket = (shown, socket) => {
    const { ticket } = shown;
    const stream = isGenuine(shown, key) ? streams.get(ticket.stream) : undefined;
    const shortcut = stream && shortcutOf(stream);
    if (!mover.isReady || !shortcut?.offer(socket, ticket.direction)) return false;
    socket.write(encodeReceipt(ticket, key), 'latin1');
    return true;
  };
}

/** The relay says that the plain connection is there at both ends: what is left of the stream that it means goes over that. */
export function goOnBeside(
  asking: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  streams: Line['streams'],
): void {
  const meant = streams.get(Number(headers[words.stream]));
  const shortcut = meant && shortcutOf(meant);
  const told = headers[words.at];
  const answer = (status: number, facts: Readonly<Record<string, string>> = {}) => {
    if (!asking.destroyed) asking.respond({ ':status': status, ...facts }, { endStream: true });
  };
  asking.resume();
  if (shortcut === undefined) return answer(404);
  shortcut.open(typeof told === 'string' ? Number(told) : undefined);
  if (told !== undefined) return answer(200);
  shortcut.left.then(
    (at) => answer(200, { [words.at]: String(at) }),
    () => answer(404),
  );
}
