/** How a data connection is agreed on. */
export type Mode = 'PASV' | 'EPSV' | 'PORT' | 'EPRT';
/** What protects both connections. */
type Tls = 'none' | '1.2' | '1.3';
export type Family = 4 | 6;

/** One column of the matrix. */
export interface Way {
  readonly mode: Mode;
  readonly tls: Tls;
  readonly family: Family;
}

const modes: readonly Mode[] = ['PASV', 'EPSV', 'PORT', 'EPRT'];
const tlsLevels: readonly Tls[] = ['none', '1.2', '1.3'];
const families: readonly Family[] = [4, 6];

export const ways: readonly Way[] = families.flatMap((family) =>
  tlsLevels.flatMap((tls) => modes.map((mode) => ({ mode, tls, family }))),
);

export function wayName({ mode, tls, family }: Way): string {
  return `${mode} ${tls === 'none' ? 'plain' : `TLS ${tls}`} IPv${family}`;
}

export function isActive(mode: Mode): boolean {
  return mode === 'PORT' || mode === 'EPRT';
}

/** Loopback address of a family, as it is listened on. */
export function loopback(family: Family): string {
  return family === 4 ? '127.0.0.1' : '::1';
}

/** `host:port` of an URL. */
export function authority(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** RFC 2428 §1: PORT and PASV carry 32-bit addresses only, so there is nothing to try over IPv6. */
export function impossible({ mode, family }: Way): string | undefined {
  if (family === 4 || mode === 'EPSV' || mode === 'EPRT') return undefined;
  return `${mode} carries IPv4 addresses only (RFC 2428 §1)`;
}
