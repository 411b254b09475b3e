import { parseFtpUrl, type Target } from '@duoport/client';
import { decodeText, encodeText } from '@duoport/protocol';
import { UsageError } from '../usage-error.ts';

/** One part of the path of a URL, between slashes. */
export interface Segment {
  /** The name that it is when it is no pattern. */
  readonly text: string;
  /** For a glob engine; undefined when no `*`, `?` or `[…]` stands in it unescaped. */
  readonly pattern: string | undefined;
}

/** An FTP URL as the commands use it: where to log in, and the path as a name or as a pattern. */
export interface Remote {
  /** For `connect`; its path is empty, so nothing is changed into. */
  readonly target: Target;
  readonly segments: readonly Segment[];
  /** The URL ended in `/`: a directory is meant. */
  readonly directory: boolean;
  /** `;type=` of the URL. */
  readonly type: Target['type'];
}

/**
 * Reads an FTP URL whose path may be a glob. `*`, `?` and `[…]` are patterns, written %2A, %3F and %5B they are themselves;
 * so no query and no fragment. The path is relative to the login directory, `//etc` and `/%2Fetc` are absolute (RFC 1738 §3.2.2).
 */
export function parseRemote(text: string): Remote {
  const parts = /^([a-z][a-z0-9+.-]*:\/\/[^/]*)(?:\/(.*))?$/is.exec(text);
  // parseFtpUrl knows what is wrong with it, so what is no URL at all goes there too.
  const target = parse(parts?.[1] === undefined ? text : `${parts[1]}/`);
  const typed = /;type=([aid])$/i.exec(parts?.[2] ?? '');
  const path = typed === null ? (parts?.[2] ?? '') : (parts?.[2] ?? '').slice(0, typed.index);
  const segments = path.split('/');
  const directory = segments.at(-1) === '';
  if (directory) segments.pop();
  // The `a` of ftp://h//a: the first segment is empty and stands for the root.
  return {
    target: { ...target, path: '', type: undefined },
    segments: segments.map((segment) => readSegment(segment, text)),
    directory,
    type: typed === null ? undefined : typeOf(typed[1]),
  };
}

/** The path when every segment is a name: `a/b`, `/etc/x`, or `` for the login directory. */
export function literalPath(remote: Remote): string {
  return (
    remote.segments.reduce<string | undefined>((path, { text }) => joinPath(path, text), undefined) ?? ''
  );
}

/** `undefined` is "no path yet"; an empty first name stands for the root. */
export function joinPath(base: string | undefined, name: string): string {
  if (base === undefined) return name === '' ? '/' : name;
  if (base === '' || base.endsWith('/')) return `${base}${name}`;
  return `${base}/${name}`;
}

export function hasPattern(remote: Remote): boolean {
  return remote.segments.some((segment) => segment.pattern !== undefined);
}

function parse(url: string): Target {
  try {
    return parseFtpUrl(url);
  } catch (cause) {
    throw new UsageError(
      `${(cause as Error).message} A URL looks like ftp://user@host/path or ftps://host/path.`,
      { cause },
    );
  }
}

function typeOf(letter: string | undefined): Target['type'] {
  const lower = letter?.toLowerCase();
  return lower === 'a' ? 'ascii' : lower === 'd' ? 'directory' : 'binary';
}

function readSegment(segment: string, url: string): Segment {
  let pattern = '';
  let magic = false;
  const bytes: number[] = [];
  // A token is an escape, a class in brackets, or one character.
  for (const token of segment.match(/%[0-9a-f]{2}|\[[!^]?\]?[^\]]*\]|./gisu) ?? []) {
    const escaped = /^%[0-9a-f]{2}$/i.test(token);
    const piece = escaped ? Uint8Array.of(Number.parseInt(token.slice(1), 16)) : encodeText(token);
    bytes.push(...piece);
    const wild = token === '*' || token === '?' || (token.length > 1 && token.startsWith('['));
    magic ||= wild;
    // Bytes of one character may come as several escapes, so the pattern is put together from them below.
    pattern += wild ? wildPart(token) : [...piece].map((byte) => String.fromCharCode(0xe000 + byte)).join('');
  }
  const text = decodeText(Uint8Array.from(bytes));
  if (/[\r\n\0]/.test(text))
    throw new UsageError(`${url.replace(/\/\/[^/]*@/, '//')}: a name cannot hold CR, LF or NUL.`);
  return { text, pattern: magic ? pattern.replace(/[\ue000-\ue0ff]+/g, literalPart) : undefined };
}

function wildPart(token: string): string {
  // POSIX writes a negated class [!…].
  return token.startsWith('[!') ? `[^${token.slice(2)}` : token;
}

/** Private-use stand-ins for bytes, back to text, with a backslash before all that a glob engine could take for syntax. */
function literalPart(stand: string): string {
  const text = decodeText(Uint8Array.from(stand, (character) => character.charCodeAt(0) - 0xe000));
  return text.replace(/[^\p{L}\p{N}\p{Cs}_ ]/gu, '\\$&');
}
