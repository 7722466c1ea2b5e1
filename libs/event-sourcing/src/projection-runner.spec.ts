import { describe, expect, it } from '@jest/globals';
import { epoch, offset, partition, projectionName, revision, type Partition, type StreamName } from './brand.js';
import { UnknownEvent } from './event.js';
import { LogTrimmed } from './event-log.js';
import { AnswerLost } from './in-memory/faults.js';
import { InMemoryEventLog } from './in-memory/in-memory-event-log.js';
import { partitionOf } from './partition.js';
import { Fork, Gap, type Projection } from './projection.js';
import { ProjectionNewer, ProjectionRunner } from './projection-runner.js';
import { added, counterCodec, counterEntry, places, totals, type CounterEvent, type CounterRow } from './testing/counter.js';
import { CounterService } from './testing/counter-service.js';
import { recordsOf } from './relay.js';
import { newStream } from './testing/test-commits.js';

const [P0, P1, P2] = [partition(0), partition(1), partition(2)];

/** A stream that a store of three partitions puts into partition 0. */
const streamIn0 = (kind?: string): StreamName => streamIn([P0], kind);

function streamIn(partitions: readonly Partition[], kind?: string): StreamName {
  for (;;) {
    const stream = newStream(kind);
    if (partitions.includes(partitionOf(stream, 3))) return stream;
  }
}

const lenient: Projection<unknown, CounterEvent> = {
  ...totals,
  project: (row, event) =>
    event.recorded.type === 'Jammed' ? (row ?? { total: 0, revisions: [] }) : totals.project(row as CounterRow, event),
};
const secondVersion: Projection<unknown, CounterEvent> = {
  ...totals,
  version: 2,
  project: (row, event) => ({ ...totals.project(row as CounterRow, event), version: 2 }),
};

async function filled(streams = 6, commits = 3): Promise<CounterService> {
  const service = await CounterService.start();
  // Partition 0 always has some to begin with, and so have the others.
  const names = Array.from({ length: streams }, (_, index) => (index % 2 === 0 ? streamIn0() : streamIn([P1, P2])));
  for (let count = 1; count <= commits; count += 1) for (const stream of names) await service.add(stream, count, count);
  await service.relay();
  return service;
}

describe('A projector', () => {
  it('drops first events of streams that come once more, beside others that are new', async () => {
    const service = await CounterService.start();
    const [repeated, fresh] = [streamIn0(), streamIn0()];
    await service.add(repeated, 1, 2);
    await service.add(repeated, 3);
    await service.relay();
    const runner = await service.runnerReady();
    await service.catchUp(runner);
    const [first] = await service.store.read(repeated, revision(1), revision(1));
    if (first === undefined) throw new Error('It was appended.');
    await service.log.publish(P0, recordsOf(first));
    await service.add(fresh, 5);
    await service.add(repeated, 4);
    await service.relay();
    await service.catchUp(runner);
    for (const projection of [totals, places]) expect(service.digest(projection)).toEqual(await service.replayed(projection));
    const { served } = await service.projections.versions(totals.name);
    const rows = await service.projections.load(totals.name, served?.version ?? 0, [repeated, fresh]);
    expect(rows.map((row) => (row?.value as CounterRow).total)).toEqual([10, 5]);
  });

  it('applies the log in steps, and says when it has caught up', async () => {
    const service = await filled();
    const runner = await service.runnerReady();
    let applied = 0;
    for (const of of service.store.partitions) {
      expect(await runner.lag(of)).toBe((await service.log.last(of)) + 1);
      for (let step = await runner.step(of); step > 0; step = await runner.step(of)) {
        expect(step).toBeLessThanOrEqual(4);
        applied += step;
      }
      expect(await runner.lag(of)).toBe(0);
    }
    expect(applied).toBe(36);
    expect(service.digest(totals)).toEqual(await service.replayed(totals));
    expect(service.digest(places)).toEqual(await service.replayed(places));
  });

  it('says where it stands, and reads again what it was told to forget', async () => {
    const service = await filled();
    const runner = await service.runnerReady();
    expect(await runner.position(P0)).toBe(-1);
    await runner.step(P0);
    expect(await runner.position(P0)).toBe(3);
    // Another one drives it on, which this one does not know.
    await service.catchUp(await service.runnerReady());
    expect(await runner.position(P0)).toBe(3);
    runner.forget(P0);
    expect(await runner.position(P0)).toBe(await service.log.last(P0));
  });

  it('finds the rebuild that another one has begun, and drives it too', async () => {
    const service = await filled();
    const [one, other] = [await service.runnerReady(), await service.runnerReady()];
    expect(await other.refresh()).toBe(false);
    await one.rebuild(totals.name);
    expect(other.building.size).toBe(0);
    expect(await other.refresh()).toBe(true);
    expect([...other.building]).toEqual([totals.name]);
    expect(await other.refresh()).toBe(false);
    for (let rounds = 0; rounds < 2; rounds += 1) await service.catchUp(other);
    expect(other.building.size).toBe(0);
    expect(await other.refresh()).toBe(false);
    expect(await one.refresh()).toBe(true);
    expect(service.digest(totals)).toEqual(await service.replayed(totals));
    const upgraded = await service.runnerReady([secondVersion]);
    for (let rounds = 0; rounds < 2; rounds += 1) await service.catchUp(upgraded);
    await expect(one.refresh()).rejects.toThrow(ProjectionNewer);
  });

  it('goes on where it was, after it was started again (invariant 1: every event once)', async () => {
    const service = await filled();
    for (let starts = 0; starts < 30; starts += 1) {
      const runner = await service.runnerReady();
      for (const of of service.store.partitions) await runner.step(of);
    }
    expect(service.digest(totals)).toEqual(await service.replayed(totals));
  });

  it('brings projections that stand at different places together, and drives them together from there', async () => {
    const service = await filled();
    await service.catchUp(await service.runnerReady([totals]));
    const both = await service.runnerReady([totals, places]);
    await service.catchUp(both);
    expect(service.digest(places)).toEqual(await service.replayed(places));
    for (const of of service.store.partitions) {
      expect(service.projections.served(places.name).watermark(of)).toBe(service.projections.served(totals.name).watermark(of));
    }
  });

  describe('that was paused while another went on (a zombie)', () => {
    it('changes nothing, and goes on from where the other one is (invariant 4)', async () => {
      const service = await filled();
      const [zombie, other] = [await service.runnerReady(), await service.runnerReady()];
      await zombie.step(P0);
      const paused = service.projections.faults.pause('commit');
      const late = zombie.step(P0);
      await paused.reached;
      await service.catchUp(other);
      const before = service.digest(totals);
      const stream = streamIn0();
      await service.add(stream, 1);
      await service.relay();
      paused.resume();
      // Its own batch is refused; what it answers for is what it applied afterwards.
      expect(await late).toBe(1);
      expect(service.projections.served(totals.name).row(stream)?.value).toEqual({ total: 1, revisions: [1] });
      expect(service.digest(totals)).not.toEqual(before);
      expect(service.digest(totals)).toEqual(await service.replayed(totals));
      expect(service.digest(places)).toEqual(await service.replayed(places));
    });

    it('or that races with it, step by step', async () => {
      const service = await filled(9, 5);
      const runners = [await service.runnerReady(), await service.runnerReady(), await service.runnerReady()];
      await Promise.all(runners.map((runner) => service.catchUp(runner)));
      expect(service.digest(totals)).toEqual(await service.replayed(totals));
      expect(service.digest(places)).toEqual(await service.replayed(places));
    });
  });

  it('applies a batch once whose answer was lost', async () => {
    const service = await filled();
    const runner = await service.runnerReady();
    service.projections.faults.loseAnswer('commit');
    await expect(runner.step(P0)).rejects.toThrow(AnswerLost);
    await service.catchUp(runner);
    expect(service.digest(totals)).toEqual(await service.replayed(totals));
  });

  it.each(['watermark', 'load', 'parked', 'commit'] as const)('tries again after the read model failed: %s', async (operation) => {
    const service = await filled();
    const runner = await service.runnerReady();
    service.projections.faults.refuse(operation);
    await expect(runner.step(P0)).rejects.toThrow('told to refuse');
    await service.catchUp(runner);
    expect(service.digest(totals)).toEqual(await service.replayed(totals));
  });

  it('tries again after the log failed', async () => {
    const service = await filled();
    const runner = await service.runnerReady();
    service.log.faults.refuse('read');
    await expect(runner.step(P0)).rejects.toThrow('told to refuse');
    await service.catchUp(runner);
    expect(service.digest(totals)).toEqual(await service.replayed(totals));
  });

  describe('stops, and moves nothing,', () => {
    const stopsAt = async (
      entries: readonly Parameters<InMemoryEventLog['publish']>[1][number][],
      error: new (...args: never[]) => Error,
    ): Promise<void> => {
      const service = await CounterService.start();
      const runner = await service.runnerReady();
      await service.log.publish(P0, entries);
      await expect(runner.step(P0)).rejects.toThrow(error);
      await expect(runner.step(P0)).rejects.toThrow(error);
      expect(service.projections.served(totals.name).watermark(P0)).toBe(-1);
      expect(service.projections.served(totals.name).rows()).toEqual([]);
    };
    const stream = streamIn0();
    const first = counterEntry(stream, 1, P0, 0);

    it('at a gap (invariant 3)', () => stopsAt([first, counterEntry(stream, 3, P0, 1)], Gap));
    it('at a fork', () => {
      const fork = counterEntry(stream, 1, P0, 1, added(99));
      return stopsAt([first, { ...fork, event: { ...fork.event, id: counterEntry(newStream(), 1, P0, 0).event.id } }], Fork);
    });
    it('at an event of a later release: it is upgraded first', () =>
      stopsAt([{ ...first, event: { id: first.event.id, head: '{"type":"Multiplied","data":{}}' } }], UnknownEvent));
    it('at the same, once what comes before it is applied', async () => {
      const service = await CounterService.start();
      const runner = await service.runnerReady();
      const later = { ...first, revision: revision(2), event: { id: first.event.id, head: '{"type":"Multiplied","data":{}}' } };
      await service.log.publish(P0, [first, later]);
      expect(await runner.step(P0)).toBe(1);
      await expect(runner.step(P0)).rejects.toThrow(UnknownEvent);
      expect(await runner.position(P0)).toBe(0);
    });
    it('where the log has lost what comes next', async () => {
      const service = await filled();
      const runner = await service.runnerReady();
      await runner.step(P0);
      const entries = service.log.snapshot().get(P0) ?? [];
      service.log.restore(new Map([[P0, entries.slice(6)]]));
      await expect(runner.step(P0)).rejects.toThrow(LogTrimmed);
    });
    it('where the log ends before what it has applied: what is appended next would be taken for applied', async () => {
      const service = await filled();
      const before = service.log.snapshot();
      const stream = streamIn0();
      await service.add(stream, 1);
      await service.relay();
      await service.catchUp(await service.runnerReady());
      service.log.restore(before);
      const runner = await service.runnerReady();
      await expect(runner.step(P0)).rejects.toThrow(LogTrimmed);
      await expect(runner.step(P0)).rejects.toThrow(LogTrimmed);
    });
  });
});

describe('A store that was restored to an older state', () => {
  it('writes what the log has already, differently: the projector stops at the fork, and serves nothing wrong in silence', async () => {
    const service = await CounterService.start();
    const stream = streamIn0();
    await service.add(stream, 1);
    const backup = service.store.snapshot();
    await service.add(stream, 2);
    await service.relay();
    const runner = await service.runnerReady();
    await service.catchUp(runner);
    service.store.restore(backup);
    await service.add(stream, 100);
    await service.relay();
    await expect(runner.step(P0)).rejects.toThrow(Fork);
    expect(service.projections.served(totals.name).row(stream)?.value).toEqual({ total: 3, revisions: [1, 2] });
  });
});

describe('A rebuild', () => {
  it('makes a copy beside the one that is served, which goes on being served and driven, and takes its place once it has caught up', async () => {
    const service = await filled(6, 3);
    const runner = await service.runnerReady();
    await service.catchUp(runner);
    await runner.rebuild(totals.name);
    expect([...runner.building]).toEqual([totals.name]);
    const stream = streamIn0();
    await service.add(stream, 5);
    await service.relay();
    await runner.step(P0);
    // Not starved: what was written during the rebuild is served before the rebuild is done.
    expect(service.projections.served(totals.name).row(stream)?.value).toEqual({ total: 5, revisions: [1] });
    expect((await service.projections.versions(totals.name)).served?.version).toBe(1000);
    await service.catchUp(runner);
    expect([...runner.building]).toEqual([]);
    expect(await service.projections.versions(totals.name)).toEqual({
      served: { version: 1001, epoch: await service.log.epoch() },
      building: [],
    });
    expect(service.digest(totals)).toEqual(await service.replayed(totals));
  });

  it('is served while writers never stop', async () => {
    const service = await filled(6, 3);
    const runner = await service.runnerReady();
    await service.catchUp(runner);
    await runner.rebuild(totals.name);
    for (let rounds = 0; runner.building.size > 0; rounds += 1) {
      expect(rounds).toBeLessThan(50);
      for (const of of service.store.partitions) {
        await service.add(streamIn0(), 1);
        await service.relay();
        await runner.step(of);
      }
    }
    await service.catchUp(runner);
    expect(service.digest(totals)).toEqual(await service.replayed(totals));
  });

  it('goes on after a crash where it was', async () => {
    const service = await filled(6, 3);
    const runner = await service.runnerReady();
    await service.catchUp(runner);
    await runner.rebuild(totals.name);
    await runner.step(P0);
    const reached = service.projections.copy(totals.name, 1001).watermark(P0);
    expect(reached).toBeGreaterThanOrEqual(0);
    const next = await service.runnerReady();
    expect([...next.building]).toEqual([totals.name]);
    await next.step(P0);
    expect(service.projections.copy(totals.name, 1001).watermark(P0)).toBeGreaterThan(reached);
    await service.catchUp(next);
    expect((await service.projections.versions(totals.name)).served?.version).toBe(1001);
    expect(service.digest(totals)).toEqual(await service.replayed(totals));
  });

  it('shared by two projectors, each with its partitions, is served once all have caught up', async () => {
    const service = await filled(9, 3);
    const [first, second] = [await service.runnerReady(), await service.runnerReady()];
    await service.catchUp(first);
    await first.rebuild(totals.name);
    await second.rebuild(totals.name);
    expect((await service.projections.versions(totals.name)).building).toHaveLength(1);
    await first.catchUp(P0);
    expect((await service.projections.versions(totals.name)).served?.version).toBe(1000);
    for (const of of service.store.partitions) if (of !== P0) await second.catchUp(of);
    expect((await service.projections.versions(totals.name)).served?.version).toBe(1001);
    // The first has not heard of it; its next batch finds the old copy gone.
    await service.add(streamIn0(), 7);
    await service.relay();
    await service.catchUp(first);
    expect([...first.building]).toEqual([]);
    expect(service.digest(totals)).toEqual(await service.replayed(totals));
  });

  it('is begun once, however often it is asked for, and only of what there is', async () => {
    const service = await filled(1, 1);
    const runner = await service.runnerReady();
    await runner.rebuild(totals.name);
    await runner.rebuild(totals.name);
    expect((await service.projections.versions(totals.name)).building).toHaveLength(1);
    await expect(runner.rebuild(projectionName('none'))).rejects.toThrow('no projection none');
  });

  it('is what a new version of a projection makes; the old copy is served until it has caught up', async () => {
    const service = await filled();
    await service.catchUp(await service.runnerReady([totals]));
    const old = service.digest(totals);
    const runner = await service.runnerReady([secondVersion]);
    expect([...runner.building]).toEqual([totals.name]);
    await runner.step(P0);
    expect(service.digest(totals)).toEqual(old);
    await service.catchUp(runner);
    expect((await service.projections.versions(totals.name)).served?.version).toBe(2000);
    expect(service.digest(totals)).toEqual(await service.replayed(secondVersion));
  });

  it('is not made by an older release, which stops instead of dropping what the newer one has built', async () => {
    const service = await filled();
    const older = await service.runnerReady([totals]);
    await service.catchUp(older);
    await service.catchUp(await service.runnerReady([secondVersion]));
    await service.add(streamIn0(), 1);
    await service.relay();
    await expect(older.step(P0)).rejects.toThrow(ProjectionNewer);
    await expect(service.runner([totals]).prepare()).rejects.toThrow(ProjectionNewer);
    expect(await service.projections.versions(totals.name)).toMatchObject({ served: { version: 2000 }, building: [] });
  });

  it('goes back to an older release where it is asked for', async () => {
    const service = await filled();
    await service.catchUp(await service.runnerReady([secondVersion]));
    const older = service.runner([totals]);
    await older.rebuild(totals.name);
    await service.catchUp(older);
    expect((await service.projections.versions(totals.name)).served?.version).toBe(1000);
    expect(service.digest(totals)).toEqual(await service.replayed(totals));
  });

  it('is made for another epoch of the log: its offsets are others', async () => {
    const service = await filled();
    await service.catchUp(await service.runnerReady([totals]));
    const next = new InMemoryEventLog(epoch('1111111111111111'));
    const entries = (
      await Promise.all(service.store.partitions.map((of) => service.log.read(of, offset(-1), { entries: 1000, characters: 1e9 })))
    ).flat();
    await next.publish(P0, entries);
    const limit = { entries: 4, characters: 1_000_000 };
    const runner = new ProjectionRunner({ log: next, store: service.projections, codec: counterCodec, projections: [totals], limit });
    await runner.prepare();
    expect([...runner.building]).toEqual([totals.name]);
    const rows = service.digest(totals).rows;
    for (const of of await next.partitions()) await runner.catchUp(of);
    expect((await service.projections.versions(totals.name)).served).toEqual({ version: 1001, epoch: '1111111111111111' });
    expect(service.digest(totals).rows).toEqual(rows);
    expect(service.projections.served(totals.name).watermark(P0)).toBe(35);
  });
});

describe('A parked stream', () => {
  /** Two streams of partition 0; the first is jammed at revision 2 and goes on to revision 4. */
  const jammed = async (): Promise<{ service: CounterService; runner: ProjectionRunner<CounterEvent>; stream: StreamName }> => {
    const service = await CounterService.start();
    const stream = streamIn0();
    await service.add(stream, 1);
    await service.handle(stream, { type: 'Jam' });
    await service.add(stream, 2);
    await service.add(stream, 4);
    await service.add(streamIn0(), 8);
    await service.relay();
    const runner = await service.runnerReady();
    await service.catchUp(runner);
    return { service, runner, stream };
  };
  const parkedRevisions = ({ projections }: CounterService): readonly number[] =>
    projections
      .served(totals.name)
      .parked()
      .map(({ revision: at }) => at);

  it('is visible, and stops nothing else (invariant 1: applied once, or visibly parked)', async () => {
    const { service, stream } = await jammed();
    expect(parkedRevisions(service)).toEqual([2, 3, 4]);
    expect(service.projections.served(totals.name).row(stream)?.value).toEqual({ total: 1, revisions: [1] });
    expect(service.projections.served(totals.name).counter('counters')).toBe(2);
    expect(service.projections.served(totals.name).watermark(P0)).toBe(await service.log.last(P0));
    expect(await service.projections.lastApplied(totals.name, [stream])).toEqual([{ revision: 1, parkedAt: 2 }]);
    expect(service.projections.served(places.name).parked()).toEqual([]);
  });

  it('is asked for where something is parked, and nowhere else', async () => {
    const { service, runner, stream } = await jammed();
    const askAgain = async (): Promise<void> => {
      await service.add(stream, 16);
      await service.relay();
      service.projections.faults.refuse('parkedAmong');
      await runner.step(P0);
    };
    await expect(askAgain()).rejects.toThrow('told to refuse');
    expect(await (await service.runnerReady([lenient, places])).redrive(lenient, stream, service.store)).toBe(true);
    await service.catchUp(runner);
    expect(parkedRevisions(service)).toEqual([]);
    const fresh = await service.runnerReady();
    await fresh.position(P0);
    service.projections.faults.refuse('parkedAmong');
    await service.add(streamIn0(), 32);
    await service.relay();
    expect(await fresh.step(P0)).toBe(1);
    expect(service.digest(places)).toEqual(await service.replayed(places));
  });

  it('is found by a runner that knew of none when another one parked it', async () => {
    const service = await CounterService.start();
    const [runner, other] = [await service.runnerReady(), await service.runnerReady()];
    const stream = streamIn0();
    await service.add(stream, 1);
    await service.relay();
    await service.catchUp(runner);
    await service.handle(stream, { type: 'Jam' });
    await service.relay();
    await service.catchUp(other);
    await service.add(stream, 2);
    await service.relay();
    await service.catchUp(runner);
    expect(parkedRevisions(service)).toEqual([2, 3]);
    expect(service.projections.served(totals.name).row(stream)?.revision).toBe(1);
  });

  it('is re-driven in order once its events apply', async () => {
    const { service, stream } = await jammed();
    const repaired = await service.runnerReady([lenient, places]);
    expect(await repaired.redrive(lenient, stream, service.store)).toBe(true);
    expect(parkedRevisions(service)).toEqual([]);
    expect(service.projections.served(totals.name).row(stream)).toMatchObject({ revision: 4, value: { total: 7, revisions: [1, 3, 4] } });
    expect(service.digest(totals)).toEqual(await service.replayed(lenient));
    await service.add(stream, 16);
    await service.relay();
    await service.catchUp(repaired);
    expect(service.digest(totals)).toEqual(await service.replayed(lenient));
  });

  it('is re-driven page by page, however long it is (invariant 7)', async () => {
    const { service, stream } = await jammed();
    for (let count = 0; count < 40; count += 1) await service.add(stream, 1, 1, 1);
    await service.relay();
    await service.catchUp(await service.runnerReady());
    expect(parkedRevisions(service)).toHaveLength(123);
    expect(await service.runner([lenient]).redrive(lenient, stream, service.store)).toBe(true);
    expect(parkedRevisions(service)).toEqual([]);
    expect(service.digest(totals)).toEqual(await service.replayed(lenient));
  });

  it('stays parked where they still do not', async () => {
    const { service, runner, stream } = await jammed();
    const before = service.digest(totals);
    expect(await runner.redrive(totals, stream, service.store)).toBe(false);
    expect(service.digest(totals)).toEqual(before);
    expect(parkedRevisions(service)).toEqual([2, 3, 4]);
  });

  it('comes as far as its events apply', async () => {
    const { service, stream } = await jammed();
    await service.handle(stream, { type: 'Jam' });
    await service.relay();
    await service.catchUp(await service.runnerReady());
    let jams = 0;
    const onlyTheFirst: Projection<unknown, CounterEvent> = {
      ...lenient,
      project(row, event) {
        if (event.recorded.type === 'Jammed' && event.recorded.revision > 2) {
          jams += 1;
          throw new Error('jammed again');
        }
        return lenient.project(row, event);
      },
    };
    expect(await service.runner([onlyTheFirst]).redrive(onlyTheFirst, stream, service.store)).toBe(false);
    expect(jams).toBe(1);
    expect(parkedRevisions(service)).toEqual([5]);
    expect(service.projections.served(totals.name).row(stream)?.value).toEqual({ total: 7, revisions: [1, 3, 4] });
  });

  it('is not parked to begin with: there is nothing to do', async () => {
    const { service, runner } = await jammed();
    expect(await runner.redrive(totals, newStream(), service.store)).toBe(true);
  });

  it('is counted once, though two re-drive it at once', async () => {
    const { service, stream } = await jammed();
    const runners = [await service.runnerReady([lenient, places]), await service.runnerReady([lenient, places])];
    expect(await Promise.all(runners.map((runner) => runner.redrive(lenient, stream, service.store)))).toEqual([true, true]);
    expect(service.digest(totals)).toEqual(await service.replayed(lenient));
  });

  it('loses nothing that comes while it is re-driven', async () => {
    const { service, stream } = await jammed();
    const repaired = await service.runnerReady([lenient, places]);
    await service.add(stream, 16);
    await service.relay();
    // The batch was made when the stream was parked, and is stored when it is not any more.
    const paused = service.projections.faults.pause('commit');
    const step = repaired.step(P0);
    await paused.reached;
    expect(await repaired.redrive(lenient, stream, service.store)).toBe(true);
    paused.resume();
    await step;
    await service.catchUp(repaired);
    expect(parkedRevisions(service)).toEqual([]);
    expect(service.digest(totals)).toEqual(await service.replayed(lenient));
  });

  it('is compared with what the store has: another event there is a fork', async () => {
    const { service, stream } = await jammed();
    const repaired = await service.runnerReady([lenient, places]);
    service.store.restore({ streams: new Map(), receipts: new Map(), pending: new Set(), published: new Map() });
    await expect(repaired.redrive(lenient, stream, service.store)).rejects.toThrow(Gap);
    for (let count = 0; count < 4; count += 1) await service.add(stream, 1);
    await expect(repaired.redrive(lenient, stream, service.store)).rejects.toThrow(Fork);
  });
});
