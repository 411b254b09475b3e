import { decodeText, encodeText, isRawText } from '@duoport/protocol';

/** A path as node:fs takes it: bytes where the name is not valid UTF-8. */
export type OsPath = string | Buffer;

/** The path of `name` (text of the store) behind `prefix`, which ends in a slash. */
export function osPath(prefix: string, name: string): OsPath {
  return isRawText(prefix) || isRawText(name) ? Buffer.from(encodeText(prefix + name)) : prefix + name;
}

/** Bytes as `node:fs` gives them with the encoding 'latin1', one character a byte, to text of the store. */
export function fromBinary(binary: string): string {
  return isAscii(binary) ? binary : decodeText(Buffer.from(binary, 'latin1'));
}

/** Text of the store to one character a byte. */
export function toBinary(text: string): string {
  return isAscii(text) ? text : Buffer.from(encodeText(text)).toString('latin1');
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false;
  return true;
}
