import { createHash } from 'node:crypto';
import { decodeText, encodeText } from '@duoport/protocol';

/** Names that begin so are the server's own, whatever its settings are now: no client lists, reads, makes or removes one. */
const prefix = '.duoport-upload-';
/** Some file systems take upper and lower case for the same. */
const reserved = /(?:^|\/)\.duoport-upload-/i;

/** What one name in a folder may have on the file systems there are. */
const longestName = 255;

/** Whether this is the name of an upload that is not finished. */
export function isUploadName(name: string): boolean {
  return name.charCodeAt(0) === 0x2e && reserved.test(name);
}

/** Whether a path names such an upload, or something below. */
export function isReserved(path: string): boolean {
  return path.includes('/.') && reserved.test(path);
}

/**
 * Where the bytes of an upload to `target` are until it is finished: the same name each time, so that they are found again, and of
 * the same length however long the target's is.
 */
export function partialName(target: string): string {
  return prefix + createHash('sha256').update(encodeText(target)).digest('hex').slice(0, 32);
}

/** The name of the upload whose file has this inode once another one has taken its first name. Nobody else uses it. */
export function asideName(partial: string, inode: number): string {
  return `${partial}.${inode.toString(36)}`;
}

/** `name.3`: what is in the way has the name. A name that would be too long loses its end. */
export function numberedName(name: string, number: number): string {
  const suffix = `.${number}`;
  const bytes = encodeText(name);
  let end = longestName - suffix.length;
  if (bytes.length <= end) return name + suffix;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return decodeText(bytes.subarray(0, end)) + suffix;
}
