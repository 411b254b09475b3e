/** One `machine` or `default` entry of a .netrc file. */
export interface NetrcEntry {
  /** Undefined: the `default` entry. */
  readonly machine: string | undefined;
  readonly login?: string;
  readonly password?: string;
  readonly account?: string;
}

/**
 * Reads .netrc as ftp(1) and curl do: words separated by white space; a value may stand in double quotes with backslash
 * escapes; `macdef` runs to the next empty line; `#` at the start of a word begins a comment to the end of the line.
 */
export function parseNetrc(text: string): readonly NetrcEntry[] {
  const words = split(text);
  const entries: { machine: string | undefined; login?: string; password?: string; account?: string }[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === 'default') {
      entries.push({ machine: undefined });
      continue;
    }
    const value = words[at + 1];
    if (value === undefined) break;
    if (word === 'machine') entries.push({ machine: value });
    else if (word === 'login' || word === 'password' || word === 'account') {
      const last = entries.at(-1);
      if (last !== undefined) last[word] = value;
    } else continue;
    at++;
  }
  return entries;
}

/** The entry for a host (and, when it is given, for that user there); the `default` entry when none names the host. */
export function findNetrc(
  entries: readonly NetrcEntry[],
  host: string,
  user?: string,
): NetrcEntry | undefined {
  const fits = (entry: NetrcEntry): boolean =>
    user === undefined || entry.login === undefined || entry.login === user;
  const wanted = host.toLowerCase();
  return (
    entries.find((entry) => entry.machine?.toLowerCase() === wanted && fits(entry)) ??
    entries.find((entry) => entry.machine === undefined && fits(entry))
  );
}

function split(text: string): readonly string[] {
  const macrosGone = text.replace(/^[ \t]*macdef\b.*(?:\r?\n(?![ \t]*\r?$).*)*/gm, '');
  const words: string[] = [];
  for (const match of macrosGone.matchAll(/(?<=^|\s)#.*|"((?:[^"\\]|\\.)*)"|(\S+)/gm)) {
    const quoted = match[1];
    if (quoted !== undefined) words.push(quoted.replace(/\\(.)/g, '$1'));
    else if (match[2] !== undefined) words.push(match[2]);
  }
  return words;
}
