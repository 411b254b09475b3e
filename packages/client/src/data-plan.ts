import type { DataVerb } from '@duoport/net';
import type { HostFacts } from './host-memory.ts';
import type { DataMode } from './options.ts';

/**
 * The verbs to try for one data connection, in order. PASV and PORT carry IPv4 addresses only (RFC 2428 §1),
 * so an IPv6 control connection has EPSV and EPRT. What worked last comes first, what did not work comes
 * last: it may work again some day, and a client that has forgotten a verb for good is worse than one that
 * tries it last.
 */
export function planVerbs(wish: {
  readonly mode: DataMode;
  readonly dataVerb: DataVerb | undefined;
  readonly family: 4 | 6;
  readonly facts: HostFacts | undefined;
}): readonly DataVerb[] {
  if (wish.dataVerb !== undefined) return [wish.dataVerb];
  const passive: DataVerb[] = wish.family === 6 ? ['EPSV'] : ['EPSV', 'PASV'];
  const active: DataVerb[] = wish.family === 6 ? ['EPRT'] : ['EPRT', 'PORT'];
  const verbs = [...(wish.mode === 'active' ? [] : passive), ...(wish.mode === 'passive' ? [] : active)];
  const rank = (verb: DataVerb) => {
    if (verb === wish.facts?.works) return 0;
    return wish.facts?.broken.includes(verb) ? 2 : 1;
  };
  return verbs.sort((a, b) => rank(a) - rank(b));
}

/** The facts after a verb opened a data connection. It is broken no more. */
export function afterSuccess(facts: HostFacts | undefined, verb: DataVerb): HostFacts {
  return { broken: (facts?.broken ?? []).filter((other) => other !== verb), works: verb };
}

/** The facts after a verb was refused, or its data connection was. */
export function afterFailure(facts: HostFacts | undefined, verb: DataVerb): HostFacts {
  return {
    broken: [...(facts?.broken ?? []).filter((other) => other !== verb), verb],
    works: facts?.works === verb ? undefined : facts?.works,
  };
}
