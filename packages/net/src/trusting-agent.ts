import { Agent } from 'node:https';
import { pems } from './pem.ts';
import type { Pem } from './tls-settings.ts';

/** For clients of HTTPS: servers are trusted by these authorities and by no others. */
export function trustingAgent(ca: Pem | readonly Pem[]): Agent {
  return new Agent({ ca: pems(ca), keepAlive: false });
}
