import type { Lab } from '../build.ts';
import type { Cell, Result } from './cell.ts';
import type { Programs } from './programs.ts';
import type { RunningServer } from './server.ts';

/** Where a client of the lab goes, and with what. */
export interface Errand {
  readonly lab: Lab;
  readonly server: RunningServer;
  readonly programs: Programs;
}

/** One program that tries cells from the client's host. */
export interface ClientDriver {
  readonly name: 'duoport' | 'curl' | 'lftp' | 'ftplib';
  run(errand: Errand, cell: Cell): Promise<Result>;
}

/** A program that ended without a word is given up after so many milliseconds. */
export const clientPatience = 45_000;

/** `ftp://user:password@…` is not used: passwords of the lab need no quoting, addresses of IPv6 need brackets. */
export function urlHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** A name to store under that no other cell uses. */
export function uploadName(client: string, { verb, secure }: Cell): string {
  return `${client}-${verb.toLowerCase()}-${secure ? 'tls' : 'plain'}.bin`;
}
