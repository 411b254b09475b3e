import type { Command } from './command.ts';
import type { AnyFtpError } from './errors.ts';
import type { Reply } from './reply.ts';
import type { VerbRow } from './verbs.ts';

/*
 * All that comes out of the two machines. LAW: after any call into a machine, take effects until there is none; they
 * are carried out in the order in which they come.
 */

/** What both machines ask of the shell that owns the sockets. */
export type CommonEffect =
  /** Write these bytes to the control connection. `alone`: as a segment of its own, because NAT helpers look only at
   * the start of a packet (227, 229, PORT, EPRT). `soon`: at the end of this turn of the event loop will do: the 150 of a
   * short transfer then leaves together with its 226. */
  | { readonly kind: 'send'; readonly bytes: Uint8Array; readonly alone: boolean; readonly soon?: true }
  /** Start the TLS handshake on the control connection now, then call `secured`. */
  | { readonly kind: 'start-tls' }
  /** Take TLS off the control connection (CCC), then call `cleared`. */
  | { readonly kind: 'stop-tls' }
  /** Call `tick` at this time (same clock as `now`); a later wake replaces an earlier one. */
  | { readonly kind: 'wake'; readonly at: number }
  /** Close the control connection once what was sent is out. `foreign`: the protocol that the client speaks, which is not FTP. */
  | { readonly kind: 'close'; readonly reason: string; readonly foreign?: string }
  /** The dialogue is beyond repair: destroy the connection. */
  | { readonly kind: 'fail'; readonly error: AnyFtpError };

export type ServerEffect =
  | CommonEffect
  /** Carry out this command and call `settle` with its id. */
  | { readonly kind: 'run'; readonly id: number; readonly run: Run };

/** A command that the order allows, with what the machine remembered for it. */
export interface Run {
  readonly row: VerbRow;
  readonly command: Command;
  /** Argument of the last RNFR, for RNTO. */
  readonly renameFrom: string | undefined;
  /** Argument of the last REST or RANG, for the transfer that follows it. */
  readonly restart: { readonly verb: string; readonly argument: string } | undefined;
}

/** What became of a `run` effect. `close` ends the session once the reply is out. */
export type Outcome =
  /** The transfer opens its data connection: from here on ABOR ends it. */
  | { readonly kind: 'opening' }
  | { readonly kind: 'preliminary'; readonly reply: Reply }
  | { readonly kind: 'final'; readonly reply: Reply; readonly close?: boolean };

export type ClientEffect =
  | CommonEffect
  | { readonly kind: 'greeting'; readonly reply: Reply }
  /** A 1yz reply; the final one is still to come. */
  | { readonly kind: 'preliminary'; readonly id: number; readonly reply: Reply }
  | { readonly kind: 'reply'; readonly id: number; readonly reply: Reply };
