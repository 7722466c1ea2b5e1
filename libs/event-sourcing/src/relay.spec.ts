import { describe, expect, it } from '@jest/globals';
import { offset, partition, type Partition, type StreamName } from './brand.js';
import type { Commit, LogEntry } from './event.js';
import type { LogRecord } from './event-log.js';
import { StoreBehindLog, reconcile, recordsOf, relayPartition, type RelayBounds } from './relay.js';
import { places, totals } from './testing/counter.js';
import { CounterService } from './testing/counter-service.js';
import { newStreamIn } from './testing/test-commits.js';
import { LogTrimmed } from './event-log.js';

const P0 = partition(0);
const BATCH: RelayBounds = { commits: 3, characters: 1e9 };

const streamsIn0 = (count: number): readonly StreamName[] => Array.from({ length: count }, () => newStreamIn(P0)).sort();

const published = (service: CounterService): Promise<readonly LogEntry[]> =>
  service.log.read(P0, offset(-1), { entries: 10_000, characters: 1e9 });
const told = (entries: readonly LogEntry[], stream: StreamName): readonly number[] =>
  entries.filter((entry) => entry.stream === stream).map((entry) => entry.revision);

/** That the log holds what the store does, at least once, and that projecting it is as if it held it once. */
async function expectHarmless(service: CounterService, streams: readonly StreamName[], events = 3): Promise<void> {
  const entries = await published(service);
  for (const stream of streams) {
    const [newest] = await service.store.newest([stream]);
    const revisions = told(entries, stream);
    // Invariant 1: its first appearance in order.
    const first = revisions.filter((at, index) => revisions.indexOf(at) === index);
    expect(first).toEqual(Array.from({ length: newest?.revision ?? 0 }, (_, index) => index + 1));
  }
  await service.catchUp(await service.runnerReady());
  for (const stream of streams) {
    const [newest] = await service.store.newest([stream]);
    expect(service.projections.served(totals.name).row(stream)?.revision).toBe(newest?.revision);
  }
  expect(service.digest(totals)).toEqual(await service.replayed(totals));
  expect(service.projections.served(places.name).history()).toHaveLength(streams.length * events);
}

async function first({ store }: CounterService): Promise<Commit> {
  const [commit] = await store.pending(P0, undefined, 1);
  if (commit === undefined) throw new Error('Nothing is pending.');
  return commit;
}

describe('A relay', () => {
  const filled = async (): Promise<{ service: CounterService; streams: readonly StreamName[] }> => {
    const service = await CounterService.start();
    const streams = streamsIn0(4);
    for (const stream of streams) await service.add(stream, 1);
    for (const stream of streams) await service.add(stream, 2, 3);
    return { service, streams };
  };

  it('publishes what is pending, once, in the order of each stream (invariants 2 and 3)', async () => {
    const { service, streams } = await filled();
    expect(await relayPartition(service.store, service.log, P0, BATCH)).toBe(8);
    expect(await relayPartition(service.store, service.log, P0, BATCH)).toBe(0);
    const entries = await published(service);
    expect(entries).toHaveLength(12);
    for (const stream of streams) expect(told(entries, stream)).toEqual([1, 2, 3]);
    expect(await service.store.pending(P0, undefined, 10)).toEqual([]);
  });

  it('leaves pending what it could not publish, and publishes it next time', async () => {
    const { service, streams } = await filled();
    service.log.faults.refuse('publish');
    await expect(relayPartition(service.store, service.log, P0, BATCH)).rejects.toThrow('told to refuse');
    expect(await published(service)).toEqual([]);
    expect(await relayPartition(service.store, service.log, P0, BATCH)).toBe(8);
    await expectHarmless(service, streams);
  });

  it('repeats what it does not know to be published: harmless', async () => {
    const { service, streams } = await filled();
    service.log.faults.loseAnswer('publish');
    await expect(relayPartition(service.store, service.log, P0, BATCH)).rejects.toThrow('was lost');
    expect(await relayPartition(service.store, service.log, P0, BATCH)).toBe(8);
    expect((await published(service)).length).toBeGreaterThan(12);
    await expectHarmless(service, streams);
  });

  it('repeats what it could not note as published: harmless', async () => {
    const { service, streams } = await filled();
    service.store.faults.refuse('published');
    await expect(relayPartition(service.store, service.log, P0, BATCH)).rejects.toThrow('told to refuse');
    await relayPartition(service.store, service.log, P0, BATCH);
    await expectHarmless(service, streams);
  });

  it('bears a log that takes what it is sent twice', async () => {
    const { service, streams } = await filled();
    service.log.faults.repeat('publish');
    await relayPartition(service.store, service.log, P0, BATCH);
    await expectHarmless(service, streams);
  });

  it('that was paused past its lease can only repeat (a zombie)', async () => {
    const { service, streams } = await filled();
    const paused = service.log.faults.pause('publish');
    const zombie = relayPartition(service.store, service.log, P0, BATCH);
    await paused.reached;
    await relayPartition(service.store, service.log, P0, BATCH);
    const complete = await published(service);
    paused.resume();
    await zombie;
    expect((await published(service)).slice(0, complete.length)).toEqual(complete);
    await expectHarmless(service, streams);
  });

  describe('that takes a partition over', () => {
    const LIMIT = { entries: 5, characters: 1e9 };
    const lease = async ({ store }: CounterService) => {
      const taken = await store.lease(P0, 'next', 1000);
      if (taken === undefined) throw new Error('The partition is free.');
      return taken;
    };

    it('finds in the log what was published and could not be noted, and does not repeat it', async () => {
      const { service, streams } = await filled();
      service.store.faults.refuse('published');
      await expect(relayPartition(service.store, service.log, P0, BATCH)).rejects.toThrow('told to refuse');
      await reconcile(service.store, service.log, await lease(service), LIMIT);
      expect(await relayPartition(service.store, service.log, P0, BATCH)).toBe(5);
      expect(await published(service)).toHaveLength(12);
      await expectHarmless(service, streams);
      expect(await lease(service)).toMatchObject({ published: 11 });
    });

    it('leaves pending a commit of which the log has a part', async () => {
      const { service, streams } = await filled();
      const pending = await service.store.pending(P0, undefined, 10);
      const two = pending.find((commit) => commit.events.length === 2);
      if (two === undefined) throw new Error('There is a commit of two events.');
      for (const commit of pending)
        if (commit.stream === two.stream && commit.base < two.base) await service.log.publish(P0, recordsOf(commit));
      await service.log.publish(P0, recordsOf(two).slice(0, 1));
      await reconcile(service.store, service.log, await lease(service), LIMIT);
      expect(await service.store.pending(P0, undefined, 10)).toContainEqual(two);
      await relayPartition(service.store, service.log, P0, BATCH);
      await expectHarmless(service, streams);
    });

    it('stops where the log ends before what was noted: it was lost, or made anew', async () => {
      const { service } = await filled();
      const before = service.log.snapshot();
      await relayPartition(service.store, service.log, P0, BATCH);
      service.log.restore(before);
      await expect(reconcile(service.store, service.log, await lease(service), LIMIT)).rejects.toThrow(LogTrimmed);
    });

    it('stops where the log has an event that the store lacks: an older store was restored', async () => {
      const { service, streams } = await filled();
      const [first] = streams;
      if (first === undefined) throw new Error('There is no stream.');
      await relayPartition(service.store, service.log, P0, BATCH);
      const before = service.store.snapshot();
      await service.add(first, 9);
      await relayPartition(service.store, service.log, P0, BATCH);
      await reconcile(service.store, service.log, await lease(service), LIMIT);
      service.store.restore(before);
      await expect(reconcile(service.store, service.log, await lease(service), LIMIT)).rejects.toThrow(StoreBehindLog);
      // Another event at its revision, by now, is not the one that the log has.
      await service.add(first, 8);
      await expect(reconcile(service.store, service.log, await lease(service), LIMIT)).rejects.toThrow('which the event store lacks');
    });
  });

  it('sends together what the bounds allow, and what is larger alone', async () => {
    const { service, streams } = await filled();
    const sizes: number[] = [];
    const log = {
      publish: (of: Partition, records: readonly LogRecord[]) => {
        sizes.push(records.length);
        return service.log.publish(of, records);
      },
    };
    const size = recordsOf(await first(service)).reduce((sum, { event }) => sum + event.head.length, 0);
    await relayPartition(service.store, log, P0, { commits: 100, characters: 3.5 * size });
    expect(sizes).toEqual([3, 3, 3, 3]);
    for (const stream of streams) await service.add(stream, 4);
    sizes.length = 0;
    await relayPartition(service.store, log, P0, { commits: 100, characters: 1 });
    expect(sizes).toEqual([1, 1, 1, 1]);
    await expectHarmless(service, streams, 4);
  });

  it('publishes no more once it may not, and leaves the rest pending', async () => {
    const { service, streams } = await filled();
    let left = 2;
    expect(await relayPartition(service.store, service.log, P0, BATCH, () => (left -= 1) >= 0)).toBe(6);
    expect(await service.store.pending(P0, undefined, 10)).toHaveLength(2);
    await relayPartition(service.store, service.log, P0, BATCH);
    await expectHarmless(service, streams);
  });

  it('finds in its next round what was appended behind it', async () => {
    const { service, streams } = await filled();
    const [first] = streams;
    if (first === undefined) throw new Error('There is no stream.');
    const paused = service.log.faults.pause('publish');
    const round = relayPartition(service.store, service.log, P0, BATCH);
    await paused.reached;
    await service.add(first, 5);
    paused.resume();
    await round;
    const rounds = [
      await relayPartition(service.store, service.log, P0, BATCH),
      await relayPartition(service.store, service.log, P0, BATCH),
    ];
    expect(told(await published(service), first)).toEqual([1, 2, 3, 4]);
    expect(rounds.at(-1)).toBe(0);
  });
});
