import { encodeText, formatEndpoint } from '@duoport/protocol';
import type { ServerEvent } from '@duoport/server';
import type { SessionUser } from './session-users.ts';

/** What each line has, in the words of W3C's extended log file format; `x-`: ours. */
const fields = [
  'date',
  'time',
  'c-ip',
  'c-port',
  'cs-username',
  'x-session',
  'cs-method',
  'cs-uri-stem',
  'sc-status',
  'sc-bytes',
  'cs-bytes',
  'time-taken',
  'x-mode',
  'x-data-from',
  'x-data-to',
  'x-data-wait',
  'x-tls',
  'x-cause',
] as const;

type Fields = Partial<Record<(typeof fields)[number], string | number>>;

/** What a W3C file begins with. */
export function w3cHeader(software: string, now: Date): string {
  const [date, time] = clock(now);
  return `#Version: 1.0\n#Software: ${software}\n#Date: ${date} ${time}\n#Fields: ${fields.join(' ')}\n`;
}

/** A line of W3C's extended log file format, times in UTC; undefined for what is not worth one. */
export function w3cLine(
  event: ServerEvent,
  user: SessionUser | undefined,
  now: Date,
): Uint8Array | undefined {
  const own = ownFields(event);
  if (own === undefined) return undefined;
  const [date = '', time = ''] = clock(now);
  const { peer, session } = event;
  const all: Fields = {
    date,
    time,
    'c-ip': peer.address,
    'c-port': peer.port,
    'cs-username': user?.name ?? '',
    'x-session': session,
    ...own,
  };
  return encodeText(fields.map((name) => escaped(all[name])).join(' '));
}

function ownFields(event: ServerEvent): Fields | undefined {
  switch (event.kind) {
    case 'login':
      return {
        'cs-method': 'LOGIN',
        'cs-username': event.user,
        'sc-status': 230,
        'x-tls': yes(event.secure),
      };
    case 'login-refused':
      return { 'cs-method': 'LOGIN', 'cs-username': event.user, 'sc-status': 530 };
    case 'logins-unavailable':
      return { 'cs-method': 'LOGIN', 'cs-username': event.user, 'sc-status': 421 };
    case 'transfer':
      return transferFields(event);
    case 'data-failed':
      return {
        'cs-method': 'DATA',
        'sc-status': 425,
        'x-mode': event.mode,
        'x-data-from': formatEndpoint(event.mode === 'passive' ? event.remote : event.local),
        'x-data-to': formatEndpoint(event.mode === 'passive' ? event.local : event.remote),
        'x-data-wait': seconds(event.waited),
        'x-cause': event.cause,
      };
    case 'changed': {
      const method = {
        deleted: 'DELE',
        'made-directory': 'MKD',
        'removed-directory': 'RMD',
        renamed: 'RNTO',
      };
      const stem = event.change === 'renamed' ? `${event.path} -> ${event.to}` : event.path;
      return { 'cs-method': method[event.change], 'cs-uri-stem': stem, 'sc-status': 250 };
    }
    default:
      return undefined;
  }
}

function transferFields(event: Extract<ServerEvent, { readonly kind: 'transfer' }>): Fields {
  const { verb, path, reply, direction, bytes, duration, mode, data, secure } = event;
  return {
    'cs-method': verb,
    'cs-uri-stem': path,
    'sc-status': reply.code,
    'sc-bytes': direction === 'send' ? bytes : 0,
    'cs-bytes': direction === 'receive' ? bytes : 0,
    'time-taken': seconds(duration),
    'x-mode': mode,
    'x-tls': data?.resumed === true ? 'resumed' : yes(secure),
    ...(data === undefined
      ? {}
      : {
          'x-data-from': formatEndpoint(data.from),
          'x-data-to': formatEndpoint(data.to),
          'x-data-wait': seconds(data.waited),
        }),
  };
}

const yes = (is: boolean) => (is ? 'yes' : 'no');
const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(3);

function clock(now: Date): readonly string[] {
  return now.toISOString().slice(0, 19).split('T');
}

/** `-` is nothing; blanks are `+`, and what would be read as something else is `%XX`. Bytes of other encodings stay. */
function escaped(value: string | number | undefined): string {
  if (value === undefined || value === '') return '-';
  return String(value)
    .replace(/[%+"\p{Cc}\p{Zl}\p{Zp}]|^-$|^#/gu, (character) =>
      [...new TextEncoder().encode(character)]
        .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
        .join(''),
    )
    .replace(/\s/gu, '+');
}
