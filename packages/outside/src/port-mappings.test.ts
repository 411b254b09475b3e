import assert from 'node:assert/strict';
import { mock, type TestContext, test } from 'node:test';
import { type MappingEvent, PortMappings } from './port-mappings.ts';
import type { Router } from './router.ts';

/** A router as its interface has it, which can be told to say no. */
class Box implements Router {
  readonly name = 'PCP';
  readonly open = new Set<number>();
  readonly asked: number[] = [];
  refuses: ((port: number) => boolean) | undefined;

  async externalAddress(): Promise<string> {
    return '203.0.113.7';
  }

  async map(port: number, lifetime: number): Promise<number> {
    this.asked.push(port);
    if (this.refuses?.(port)) throw new Error('it has no room for another port');
    this.open.add(port);
    return Math.min(lifetime, 600);
  }

  async unmap(port: number): Promise<void> {
    this.open.delete(port);
  }
}

function mappings(t: TestContext, box: Router) {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const events: MappingEvent[] = [];
  async function* find() {
    yield async () => box;
  }
  const ports = [21, 50_000, 50_001, 50_002, 50_003, 50_004];
  return {
    ports,
    events,
    kept: new PortMappings({ ports, lifetime: 3600, tell: (event) => events.push(event), find }),
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('opened, asked for again at half of what was given, closed at the end', async (t) => {
  const box = new Box();
  const { kept, events, ports } = mappings(t, box);
  await kept.start();
  assert.deepEqual(events, [{ kind: 'ports-opened', by: 'PCP', ports, address: '203.0.113.7' }]);
  assert.equal(await kept.externalAddress(), '203.0.113.7');
  mock.timers.tick(299_000);
  await settled();
  assert.equal(box.asked.length, 6);
  mock.timers.tick(1000);
  await settled();
  assert.equal(box.asked.length, 12);
  assert.equal(events.length, 1);
  await kept.close();
  assert.equal(box.open.size, 0);
  assert.equal(events.at(-1)?.kind, 'ports-closed');
});

test('all or none: where one cannot be had the others are given back, and it is tried again', async (t) => {
  const box = new Box();
  box.refuses = (port) => port === 50_003;
  const { kept, events } = mappings(t, box);
  await kept.start();
  assert.equal(box.open.size, 0);
  assert.deepEqual(events, [{ kind: 'ports-not-opened', because: 'PCP: it has no room for another port' }]);
  box.refuses = undefined;
  mock.timers.tick(30_000);
  await settled();
  await settled();
  assert.equal(box.open.size, 6);
  assert.equal(events.at(-1)?.kind, 'ports-opened');
  await kept.close();
});

test('a port that is somebody else’s is never closed', async (t) => {
  const box = new Box();
  box.open.add(50_003);
  box.refuses = (port) => port === 50_003;
  const { kept } = mappings(t, box);
  await kept.start();
  await kept.close();
  assert.deepEqual([...box.open], [50_003]);
});

test('whoever leaves them open for another process closes none', async (t) => {
  const box = new Box();
  const { kept } = mappings(t, box);
  await kept.start();
  kept.leave();
  await kept.close();
  assert.equal(box.open.size, 6);
  mock.timers.tick(3_600_000);
  await settled();
  assert.equal(box.asked.length, 6);
});
