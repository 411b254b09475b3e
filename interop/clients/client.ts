import type { PeerName } from '../../scripts/debian.mjs';
import type { Finished } from '../support/child.ts';
import type { Mode, Way } from '../support/way.ts';

/** Where a client goes, and how its data connections are to be made. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly way: Way;
  /** The server's certificate (PEM file), to be trusted. */
  readonly certificate: string;
  /** The server wants TLS sessions resumed on data connections. */
  readonly requireReuse: boolean;
  /** A folder of the caller's that the client may litter. */
  readonly scratch: string;
}

/** A file to move: its name on the server as bytes, relative to the login folder, and a path here. */
export interface Item {
  readonly remote: Uint8Array;
  readonly local: string;
}

/** A folder to move as a whole. `names` are the files in it. */
export interface FolderItem {
  readonly remote: string;
  readonly local: string;
  readonly names: readonly string[];
}

export interface Outcome {
  readonly ok: boolean;
  /** What the client printed, with the dialogue. */
  readonly said: string;
}

export interface ClientDriver {
  readonly name: string;
  /** Programs that must be here. */
  readonly needs: readonly PeerName[];
  /** Version as the program says it. */
  version(): Promise<string>;
  /** Why it cannot do this, or undefined. */
  unsupported(way: Way): string | undefined;
  /** Why it cannot upload, or undefined. */
  readonly readOnly: string | undefined;
  /** Why it must not be given a name with a line feed in it. */
  readonly unsafe?: string;
  get(target: Target, items: readonly Item[]): Promise<Outcome>;
  put(target: Target, items: readonly Item[]): Promise<Outcome>;
  resumeGet(target: Target, item: Item): Promise<Outcome>;
  resumePut(target: Target, item: Item): Promise<Outcome>;
  /** Names in a folder, as the client prints them. */
  list(target: Target, folder: string): Promise<Outcome & { readonly names: readonly string[] }>;
  /** Begins to fetch `long`, breaks that off in the middle, and fetches `after`: over the same control connection where it can. */
  breakOff?(target: Target, long: string, after: Item): Promise<Outcome>;
  getFolder(target: Target, folder: FolderItem): Promise<Outcome>;
  putFolder(target: Target, folder: FolderItem): Promise<Outcome>;
}

export function outcomeOf({ code, signal, stdout, stderr }: Finished): Outcome {
  const end = signal === undefined ? `exit code ${code}` : `killed by ${signal}`;
  return { ok: code === 0, said: `${stdout.toString('utf8')}${stderr.toString('utf8')}\n[${end}]` };
}

export function unsupportedOutcome(reason: string): Promise<Outcome> {
  return Promise.resolve({ ok: false, said: reason });
}

export function bytesOf(name: string): Uint8Array {
  return new TextEncoder().encode(name);
}

/** A path of an URL, byte for byte. */
export function percent(path: Uint8Array): string {
  return Array.from(path, (byte) => {
    const letter = String.fromCharCode(byte);
    return /[A-Za-z0-9._~/-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

/**
 * Which of PASV, EPSV, PORT and EPRT a client sent, according to the dialogue that it printed: a client that quietly
 * took another mode has not passed.
 */
export function modesSaid(said: string): ReadonlySet<Mode> {
  const found = said.matchAll(/^(?:> |---> |--> |\*cmd\* ')(PASV|EPSV|PORT|EPRT)\b/gm);
  return new Set(Array.from(found, ([, mode]) => mode as Mode));
}
