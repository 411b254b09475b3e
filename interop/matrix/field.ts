import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer, ServerKind } from '../peers/peer.ts';
import { makeSamples, type Sample } from '../support/random-files.ts';
import { openFolder } from '../support/served-folder.ts';
import type { Family } from '../support/way.ts';
import { Workspace } from '../support/workspace.ts';

/** A running server whose folder `down` holds the samples. */
export interface Ground {
  readonly peer: Peer;
  readonly samples: readonly Sample[];
}

/** Servers that are started when the first cell needs them, the samples, and scratch folders. */
export class Field {
  readonly #workspace = new Workspace('interop');
  readonly #samples: readonly Sample[];
  readonly #grounds = new Map<string, Promise<Ground>>();
  readonly #turns = new Map<ServerKind, Promise<undefined>>();
  #scratches = 0;

  /** `sizes`: what the samples are, when not the usual ones. */
  constructor(sizes?: readonly { readonly name: string; readonly size: number }[]) {
    this.#samples = makeSamples(this.#workspace.folder('samples'), sizes);
  }

  ground(kind: ServerKind, family: Family): Promise<Ground> {
    const key = `${kind.name} ${family}`;
    const known = this.#grounds.get(key);
    if (known !== undefined) return known;
    const started = this.#start(kind, family);
    this.#grounds.set(key, started);
    return started;
  }

  /** Runs `act` when the attempts before it are done, if the server cannot serve two at a time. */
  async inTurn<T>(kind: ServerKind, act: () => Promise<T>): Promise<T> {
    if (kind.oneAtATime === undefined) return act();
    const turn = (this.#turns.get(kind) ?? Promise.resolve(undefined)).then(act);
    this.#turns.set(
      kind,
      turn.then(
        () => undefined,
        () => undefined,
      ),
    );
    return turn;
  }

  /** Runs `act` with a folder of its own, which is gone afterwards. */
  async scratch<T>(act: (folder: string) => Promise<T>): Promise<T> {
    const folder = this.#workspace.folder(`scratch-${this.#scratches++}`);
    try {
      return await act(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Stops every server. */
  async close(): Promise<void> {
    const grounds = await Promise.allSettled(this.#grounds.values());
    await Promise.all(
      grounds.map((ground) => (ground.status === 'fulfilled' ? ground.value.peer.stop() : undefined)),
    );
    this.#workspace.remove();
  }

  async #start(kind: ServerKind, family: Family): Promise<Ground> {
    const peer = await kind.start({ family });
    const down = openFolder(peer.root, 'down');
    for (const { name, path } of this.#samples) copyFileSync(path, join(down, name));
    return { peer, samples: this.#samples };
  }
}
