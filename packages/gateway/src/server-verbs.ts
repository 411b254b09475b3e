import type { DataVerb } from '@duoport/net';

/** How the gateway agrees on data connections with the server. `same`: as the client asked. */
export type ServerMode = 'same' | 'passive' | 'active' | DataVerb;

/**
 * The verbs to try with the server, in order. PASV and PORT carry IPv4 addresses only (RFC 2428 §1), so an IPv6 connection has
 * EPSV and EPRT, whatever was asked for.
 */
export function serverVerbs(mode: ServerMode, asked: string, family: 4 | 6): readonly DataVerb[] {
  // RFC 6384 §6: what a client asks for in the new words reaches an old server in the old ones.
  if (mode === 'same') return serverVerbs(sameAs(asked), asked, family);
  const passive: readonly DataVerb[] = family === 6 ? ['EPSV'] : ['EPSV', 'PASV'];
  const active: readonly DataVerb[] = family === 6 ? ['EPRT'] : ['EPRT', 'PORT'];
  switch (mode) {
    case 'passive':
      return passive;
    case 'active':
      return active;
    case 'PASV':
      return family === 6 ? passive : ['PASV'];
    case 'PORT':
      return family === 6 ? active : ['PORT'];
    default:
      return [mode];
  }
}

function sameAs(asked: string): Exclude<ServerMode, 'same'> {
  switch (asked) {
    case 'PASV':
    case 'PORT':
      return asked;
    case 'EPRT':
    case 'LPRT':
      return 'active';
    default:
      return 'passive';
  }
}
