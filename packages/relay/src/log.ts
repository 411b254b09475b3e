import type { Endpoint } from '@duoport/protocol';

/** `direct`: the relay dials the agent there. `relayed`: over the agent's line. */
export type DataWayFacts =
  | { readonly way: 'direct'; readonly at: Endpoint }
  | { readonly way: 'relayed'; readonly because: string };

/** What a relay tells of its agents. Plain data. */
export type RelayEvent =
  | {
      readonly kind: 'agent-connected';
      readonly agent: string;
      readonly from: Endpoint;
      readonly invited: boolean;
    }
  | { readonly kind: 'agent-refused'; readonly from: Endpoint; readonly because: string }
  | { readonly kind: 'agent-lost'; readonly agent: string; readonly from: Endpoint; readonly because: string }
  /** Clients reach a service of an agent here. */
  | { readonly kind: 'published'; readonly service: string; readonly port: number }
  | { readonly kind: 'not-published'; readonly service: string; readonly because: string }
  /** How the bytes of data connections go between relay and agent from now on, and why. */
  | ({ readonly kind: 'way'; readonly agent: string } & DataWayFacts)
  /** A client and the agent of its server share a public address: they are in the same private network. */
  | {
      readonly kind: 'neighbours';
      readonly service: string;
      readonly address: string;
      /** `private`: the agent tells the client its private address; `relay`: data connections stay on the relay. */
      readonly data: 'private' | 'relay';
    }
  /** A client whose session is the agent's: its control connection is passed on as it is. */
  | { readonly kind: 'carried'; readonly service: string; readonly client: Endpoint }
  | { readonly kind: 'fault'; readonly error: unknown };

/** What an agent tells of itself. */
export type AgentEvent =
  | {
      readonly kind: 'connected';
      readonly relay: Endpoint;
      readonly services: Readonly<Record<string, number>>;
    }
  | ({ readonly kind: 'way' } & DataWayFacts)
  | { readonly kind: 'lost'; readonly because: string; readonly again: number }
  /** The relay asked for something that it was not given. */
  | { readonly kind: 'refused'; readonly what: string; readonly because: string }
  | { readonly kind: 'opened'; readonly what: 'control' | 'data'; readonly peer: Endpoint }
  | { readonly kind: 'failed'; readonly what: string; readonly error: string };
