/** Why a name from a listing must not become part of a local path as it is. */
export type NameHazard =
  /** No name at all. */
  | 'empty'
  /** `.` or `..`: another folder than the one listed. */
  | 'dots'
  /** A `/`: a path, perhaps `../../etc/passwd`. */
  | 'slash'
  /** A `\`: a path on Windows. */
  | 'backslash'
  /** A NUL: ends the name early in every system call. */
  | 'nul'
  /** Control characters: harmless as a path, but not on a terminal or in a line of FTP. */
  | 'control'
  /** A name that Windows gives another meaning: a drive or stream (`:`), a device (`CON`), a dot or blank at its end. */
  | 'windows';

const windowsName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)|[:*?"<>|]|[. ]$/i;
/** C0, DEL and C1: a byte 0x9B is the beginning of an escape sequence for many terminals. */
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\udc80-\udcff]/g;

export function nameHazards(name: string): readonly NameHazard[] {
  const hazards: NameHazard[] = [];
  if (name === '') hazards.push('empty');
  if (name === '.' || name === '..') hazards.push('dots');
  if (name.includes('/')) hazards.push('slash');
  if (name.includes('\\')) hazards.push('backslash');
  if (name.includes('\0')) hazards.push('nul');
  if (control.test(name)) hazards.push('control');
  if (windowsName.test(name) && name !== '.' && name !== '..') hazards.push('windows');
  return hazards;
}

/**
 * The name stays inside the folder it is put into, on every system: one component, not `.` or `..`, no NUL and no
 * separator of Unix or Windows. Control characters and names special to Windows are `nameHazards` but safe here.
 */
export function isSafeName(name: string): boolean {
  if (name === '' || name === '.' || name === '..') return false;
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    if (code === 0x2f || code === 0x5c || code === 0) return false;
  }
  return true;
}

/** For a terminal or a log: control characters, changes of direction and bytes that are no text are shown as `\x1b` or `\u202e`. */
export function printableName(name: string): string {
  return name.replace(unprintable, (unit, at: number) => {
    const code = unit.charCodeAt(0);
    const before = name.charCodeAt(at - 1);
    // The second half of a character outside the basic plane.
    if (code >= 0xdc80 && before >= 0xd800 && before <= 0xdbff) return unit;
    const byte = code >= 0xdc80 ? code & 0xff : code;
    return byte > 0xff ? `\\u${byte.toString(16)}` : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
}

/** CR, LF or NUL in a name would be read as two names or half of one, so no listing may hold it. */
export function isListableName(name: string): boolean {
  return name !== '' && !/[\r\n\0]/.test(name);
}
