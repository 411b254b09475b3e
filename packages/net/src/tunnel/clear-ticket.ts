import { createHmac, timingSafeEqual } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ProtocolFault } from '@duoport/protocol';

/** As of `directKey`, and another one: what is said in the clear may not weaken that. */
export function clearKey(line: TLSSocket): Buffer {
  return line.exportKeyingMaterial(32, 'EXPORTER-duoport-clear', Buffer.alloc(0));
}

/**
 * What the relay says first on a plain connection to its agent: which stream of the line it is for, and which way its bytes go. It is good
 * for that stream alone, as long as there is that stream, and once: a stream gets one such connection, and its number never comes again.
 */
export interface ClearTicket {
  readonly stream: number;
  /** As seen from the agent. */
  readonly direction: 'in' | 'out';
  /** Makes every ticket another. */
  readonly nonce: string;
}

/** As it has come. */
export interface ShownTicket {
  readonly ticket: ClearTicket;
  readonly mac: string;
}

/** The first byte of a ticket, and of no TLS handshake. */
export const ticketMark = 0x63;

export function encodeTicket(ticket: ClearTicket, key: Buffer): string {
  const text = wordsOf(ticket);
  return `${text} ${mac(key, `ticket ${text}`)}\n`;
}

const size = 1 + 32 + 1 + 10 + 1 + 1 + 1 + 64 + 1;

export function decodeTicket(
  bytes: Uint8Array,
): 'more' | ProtocolFault | (ShownTicket & { readonly size: number }) {
  if (bytes.length < size) return 'more';
  const text = Buffer.from(bytes.subarray(0, size)).toString('latin1');
  const [, nonce, stream, direction, mac] =
    /^c([0-9a-f]{32}) (\d{10}) ([io]) ([0-9a-f]{64})\n$/.exec(text) ?? [];
  if (nonce === undefined || mac === undefined) return { fault: 'no ticket' };
  return {
    ticket: { nonce, stream: Number(stream), direction: direction === 'i' ? 'in' : 'out' },
    mac,
    size,
  };
}

/** Whether somebody with this key has made it. */
export function isGenuine({ ticket, mac: made }: ShownTicket, key: Buffer): boolean {
  return isSame(made, mac(key, `ticket ${wordsOf(ticket)}`));
}

/** By which the agent shows that it has the key too. */
export function encodeReceipt(ticket: ClearTicket, key: Buffer): string {
  return `${mac(key, `receipt ${wordsOf(ticket)}`)}\n`;
}

export const receiptSize = 65;

export function isReceipt(text: string, ticket: ClearTicket, key: Buffer): boolean {
  return isSame(text, encodeReceipt(ticket, key));
}

function wordsOf({ nonce, stream, direction }: ClearTicket): string {
  return `c${nonce} ${String(stream).padStart(10, '0')} ${direction === 'in' ? 'i' : 'o'}`;
}

function mac(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text, 'latin1').digest('hex');
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
