import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGateway, type GatewayEvent } from '@duoport/gateway';
import type { Peer, PeerOptions, ServerKind } from '../peers/peer.ts';
import { makeCertificate } from '../support/certificate.ts';
import { makeSample, type Sample } from '../support/random-files.ts';
import { openFolder } from '../support/served-folder.ts';
import { type Family, loopback } from '../support/way.ts';
import { Workspace } from '../support/workspace.ts';
import type { Crossing } from './crossing.ts';

const mebibyte = 1 << 20;

/** More than all buffers on the way hold together: whoever breaks it off in the middle breaks off a transfer that runs. */
const long = { name: 'long.bin', size: 48 * mebibyte };

interface Back {
  readonly peer: Peer;
  readonly long: Sample;
}

/** The servers behind the gateways, each started once for each family, and a certificate for the gateways. */
export class Backs {
  readonly #workspace = new Workspace('gateway');
  readonly #certificate = makeCertificate(this.#workspace.folder('tls'));
  readonly #backs = new Map<string, Promise<Back>>();

  get certificate(): { readonly key: string; readonly certificate: string } {
    return this.#certificate;
  }

  /** A server of that kind, with the long file in its folder `down`. */
  of(kind: ServerKind, family: Family): Promise<Back> {
    const key = `${kind.name} ${family}`;
    const known = this.#backs.get(key);
    if (known !== undefined) return known;
    const started = this.#start(kind, family);
    this.#backs.set(key, started);
    return started;
  }

  async close(): Promise<void> {
    const backs = await Promise.allSettled(this.#backs.values());
    await Promise.all(
      backs.map((back) => (back.status === 'fulfilled' ? back.value.peer.stop() : undefined)),
    );
    this.#workspace.remove();
  }

  async #start(kind: ServerKind, family: Family): Promise<Back> {
    const peer = await kind.start({ family });
    const down = openFolder(peer.root, 'down');
    return { peer, long: makeSample(join(down, long.name), long) };
  }
}

/** A gateway of ours in front of a server, as one more kind of server: for one way of speaking to what is behind it. */
export function behindGateway(
  kind: ServerKind,
  { serverMode, tls, serverFamily }: Crossing,
  backs: Backs,
): ServerKind {
  const isSecure = tls === 'server' || tls === 'both';
  const { oneAtATime } = kind;
  return {
    name: `${kind.name} behind ${serverMode} IPv${serverFamily}${isSecure ? ' TLS' : ''}`,
    needs: kind.needs,
    ...(kind.needsRoot === undefined ? {} : { needsRoot: kind.needsRoot }),
    ...(oneAtATime === undefined ? {} : { oneAtATime }),
    unsupported: () =>
      kind.unsupported({ mode: serverMode, tls: isSecure ? '1.3' : 'none', family: serverFamily }),
    start: async ({ family }: PeerOptions) => {
      const { peer } = await backs.of(kind, serverFamily);
      const { key, certificate } = backs.certificate;
      const events: GatewayEvent[] = [];
      const gateway = createGateway({
        listen: [{ host: loopback(family), port: 0 }],
        to: [
          {
            host: peer.host,
            port: peer.port,
            mode: serverMode,
            tls: isSecure ? 'explicit' : 'none',
            tlsSettings: { ca: readFileSync(peer.certificate, 'utf8') },
          },
        ],
        client: { tls: { cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') } },
        log: (event) => {
          events.push(event);
          if (events.length > 50) events.shift();
        },
      });
      await gateway.start();
      return {
        host: loopback(family),
        port: gateway.listening[0]?.port ?? 0,
        user: peer.user,
        password: peer.password,
        root: peer.root,
        certificate,
        log: () => `${events.map((event) => JSON.stringify(event)).join('\n')}\n${peer.log()}`,
        stop: () => gateway.close({ grace: 0 }),
      };
    },
  };
}
