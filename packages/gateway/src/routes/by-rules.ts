import { networkSet } from '@duoport/net';
import type { Route, RouteFacts, Upstream } from '../upstream.ts';

/** For whom a server is. What is left out fits everybody; of several values one must fit. */
export interface RouteRule {
  /** Names that USER gives; `*` stands for any characters, `?` for one. */
  readonly users?: readonly string[] | undefined;
  /** Names that HOST gives (RFC 7151), in any case of letters; `*` and `?` as above. */
  readonly hosts?: readonly string[] | undefined;
  /** Names that the client asks for in its TLS handshake (SNI); as `hosts`. */
  readonly serverNames?: readonly string[] | undefined;
  /** Networks that clients come from: `10.0.0.0/8`. */
  readonly clients?: readonly string[] | undefined;
  readonly to: readonly Upstream[];
}

/** What one rule says of a client: `later` when that depends on what it has not said yet. */
type Fit = 'yes' | 'no' | 'later';

/**
 * The first rule that fits decides. Before USER no rule is passed over that could still fit.
 * @throws FtpLocalError for a network that is none.
 */
export function routeByRules(rules: readonly RouteRule[]): Route {
  const compiled = rules.map((rule) => ({ fits: compile(rule), to: rule.to }));
  return (facts) => {
    for (const { fits, to } of compiled) {
      const fit = fits(facts);
      if (fit === 'later') return undefined;
      if (fit === 'yes') return { upstreams: to };
    }
    return { upstreams: [] };
  };
}

function compile({ users, hosts, serverNames, clients }: RouteRule): (facts: RouteFacts) => Fit {
  const byUser = users?.map((pattern) => globOf(pattern));
  const [byHost, byServerName] = [hosts, serverNames].map((patterns) =>
    patterns?.map((pattern) => globOf(pattern.toLowerCase())),
  );
  const networks = clients === undefined ? undefined : networkSet(clients);
  return ({ user, host, serverName, peer }) => {
    if (networks !== undefined && !networks.has(peer.address)) return 'no';
    const isSaid = user !== undefined;
    const fits = [
      fitOf(byUser, user, isSaid),
      fitOf(byHost, host?.toLowerCase(), isSaid),
      fitOf(byServerName, serverName?.toLowerCase(), isSaid),
    ];
    return fits.includes('no') ? 'no' : fits.includes('later') ? 'later' : 'yes';
  };
}

/** HOST comes before USER (RFC 7151 §3.2), so with USER all has been said. */
function fitOf(patterns: readonly Glob[] | undefined, value: string | undefined, isSaid: boolean): Fit {
  if (patterns === undefined) return 'yes';
  if (value === undefined) return isSaid ? 'no' : 'later';
  return patterns.some((fits) => fits(value)) ? 'yes' : 'no';
}

type Glob = (text: string) => boolean;

/** No regular expression: `*a*a*a*b` against a long name would keep one busy for ever. */
function globOf(pattern: string): Glob {
  return (text) => {
    let [at, from] = [0, 0];
    // Where the last `*` stood, and up to where it was taken to reach.
    let star: { readonly after: number; reach: number } | undefined;
    while (from < text.length) {
      if (pattern[at] === '*') {
        at += 1;
        star = { after: at, reach: from };
      } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[from])) {
        at += 1;
        from += 1;
      } else if (star !== undefined) {
        star.reach += 1;
        at = star.after;
        from = star.reach;
      } else return false;
    }
    return /^\**$/.test(pattern.slice(at));
  };
}
