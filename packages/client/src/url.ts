import { decodeText, FtpLocalError } from '@duoport/protocol';

/** An FTP URL, taken apart. `connect` takes it in place of the text. */
export interface Target {
  /** True for `ftps://`: TLS is required. */
  readonly secure: boolean;
  /** Host name or address literal, without brackets. */
  readonly host: string;
  /** Undefined when the URL names none. */
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /**
   * The path with escapes decoded, relative to the login directory as RFC 1738 §3.2.2 has it:
   * `ftp://h/a/b` is `a/b`, `ftp://h//etc` and `ftp://h/%2Fetc` are `/etc`. Empty: none.
   */
  readonly path: string;
  /** `;type=` of the URL: ascii, binary (image), or directory. */
  readonly type: 'ascii' | 'binary' | 'directory' | undefined;
}

/**
 * Reads `ftp://user:password@host:port/path;type=a` or `ftps://…`. Escapes are bytes: a name that is not
 * UTF-8 keeps its bytes (see `decodeText`). Throws FtpLocalError when it is no FTP URL.
 */
export function parseFtpUrl(text: string): Target {
  // The WHATWG parser drops these silently, and a name that changed on its way is worse than an error.
  if (hasControl(text)) throw refuse(text, 'it has a control character in it; write it as %XX');
  if (!/^ftps?:\/\//i.test(text)) throw refuse(text, 'it does not begin with ftp:// or ftps://');
  const url = parse(text);
  if (url.hostname === '') throw refuse(text, 'it names no host');
  // FTP knows neither queries nor fragments: `?` and `#` are characters of names.
  const { path, type } = splitType(`${url.pathname.slice(1)}${url.search}${url.hash}`);
  return {
    secure: /^ftps/i.test(text),
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? undefined : Number(url.port),
    user: url.username === '' ? undefined : decodeEscapes(url.username, text),
    password: url.password === '' ? undefined : decodeEscapes(url.password, text),
    path: decodeEscapes(path, text),
    type,
  };
}

/** `ftps:` is not a special scheme for the WHATWG parser, which then checks neither host nor port. */
function parse(text: string): URL {
  try {
    return new URL(text.replace(/^ftps:/i, 'ftp:'));
  } catch (cause) {
    throw refuse(text, 'it is not a URL', cause);
  }
}

function splitType(path: string): { readonly path: string; readonly type: Target['type'] } {
  const found = /^(.*);type=([aid])$/is.exec(path);
  if (found === null) return { path, type: undefined };
  const letter = (found[2] ?? '').toLowerCase();
  return { path: found[1] ?? '', type: letter === 'a' ? 'ascii' : letter === 'd' ? 'directory' : 'binary' };
}

/** %XX are bytes, and bytes that are no UTF-8 must survive. */
function decodeEscapes(text: string, url: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const coded = /^%[0-9a-f]{2}/i.exec(text.slice(at, at + 3));
    if (coded === null) {
      bytes.push(text.charCodeAt(at)); // the URL parser has left nothing but ASCII
    } else {
      bytes.push(Number.parseInt(coded[0].slice(1), 16));
      at += 2;
    }
  }
  const decoded = decodeText(Uint8Array.from(bytes));
  if (/[\r\n\0]/.test(decoded)) throw refuse(url, 'it hides CR, LF or NUL, which would end the command');
  return decoded;
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function refuse(url: string, because: string, cause?: unknown): FtpLocalError {
  const shown = url.replace(/\/\/[^/]*@/, '//').replace(/[^\x20-\x7e]/g, '?');
  return new FtpLocalError(`${shown} cannot be used: ${because}.`, { cause });
}
