/** IP addresses, text to bytes and back. No names, no zones, no host calls. */

/** The prefix ::ffff:0:0/96 of IPv4-mapped addresses (RFC 4291 §2.5.5.2). */
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** 4 or 16 bytes, or undefined when the text is no IP address. IPv4-mapped IPv6 gives the 4 bytes of the IPv4. */
export function parseAddress(text: string): Uint8Array | undefined {
  if (!text.includes(':')) return parseIpv4(text);
  const bytes = parseIpv6(text);
  return bytes && MAPPED.every((byte, i) => bytes[i] === byte) ? bytes.slice(12) : bytes;
}

/** The normal form: dotted decimal, or RFC 5952 for IPv6. Takes 4 or 16 bytes; 16 mapped bytes give the IPv4. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (MAPPED.every((byte, i) => bytes[i] === byte)) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => word(bytes, i * 2));
  const run = longestZeroRun(groups);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (run.length < 2) return hex(groups);
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`;
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const numbers = parts.map(Number);
  return numbers.every((number) => number <= 255) ? Uint8Array.from(numbers) : undefined;
}

function parseIpv6(text: string): Uint8Array | undefined {
  if (text.length > 45) return undefined;
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return undefined;
  const left = parseGroups(head, tail === undefined);
  if (left === undefined) return undefined;
  if (tail === undefined) return left.length === 16 ? Uint8Array.from(left) : undefined;
  const right = parseGroups(tail, true);
  if (right === undefined || left.length + right.length > 14) return undefined;
  return Uint8Array.from([...left, ...new Array<number>(16 - left.length - right.length).fill(0), ...right]);
}

function parseGroups(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [i, group] of groups.entries()) {
    const dotted = last && i === groups.length - 1 && group.includes('.') ? parseIpv4(group) : undefined;
    if (dotted) bytes.push(...dotted);
    else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else return undefined;
  }
  return bytes;
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [i, group] of groups.entries()) {
    if (group !== 0) start = i + 1;
    else if (i + 1 - start > best.length) best = { start, length: i + 1 - start };
  }
  return best;
}
