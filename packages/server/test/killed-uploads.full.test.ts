import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DiskFiles } from '@duoport/server';
import { type ChildServer, serveInChild } from './child-server.ts';
import { temporaryDirectory } from './files-support.ts';
import type { Owner, RawClient } from './raw-client.ts';
import { noise } from './serving.ts';

// `duoport serve` is killed at random points of several uploads at once, and what is on the disk is compared with what was
// promised. The next server runs already when one is killed: two processes on one folder, as with workers.

const seed = Number(process.env['DUOPORT_KILL_SEED'] ?? 1);
const sessions = 4;
/** Names of files that are new in each round; the others are written over. */
const fresh = 'new-';
const content = noise(4_000_000);

interface Lane {
  readonly mode: 'direct' | 'atomic';
  readonly durability: 'none' | 'fsync';
  readonly workers: number;
  readonly kills: number;
}

const lanes: readonly Lane[] = [
  { mode: 'direct', durability: 'none', workers: 1, kills: 40 },
  { mode: 'direct', durability: 'fsync', workers: 1, kills: 40 },
  { mode: 'atomic', durability: 'none', workers: 1, kills: 60 },
  { mode: 'atomic', durability: 'fsync', workers: 1, kills: 52 },
  { mode: 'atomic', durability: 'none', workers: 2, kills: 8 },
];

test('attack: kill -9 at 200 random points of uploads', { concurrency: 2 }, async (t) => {
  assert.equal(
    lanes.reduce((sum, { kills }) => sum + kills, 0),
    200,
  );
  await Promise.all(
    lanes.map((lane) => {
      const { mode, durability, workers, kills } = lane;
      const name = `${kills} times ${mode}, ${durability}${workers > 1 ? `, ${workers} workers` : ''}`;
      return t.test(name, async (part) => {
        const counts = await new Killing(part, lane).run();
        part.diagnostic(`${name}: ${JSON.stringify(counts)}`);
        const { whole, brokenOff, resumed } = counts;
        // With few kills none may have come at the right moment.
        assert.ok(whole > 0 && brokenOff > 0 && (resumed > 0 || kills < 20), 'all must have happened');
      });
    }),
  );
});

/** One file as the client knows it. */
interface Known {
  /** What was answered 226 last. */
  acked: Buffer | undefined;
  /** What was being stored when the server died. */
  inFlight: Buffer | undefined;
}

class Killing {
  readonly #t: TestContext;
  readonly #lane: Lane;
  readonly #folder: string;
  readonly #random: () => number;
  readonly #known = new Map<string, Known>();
  readonly #counts = { whole: 0, brokenOff: 0, resumed: 0, left: 0 };

  constructor(t: TestContext, lane: Lane) {
    this.#t = t;
    this.#lane = lane;
    this.#folder = temporaryDirectory(t);
    this.#random = randoms(seed + lane.kills);
  }

  async run() {
    let server = await this.#serve();
    for (let kill = 0; kill < this.#lane.kills; kill++) {
      const next = this.#serve();
      await this.#round(server);
      this.#checkDisk();
      server = await next;
      await this.#resume(server);
      this.#checkDisk();
      this.#forget();
    }
    await server.kill();
    await this.#sweep();
    return this.#counts;
  }

  #serve(): Promise<ChildServer> {
    const { mode, durability, workers } = this.#lane;
    return serveInChild(this.#t, this.#folder, {
      env: { DUOPORT_UPLOADS_MODE: mode, DUOPORT_UPLOADS_DURABILITY: durability },
      flags: workers > 1 ? ['--workers', String(workers)] : [],
    });
  }

  /** Uploads from several sessions until the server is killed, at a random one of all their steps. */
  async #round(server: ChildServer): Promise<void> {
    const scene = new Scene();
    let left = 1 + Math.floor(this.#random() * 600);
    let killed: Promise<void> | undefined;
    const step = () => {
      left--;
      if (left === 0) killed = server.kill();
    };
    const run = async (session: number) => {
      const client = await server.login(scene);
      for (let count = 0; ; count++) {
        const name = count % 2 === 0 ? `${fresh}${session}-${count}` : `over-${session}`;
        await this.#upload(client, name, step);
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: sessions }, (_, session) => run(session)));
    assert.ok(killed, `it ended by itself: ${ended.map((one) => one.status === 'rejected' && one.reason)}`);
    await killed;
    scene.clean();
  }

  async #upload(client: RawClient, name: string, step: () => void): Promise<void> {
    const bytes = this.#some();
    const known = this.#known.get(name) ?? { acked: undefined, inFlight: undefined };
    this.#known.set(name, known);
    known.inFlight = bytes;
    const data = await client.open(`STOR ${name}`);
    step();
    const closed = new Promise<void>((resolve) => data.once('close', resolve));
    for (let at = 0; at < bytes.length && !data.destroyed; at += 16_384) {
      const written = new Promise<void>((resolve) => {
        data.write(bytes.subarray(at, at + 16_384), () => resolve());
      });
      await Promise.race([written, closed]);
      step();
    }
    data.end();
    step();
    await client.expectReply(226);
    known.acked = bytes;
    known.inFlight = undefined;
    this.#counts.whole++;
    step();
  }

  #some(): Buffer {
    // Small ones are over in a moment; of the others more is on the way than the kernel holds.
    const size = Math.floor(this.#random() * (this.#random() < 0.5 ? 20_000 : content.length));
    const from = Math.floor(this.#random() * (content.length - size));
    return content.subarray(from, from + size);
  }

  /** Nothing that was answered 226 is missing or wrong, and in `atomic` there is no half file. */
  #checkDisk(): void {
    for (const [name, known] of this.#known) {
      const there = this.#read(name);
      const { acked, inFlight } = known;
      const isAcked = acked === undefined ? there === undefined : there?.equals(acked) === true;
      if (isAcked) continue;
      assert.ok(inFlight !== undefined, `${name} was answered 226, and is ${there?.length ?? 'not there'}`);
      if (this.#lane.mode === 'atomic') assert.ok(there?.equals(inFlight), `${name} is neither old nor new`);
      else assert.ok(there !== undefined && isPrefix(there, inFlight), `${name} is not what was sent`);
      if (there?.equals(inFlight)) {
        // It was whole; only the 226 did not come through any more.
        known.acked = inFlight;
        known.inFlight = undefined;
      }
    }
  }

  /** What broke off goes on as a client does it: by what SIZE says. */
  async #resume(server: ChildServer): Promise<void> {
    const scene = new Scene();
    const client = await server.login(scene);
    for (const [name, known] of this.#known) {
      const { inFlight } = known;
      if (inFlight === undefined) continue;
      this.#counts.brokenOff++;
      const there = this.#read(name);
      // A file that is there as it was before cannot be told from one that broke off early: then it is stored anew.
      const isOld = there !== undefined && known.acked !== undefined && there.equals(known.acked);
      const size = isOld ? undefined : await client.ask(`SIZE ${name}`);
      const offset = size?.code === 213 ? Number(size.lines[0]) : 0;
      if (offset > 0) this.#counts.resumed++;
      assert.ok(offset <= inFlight.length);
      if (offset > 0 && this.#random() < 0.5) await client.store(`APPE ${name}`, inFlight.subarray(offset));
      else {
        if (offset > 0) await client.expect(350, `REST ${offset}`);
        await client.store(`STOR ${name}`, inFlight.subarray(offset));
      }
      known.acked = inFlight;
      known.inFlight = undefined;
    }
    scene.clean();
  }

  /** Each round has new names, too. */
  #forget(): void {
    for (const name of this.#known.keys()) {
      if (!name.startsWith(fresh)) continue;
      rmSync(join(this.#folder, name), { force: true });
      this.#known.delete(name);
    }
  }

  /** Of what died nothing is listed, and a sweep leaves the files alone. */
  async #sweep(): Promise<void> {
    const names = [...this.#known.keys()].filter((name) => this.#known.get(name)?.acked !== undefined).sort();
    const files = new DiskFiles(this.#folder, {
      now: () => Date.now() + 3_600_000,
      uploads: { staleAfter: 60_000 },
    });
    this.#counts.left = readdirSync(this.#folder).length - names.length;
    if (this.#lane.mode === 'direct') assert.equal(this.#counts.left, 0);
    assert.equal((await files.sweep()).removed, this.#counts.left);
    assert.deepEqual(readdirSync(this.#folder).sort(), names);
    files.close();
    this.#checkDisk();
  }

  #read(name: string): Buffer | undefined {
    const path = join(this.#folder, name);
    return existsSync(path) ? readFileSync(path) : undefined;
  }
}

/** What one round has opened. */
class Scene implements Owner {
  readonly #cleaning: (() => void)[] = [];

  after(clean: () => void): void {
    this.#cleaning.push(clean);
  }

  clean(): void {
    for (const clean of this.#cleaning) clean();
  }
}

function isPrefix(part: Buffer, whole: Buffer): boolean {
  return part.length <= whole.length && part.equals(whole.subarray(0, part.length));
}

/** mulberry32: the same numbers for the same seed. */
function randoms(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
