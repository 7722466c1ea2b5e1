import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  partition as asPartition,
  ProjectionRunner,
  eventId,
  offset,
  revision,
  type EventCodec,
  type Partition,
} from '@headwater/event-sourcing';
import {
  CounterService,
  InMemoryGroup,
  counterCodec,
  newStreamIn,
  places,
  totals,
  type CounterEvent,
} from '@headwater/event-sourcing/testing';
import { eventually } from '../testing/eventually.js';
import { Projector } from './projector.js';
import { ProjectorStatus } from './projector-status.js';
import type { ProjectorOptions } from './projector-options.js';

const projectors: Projector[] = [];

afterEach(async () => {
  await Promise.all(projectors.splice(0).map((projector) => projector.close()));
});

class Setting {
  readonly group: InMemoryGroup;
  private constructor(readonly service: CounterService) {
    this.group = new InMemoryGroup(service.store.partitions);
  }

  static async start(): Promise<Setting> {
    return new Setting(await CounterService.start());
  }

  projector(changed: Partial<ProjectorOptions> = {}, codec?: EventCodec<CounterEvent>): Projector {
    const { log, projections } = this.service;
    const limit = { entries: 4, characters: 1e6 };
    const runner = new ProjectionRunner({ log, store: projections, codec: codec ?? counterCodec, projections: [totals, places], limit });
    const projector = new Projector({
      runner,
      tail: log,
      join: () => this.group.join(),
      batchEvents: limit.entries,
      parallel: 2,
      retry: { min: 2, max: 20 },
      ...changed,
    });
    projectors.push(projector);
    return projector;
  }

  /** Appends to new streams and publishes. */
  async write(streams = 12, commits = 3): Promise<void> {
    const { partitions } = this.service.store;
    const names = Array.from({ length: streams }, (_, index) => newStreamIn(asPartition(index % partitions.length), partitions.length));
    for (let count = 1; count <= commits; count += 1) for (const stream of names) await this.service.add(stream, count);
    await this.service.relay();
  }

  async applied(of: Partition): Promise<boolean> {
    const { log, projections } = this.service;
    const last = await log.last(of);
    return [totals, places].every(({ name }) => projections.served(name).watermark(of) === last);
  }

  async caughtUp(partitions: readonly Partition[] = this.service.store.partitions): Promise<void> {
    await eventually('everything is applied', async () => (await Promise.all(partitions.map((of) => this.applied(of)))).every(Boolean));
  }

  /** That every event was applied once, in order (invariants 1 and 4). */
  async expectRight(): Promise<void> {
    for (const projection of [totals, places]) expect(this.service.digest(projection)).toEqual(await this.service.replayed(projection));
  }
}

describe('A projector', () => {
  it('applies what the log has, and what comes later', async () => {
    const setting = await Setting.start();
    await setting.write();
    const sizes: number[] = [];
    const projector = setting.projector({ observer: { applied: (entries) => sizes.push(entries) } });
    void projector.begin();
    await setting.caughtUp();
    await setting.write();
    await setting.caughtUp();
    await setting.expectRight();
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(72);
    expect(projector.state()).toEqual({ begun: true, assigned: setting.service.store.partitions, stopped: new Map() });
  });

  it('shares the partitions with others, and takes those of one that leaves', async () => {
    const setting = await Setting.start();
    const [one, two] = [setting.projector(), setting.projector()];
    void one.begin();
    void two.begin();
    await eventually('both have some', () => [one, two].every((projector) => projector.state().assigned.length > 0));
    await setting.write();
    await setting.caughtUp();
    await two.close();
    await eventually('one has all', () => one.state().assigned.length === 3);
    await setting.write();
    await setting.caughtUp();
    await setting.expectRight();
  });

  it('says how far its partitions have come before it leaves', async () => {
    const setting = await Setting.start();
    await setting.write();
    const projector = setting.projector();
    void projector.begin();
    await setting.caughtUp();
    await projector.close();
    for (const of of setting.service.store.partitions) expect(setting.group.reported.get(of)).toBe(await setting.service.log.last(of));
  });

  it('that was stopped in the middle of a batch is overtaken, and changes nothing when it wakes (a zombie)', async () => {
    const setting = await Setting.start();
    const joined: ReturnType<InMemoryGroup['join']>[] = [];
    const zombie = setting.projector({
      join: () => {
        const member = setting.group.join();
        joined.push(member);
        return member;
      },
    });
    await setting.write();
    const paused = setting.service.projections.faults.pause('commit');
    void zombie.begin();
    await paused.reached;
    const [member] = joined;
    if (member === undefined) throw new Error('It has joined.');
    setting.group.lose(member);
    void setting.projector().begin();
    await setting.caughtUp();
    await setting.write(3, 1);
    await setting.caughtUp();
    await setting.expectRight();
    paused.resume();
    await sleep(30);
    await setting.expectRight();
    await setting.write(3, 1);
    await setting.caughtUp();
    await setting.expectRight();
    // It does not know that it was lost: it goes on from where the other one is.
    expect(zombie.state()).toMatchObject({ assigned: setting.service.store.partitions, stopped: new Map() });
  });

  it('finishes the batch in hand when a partition is taken from it', async () => {
    const setting = await Setting.start();
    const projector = setting.projector();
    await setting.write();
    const paused = setting.service.projections.faults.pause('commit');
    void projector.begin();
    await paused.reached;
    const other = setting.group.join();
    setting.group.lose(other);
    paused.resume();
    await setting.caughtUp();
    await setting.expectRight();
  });

  it('tries again while the read models or the log are out of reach, and says so', async () => {
    const setting = await Setting.start();
    const { projections, log } = setting.service;
    await setting.write();
    for (let times = 0; times < 3; times += 1) {
      for (const operation of ['watermark', 'load', 'commit'] as const) projections.faults.refuse(operation);
      projections.faults.loseAnswer('commit');
      for (const operation of ['read', 'last', 'arrivals'] as const) log.faults.refuse(operation);
    }
    const projector = setting.projector();
    void projector.begin();
    await eventually('it says that it fails', () => projector.state().failing?.includes('told to refuse') === true);
    await setting.caughtUp();
    await eventually('it fails no more', () => projector.state().failing === undefined);
    await setting.expectRight();
  });

  it('begins when the read models can be reached', async () => {
    const setting = await Setting.start();
    setting.service.projections.faults.refuse('serve');
    const projector = setting.projector();
    const status = new ProjectorStatus(projector, async () => []);
    expect(await status.health()).toMatchObject({ status: 'down' });
    void projector.begin();
    await setting.write();
    await setting.caughtUp();
    expect(await status.health()).toEqual({ status: 'up' });
  });

  it('stops a partition at an event of a later release, and goes on after its upgrade', async () => {
    const setting = await Setting.start();
    const [p0, ...others] = setting.service.store.partitions;
    if (p0 === undefined) throw new Error('There are partitions.');
    await setting.write();
    const later = newStreamIn(p0);
    await setting.service.log.publish(p0, [
      { stream: later, revision: revision(1), event: { id: eventId('1-later'), head: multiplied() } },
    ]);
    const old = setting.projector();
    void old.begin();
    await setting.caughtUp(others);
    await eventually('it has stopped', () => old.state().stopped.size === 1);
    expect([...old.state().stopped]).toEqual([[p0, expect.stringContaining('Event Multiplied version 1 at revision 1')]]);
    // What comes before it is applied.
    const before = offset((await setting.service.log.last(p0)) - 1);
    expect(setting.service.projections.served(totals.name).watermark(p0)).toBe(before);
    await setting.write();
    await setting.caughtUp(others);
    expect(await setting.applied(p0)).toBe(false);
    const status = new ProjectorStatus(old, async () => []);
    expect((await status.state()).stopped).toContain('upgrade this service');
    await old.close();
    void setting.projector({}, upgraded).begin();
    await setting.caughtUp();
  });

  it('stops at what an adapter says that no retry mends', async () => {
    const setting = await Setting.start();
    await setting.write();
    setting.service.log.faults.refuse('read');
    const projector = setting.projector({ stopsAt: (error) => error instanceof Error && error.message.includes('told to refuse') });
    void projector.begin();
    await eventually('one has stopped', () => projector.state().stopped.size === 1);
    const [stopped] = projector.state().stopped.keys();
    await setting.caughtUp(setting.service.store.partitions.filter((of) => of !== stopped));
  });

  it('drives a rebuild that another one has begun, also where nothing arrives', async () => {
    const setting = await Setting.start();
    await setting.write();
    const [one, two] = [setting.projector(), setting.projector()];
    void one.begin();
    void two.begin();
    await setting.caughtUp();
    const operator = setting.service.runner();
    await operator.prepare();
    const { served } = await setting.service.projections.versions(totals.name);
    await operator.rebuild(totals.name);
    await eventually(
      'the new copy is served',
      async () => (await setting.service.projections.versions(totals.name)).served?.version !== served?.version,
      15_000,
    );
    await setting.expectRight();
  });

  it('applies partitions that were added', async () => {
    const setting = await Setting.start();
    const { log, store } = setting.service;
    const [p0] = store.partitions;
    if (p0 === undefined) throw new Error('There are partitions.');
    const group = new InMemoryGroup([p0]);
    void setting.projector({ join: () => group.join() }).begin();
    await setting.write();
    await setting.caughtUp([p0]);
    expect(await Promise.all(store.partitions.map((of) => setting.applied(of)))).toEqual([true, false, false]);
    group.grow(await log.partitions());
    await setting.caughtUp();
    await setting.expectRight();
  });
});

const multiplied = (): string =>
  '{"type":"Multiplied","base":0,"instant":"2026-01-01T00:00:00.000Z","actor":{"type":"Anonymous"},"commandId":"c","data":{"by":2}}';

/** A later release, which knows the event. */
const upgraded: EventCodec<CounterEvent> = {
  encode: (event) => counterCodec.encode(event),
  decode: (stream, at, stored) => counterCodec.decode(stream, at, { ...stored, head: stored.head.replace('Multiplied', 'Added') }),
};
