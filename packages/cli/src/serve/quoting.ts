/** A word for a POSIX shell: as it is when nothing in it is special, otherwise in single quotes. */
function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** A whole command line for a POSIX shell, ready to be pasted. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

/** A word inside an lftp command: lftp knows double quotes, with a backslash before `"` and `\`. */
export function lftpWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `"${word.replace(/["\\]/g, '\\$&')}"`;
}

/** User name or password inside an FTP URL (RFC 3986 §3.2.1). `encodeURIComponent` leaves `!'()*` for the shell to trip over. */
export function urlPart(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A host in a URL: an IPv6 address gets its brackets. */
export function urlHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
