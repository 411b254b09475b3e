import { ensurePeers, type PeerName, type PeerPaths } from '../../scripts/debian.mjs';

let found: PeerPaths | undefined;

/** Where other people's programs are; fetched once where that is possible. */
export function programs(): PeerPaths {
  found ??= ensurePeers();
  return found;
}

/** The path of a program, or an error that says why it is not here. */
export function need(name: PeerName): string {
  const path = programs().paths[name];
  if (path !== undefined) return path;
  throw new Error(programs().missing.find((lost) => lost.name === name)?.reason ?? `${name} is missing`);
}
