import type { Endpoint } from './endpoint.ts';
import { decodeEprt, decodeEpsvArgument, encodeProtocols, extendedPassiveReply } from './extended-port.ts';
import { isFault } from './fault.ts';
import { decodePort, passiveReply } from './host-port.ts';
import { decodeLprt, longPassiveReply } from './long-port.ts';
import { type Reply, reply } from './reply.ts';

/** What a client asks for with PASV, EPSV, LPSV (passive), PORT, EPRT or LPRT (active). */
export type DataRequest =
  /** The server is to listen, and to answer with `tell`, which says the whole endpoint (227, 228) or the port alone (229). */
  | {
      readonly kind: 'passive';
      readonly family: 4 | 6;
      readonly tellsAddress: boolean;
      tell(at: Endpoint): Reply;
    }
  /** The server is to dial `to`. Nobody has judged that address yet. */
  | { readonly kind: 'active'; readonly to: Endpoint }
  /** To be answered with this and nothing else: a fault, another family, or the 200 of EPSV ALL. */
  | { readonly kind: 'answer'; readonly reply: Reply };

/**
 * The meaning of a command that sets up a data connection, on a control connection between these ends. A client that does
 * not know its own address names none (lftp over ::1 sends `EPRT |2|::|port|`): that can only mean the one it speaks from.
 */
export function decodeDataRequest(
  verb: string,
  argument: string | undefined,
  ends: { readonly local: Endpoint; readonly peer: Endpoint },
): DataRequest | undefined {
  const { local, peer } = ends;
  switch (verb) {
    case 'PASV':
      if (local.family === 4) return { kind: 'passive', family: 4, tellsAddress: true, tell: passiveReply };
      return answer(reply(425, 'PASV names an IPv4 address and this connection is IPv6; use EPSV'));
    case 'EPSV':
      return extendedPassive(argument, local.family);
    case 'LPSV':
      return { kind: 'passive', family: local.family, tellsAddress: true, tell: longPassiveReply };
    case 'PORT':
      return active(decodePort(argument ?? ''), peer);
    case 'LPRT': {
      const decoded = decodeLprt(argument ?? '');
      if (isFault(decoded)) return answer(reply(decoded.reason === 'protocol' ? 521 : 501, decoded.fault));
      return active(decoded, peer);
    }
    case 'EPRT': {
      const decoded = decodeEprt(argument ?? '');
      if (isFault(decoded) && decoded.reason === 'protocol') return otherFamily(local.family);
      if (!isFault(decoded) && decoded.endpoint.family !== local.family) return otherFamily(local.family);
      return active(decoded, peer);
    }
    default:
      return undefined;
  }
}

/** RFC 2428 §3: only a port is told; the address is that of the control connection. */
function extendedPassive(argument: string | undefined, family: 4 | 6): DataRequest {
  const asked = decodeEpsvArgument(argument);
  if (isFault(asked))
    return asked.reason === 'protocol' ? otherFamily(family) : answer(reply(501, asked.fault));
  if (asked.want === 'all') return answer(reply(200, 'Only EPSV is accepted from now on'));
  const wanted = asked.want === 'any' ? family : asked.want === 1 ? 4 : 6;
  if (wanted !== family) return otherFamily(family);
  return { kind: 'passive', family, tellsAddress: false, tell: ({ port }) => extendedPassiveReply(port) };
}

function active(
  decoded: { readonly endpoint: Endpoint } | { readonly fault: string },
  peer: Endpoint,
): DataRequest {
  if (isFault(decoded)) return answer(reply(501, decoded.fault));
  const { address, port } = decoded.endpoint;
  const isUnspecified = address === '0.0.0.0' || address === '::';
  return { kind: 'active', to: isUnspecified ? { ...peer, port } : decoded.endpoint };
}

/** RFC 2428 §2: 522 names the families that work here. */
function otherFamily(family: 4 | 6): DataRequest {
  return answer(reply(522, encodeProtocols([family === 4 ? 1 : 2])));
}

function answer(with_: Reply): DataRequest {
  return { kind: 'answer', reply: with_ };
}
