import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  StoreOverloaded,
  handleCommand,
  offset,
  partition,
  revision,
  type EventStore,
  type LogEntry,
  type Partition,
  type StreamName,
} from '@headwater/event-sourcing';
import {
  CounterService,
  causeAt,
  counterCodec,
  counterKind,
  newStream,
  newStreamIn,
  places,
  totals,
} from '@headwater/event-sourcing/testing';
import { eventually } from '../testing/eventually.js';
import { AnnouncingEventStore } from './announcing-event-store.js';
import { OutboxRelay } from './outbox-relay.js';
import type { RelayOptions } from './relay-options.js';

const LEASE_MS = 90;
const relays: OutboxRelay[] = [];

afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.close()));
});

function relayOf(service: CounterService, holder = 'one', changed: Partial<RelayOptions> = {}): OutboxRelay {
  const { store, log } = service;
  const relay = new OutboxRelay({
    store,
    log,
    partitions: async () => store.partitions,
    holder,
    leaseMs: LEASE_MS,
    pollMs: 10,
    bounds: { commits: 3, characters: 1e6 },
    outboxMax: 100,
    ...changed,
  });
  relays.push(relay);
  return relay;
}

async function entriesOf({ log, store }: CounterService): Promise<readonly LogEntry[]> {
  const pages = await Promise.all(store.partitions.map((of) => log.read(of, offset(-1), { entries: 1e6, characters: 1e9 })));
  return pages.flat();
}

async function written(service: CounterService, streams = 12, commits = 3): Promise<readonly StreamName[]> {
  const { partitions } = service.store;
  const names = Array.from({ length: streams }, (_, index) => newStreamIn(partition(index % partitions.length), partitions.length));
  for (let count = 1; count <= commits; count += 1) for (const stream of names) await service.add(stream, count);
  return names;
}

const add = (store: EventStore, stream: StreamName, by: number): Promise<unknown> =>
  handleCommand({ store, codec: counterCodec, kind: counterKind, stream, command: { type: 'Add', by: [by] }, cause: causeAt(0) });

const drained = (service: CounterService) => eventually('nothing is pending', async () => (await service.store.size(1)) === 0);

/** Every stream's first appearances are in the log in order, and projecting the log is as if each event was there once. */
async function expectComplete(service: CounterService, streams: readonly StreamName[]): Promise<void> {
  const entries = await entriesOf(service);
  for (const stream of streams) {
    const [newest] = await service.store.newest([stream]);
    const revisions = [...new Set(entries.filter((entry) => entry.stream === stream).map((entry) => entry.revision))];
    expect(revisions).toEqual(Array.from({ length: newest?.revision ?? 0 }, (_, index) => index + 1));
  }
  await service.catchUp(await service.runnerReady());
  for (const projection of [totals, places]) expect(service.digest(projection)).toEqual(await service.replayed(projection));
}

/** Lets the store's clock run as fast as ours. */
function clockOf({ store }: CounterService): () => void {
  const timer = setInterval(() => store.elapse(5), 5);
  return () => clearInterval(timer);
}

/** Lets a relay stop renewing its leases, as a process does that sleeps, until it wakes. */
function sleeping({ store }: CounterService): { partitions(): Promise<readonly Partition[]>; begin(): void; end(): void } {
  const woken = Promise.withResolvers<undefined>();
  let asleep = false;
  return {
    async partitions() {
      if (asleep) await woken.promise;
      return store.partitions;
    },
    begin: () => (asleep = true),
    end: () => woken.resolve(undefined),
  };
}

describe('The relay of a process', () => {
  it('publishes what it finds pending, and what is appended later', async () => {
    const service = await CounterService.start();
    const before = await written(service);
    relayOf(service).begin();
    await drained(service);
    const after = await written(service);
    await drained(service);
    expect(await entriesOf(service)).toHaveLength(72);
    await expectComplete(service, [...before, ...after]);
  });

  it('is woken by an append, without looking', async () => {
    const service = await CounterService.start();
    const relay = relayOf(service, 'one', { pollMs: 60_000 });
    relay.begin();
    await eventually('it holds all', () => relay.state().held === 3);
    const store = new AnnouncingEventStore(service.store, relay);
    const stream = newStream();
    await service.add(stream, 1);
    const [commit] = await service.store.read(stream, revision(1), revision(1));
    if (commit === undefined) throw new Error('It was appended.');
    // A conflict: looked at all the same.
    expect(await store.append([commit])).toEqual([{ status: 'conflict' }]);
    await drained(service);
    await expectComplete(service, [stream]);
  });

  it('publishes new streams of its own process without a search, everything else after one, and nothing twice', async () => {
    const service = await CounterService.start();
    const relay = relayOf(service, 'one', { pollMs: 60_000, bounds: { commits: 100, characters: 1e6 } });
    const before = await written(service, 3, 1);
    relay.begin();
    await eventually('it holds all', () => relay.state().held === 3);
    await drained(service);
    await service.add(newStream(), 1);
    const store = new AnnouncingEventStore(service.store, relay);
    const streams = Array.from({ length: 30 }, newStream);
    service.store.faults.refuse('pending');
    await Promise.all(streams.map((stream) => add(store, stream, 1)));
    // The one that nobody told of is found by no search: there was none.
    await eventually('they are there', async () => (await service.store.size(100)) === 1);
    expect([(await entriesOf(service)).length, relay.state().failing]).toEqual([33, undefined]);
    service.store.faults.clear();
    for (let round = 0; round < 5; round += 1) {
      const fresh = Array.from({ length: 10 }, newStream);
      streams.push(...fresh);
      await Promise.all([...fresh, ...streams.slice(0, 10)].map((stream) => add(store, stream, round)));
    }
    await eventually('it was told of all, or searched', async () => (await service.store.size(100)) <= 1);
    relay.announce(service.store.partitions);
    await drained(service);
    expect(await entriesOf(service)).toHaveLength(3 + 1 + 30 + 5 * 20);
    await expectComplete(service, [...before, ...streams]);
  });

  it('forgets what it has appended where its lease was lost: another one has published it', async () => {
    const service = await CounterService.start();
    const asleep = sleeping(service);
    const relay = relayOf(service, 'one', { pollMs: 60_000, partitions: asleep.partitions });
    relay.begin();
    await eventually('it holds all', () => relay.state().held === 3);
    const store = new AnnouncingEventStore(service.store, relay);
    const [first, second] = [newStreamIn(partition(0), 3), newStreamIn(partition(0), 3)];
    const paused = service.log.faults.pause('publish');
    await add(store, first, 1);
    await paused.reached;
    await add(store, second, 1);
    asleep.begin();
    service.store.elapse(10 * LEASE_MS);
    await eventually('its leases have ended', () => relay.state().held === 0);
    const heir = relayOf(service, 'heir');
    heir.begin();
    await drained(service);
    paused.resume();
    await heir.close();
    asleep.end();
    await eventually('it holds all again', () => relay.state().held === 3);
    await add(store, second, 2);
    await drained(service);
    expect((await entriesOf(service)).filter((entry) => entry.stream === second).map((entry) => entry.revision)).toEqual([1, 2]);
    await expectComplete(service, [first, second]);
  });

  it('searches for what it could not publish', async () => {
    const service = await CounterService.start();
    const relay = relayOf(service, 'one', { pollMs: 60_000 });
    relay.begin();
    await eventually('it holds all', () => relay.state().held === 3);
    const store = new AnnouncingEventStore(service.store, relay);
    for (let times = 0; times < 3; times += 1) service.log.faults.refuse('publish');
    const streams = Array.from({ length: 20 }, newStream);
    await Promise.all(streams.map((stream) => add(store, stream, 1)));
    await drained(service);
    expect(await entriesOf(service)).toHaveLength(20);
    await expectComplete(service, streams);
  });

  it('takes no more appends than the outbox may hold, until there is room again', async () => {
    const service = await CounterService.start();
    const streams = await written(service, 4, 2);
    const relay = relayOf(service, 'one', { outboxMax: 5 });
    const store = new AnnouncingEventStore(service.store, relay);
    const [first] = streams;
    if (first === undefined) throw new Error('There is a stream.');
    const [commit] = await service.store.read(first, revision(1), revision(1));
    if (commit === undefined) throw new Error('It was appended.');
    for (let times = 0; times < 1000; times += 1) service.log.faults.refuse('publish');
    relay.begin();
    await eventually('the outbox is full', () => relay.full);
    expect(relay.state()).toMatchObject({ outbox: 5 });
    await expect(store.append([commit])).rejects.toThrow(StoreOverloaded);
    await expect(store.appendTogether([commit])).rejects.toThrow(StoreOverloaded);
    await eventually('it says that it fails', () => relay.state().failing !== undefined);
    expect(relay.state().oldestMs).toBeGreaterThan(0);
    service.log.faults.clear();
    await drained(service);
    await eventually('there is room', () => !relay.full);
    expect(await store.append([commit])).toEqual([{ status: 'conflict' }]);
    await eventually('it fails no more', () => relay.state().failing === undefined && relay.state().oldestMs === 0);
    await expectComplete(service, streams);
  });

  it('shares the partitions evenly with others, and takes those of one that leaves', async () => {
    const service = await CounterService.start();
    const endClock = clockOf(service);
    try {
      const [one, two, three] = [relayOf(service, 'one'), relayOf(service, 'two'), relayOf(service, 'three')];
      one.begin();
      await eventually('one has all', () => one.state().held === 3);
      two.begin();
      await eventually('two of them share', () => one.state().held <= 2 && one.state().held + two.state().held === 3);
      three.begin();
      await eventually('all of them share', () => [one, two, three].every((relay) => relay.state().held === 1));
      const streams = await written(service);
      await drained(service);
      await two.close();
      await three.close();
      await eventually('one has all again', () => one.state().held === 3);
      await expectComplete(service, streams);
    } finally {
      endClock();
    }
  });

  it('takes the partitions of one that died in the middle of a send, once its leases have expired', async () => {
    const service = await CounterService.start();
    const streams = await written(service);
    const paused = service.log.faults.pause('publish');
    const asleep = sleeping(service);
    relayOf(service, 'dead', { partitions: asleep.partitions }).begin();
    await paused.reached;
    asleep.begin();
    const heir = relayOf(service, 'heir');
    heir.begin();
    await sleep(50);
    expect(heir.state().held).toBe(0);
    const endClock = clockOf(service);
    try {
      await eventually('the heir has all', () => heir.state().held === 3);
      await drained(service);
    } finally {
      endClock();
      paused.resume();
      asleep.end();
    }
    await expectComplete(service, streams);
  });

  it('that slept past its leases can only repeat (a zombie)', async () => {
    const service = await CounterService.start();
    const streams = await written(service);
    const paused = [service.log.faults.pause('publish'), service.log.faults.pause('publish'), service.log.faults.pause('publish')];
    const asleep = sleeping(service);
    relayOf(service, 'zombie', { partitions: asleep.partitions }).begin();
    await Promise.all(paused.map(({ reached }) => reached));
    asleep.begin();
    service.store.elapse(10 * LEASE_MS);
    const heir = relayOf(service, 'heir', { leaseMs: 60_000 });
    heir.begin();
    await drained(service);
    const complete = await entriesOf(service);
    asleep.end();
    for (const pause of paused) pause.resume();
    await eventually('what the zombie sent is there', async () => (await entriesOf(service)).length > complete.length);
    await expectComplete(service, streams);
  });

  it('looks what the log has before it publishes where another one did', async () => {
    const service = await CounterService.start();
    const streams = await written(service);
    for (const _ of service.store.partitions) service.store.faults.refuse('published');
    const first = relayOf(service, 'first', { bounds: { commits: 1000, characters: 1e9 } });
    first.begin();
    await eventually('the log has all', async () => (await entriesOf(service)).length === 36);
    await first.close();
    relayOf(service, 'second').begin();
    await drained(service);
    await expectComplete(service, streams);
  });

  it('stops a partition for good where an older store was restored, and only that one', async () => {
    const service = await CounterService.start();
    const older = service.store.snapshot();
    const stream = newStream();
    await service.add(stream, 1);
    await service.relay();
    const [lost] = await service.store.newest([stream]);
    service.store.restore(older);
    const relay = relayOf(service);
    relay.begin();
    await eventually('it has stopped', () => relay.state().stopped.size === 1);
    expect([...relay.state().stopped]).toEqual([[lost?.partition, expect.stringContaining('an older state of the store was restored')]]);
    await eventually('it holds the others', () => relay.state().held === 2);
    const streams = await written(service);
    const elsewhere = (of: Partition | undefined) => of !== lost?.partition;
    const { store } = service;
    await eventually('the others are published', async () => (await store.waiting()).every((of) => !elsewhere(of)));
    expect(await store.waiting()).toEqual([lost?.partition]);
    expect(streams).toHaveLength(12);
    // Not even another one publishes there.
    const other = relayOf(service, 'other');
    other.begin();
    await eventually('the other has stopped too', () => other.state().stopped.size === 1);
  });

  it('goes on when the store or the log was out of reach', async () => {
    const service = await CounterService.start();
    const relay = relayOf(service);
    relay.begin();
    await eventually('it holds all', () => relay.state().held === 3);
    for (let times = 0; times < 2; times += 1) {
      for (const operation of ['lease', 'pending', 'published', 'waiting'] as const) service.store.faults.refuse(operation);
      service.log.faults.refuse('publish');
      service.log.faults.loseAnswer('publish');
      await written(service, 3, 1);
    }
    await drained(service);
    await expectComplete(service, []);
  });

  it('relays partitions that were added', async () => {
    const service = await CounterService.start();
    const known: { now: readonly Partition[] } = { now: [partition(0)] };
    const relay = relayOf(service, 'one', { partitions: async () => known.now });
    relay.begin();
    const streams = await written(service);
    await eventually('it holds one', () => relay.state().held === 1);
    known.now = service.store.partitions;
    await drained(service);
    await expectComplete(service, streams);
  });
});
