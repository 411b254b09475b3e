import type { Endpoint } from '@duoport/protocol';
import { type AddressClass, classifyAddress } from './address-class.ts';

/**
 * Which address is dialled after a 227 reply. `control`: the peer of the control connection, whatever the
 * reply says. `reply`: what the reply says. `auto`: the reply, unless it is private, loopback or reserved
 * where the control peer is not, or the other way round.
 */
export type PassiveAddressPolicy = 'control' | 'reply' | 'auto';

/** Where to dial after a 227 or 229, or why not; `because` goes into the trace and the error. */
export type PassiveChoice =
  | { readonly kind: 'dial'; readonly address: string; readonly port: number; readonly because: string }
  | { readonly kind: 'refuse'; readonly because: string };

/**
 * Decides where the data connection goes. A server that may name any address and port can make its clients
 * attack others, or hand a download to whom it likes; so the default dials nobody but the server itself.
 */
export function choosePassiveAddress(facts: {
  readonly policy: PassiveAddressPolicy;
  /** What the reply says. The address is undefined for a 229, which carries a port only. */
  readonly reply: { readonly address: string | undefined; readonly port: number };
  /** The server's end of the control connection. */
  readonly control: Endpoint;
}): PassiveChoice {
  const { reply, control } = facts;
  const chosen = chooseAddress(facts.policy, reply.address, control.address);
  const isControl = chosen.address === control.address && reply.port === control.port;
  if (reply.port < 1024 && !isControl) {
    return {
      kind: 'refuse',
      because: `the server named port ${reply.port}; ports below 1024 belong to other services`,
    };
  }
  if (classifyAddress(chosen.address) === 'unspecified') {
    return { kind: 'refuse', because: `the server named the address ${chosen.address}, which is no host` };
  }
  return { kind: 'dial', address: chosen.address, port: reply.port, because: chosen.because };
}

function chooseAddress(policy: PassiveAddressPolicy, replied: string | undefined, control: string) {
  if (replied === undefined) return { address: control, because: '229 names a port only' };
  if (replied === control) return { address: control, because: 'the reply names the server itself' };
  if (policy === 'control') {
    return {
      address: control,
      because: `the reply names ${replied}, the policy is to dial the server itself`,
    };
  }
  if (policy === 'reply') return { address: replied, because: 'the policy is to dial what the reply names' };
  const theirs = classifyAddress(replied);
  const ours = classifyAddress(control);
  if (reaches(theirs, ours))
    return { address: replied, because: `the reply names ${replied}, as reachable as the server` };
  return {
    address: control,
    because: `the reply names ${replied} (${theirs}) but the server is ${control} (${ours})`,
  };
}

/**
 * A client behind the same NAT as the server sees a private server name its public address: wrong in that
 * direction too.
 */
function reaches(replied: AddressClass, control: AddressClass): boolean {
  return replied === control && (replied === 'public' || replied === 'private' || replied === 'loopback');
}
