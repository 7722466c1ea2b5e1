import { describe, expect, it } from '@jest/globals';
import { InMemoryEventStore } from './in-memory/in-memory-event-store.js';
import { partition, revision, type StreamName } from './brand.js';
import type { Commit } from './event.js';
import { OutcomeUnknown, RevisionConflict, StoreUnavailable, type AppendOutcome } from './event-store.js';
import { appendTogether, decide, fold, handleCommand, loadState, newEventId, type Handled } from './handle-command.js';
import { Rejection } from './rejection.js';
import { causeAt, counterCodec, counterKind, type CounterCommand, type CounterEvent, type CounterState } from './testing/counter.js';
import { newStream } from './testing/test-commits.js';

const NOON = Date.UTC(2026, 0, 1, 12);
const add = (...by: readonly number[]): CounterCommand => ({ type: 'Add', by });

const handle = (
  store: InMemoryEventStore,
  stream: StreamName,
  command: CounterCommand,
  more: { readonly now?: number; readonly check?: (commit: Commit) => void } = {},
): Promise<Handled<CounterState, CounterEvent>> => {
  const { now = NOON, check } = more;
  return handleCommand({
    store,
    codec: counterCodec,
    kind: counterKind,
    stream,
    command,
    cause: causeAt(now),
    ...(check === undefined ? {} : { check }),
  });
};
const revisionsOf = async (store: InMemoryEventStore, stream: StreamName): Promise<readonly number[]> =>
  (await store.read(stream, revision(1), revision(1000))).flatMap(({ base, events }) => events.map((_, index) => base + 1 + index));

/** Somebody else is always a little faster here. */
class BusyStore extends InMemoryEventStore {
  tries = 0;
  #rival = false;

  override async append(commits: readonly Commit[]): Promise<readonly AppendOutcome[]> {
    const [commit] = commits;
    if (commit === undefined || this.#rival) return super.append(commits);
    this.tries += 1;
    this.#rival = true;
    await handle(this, commit.stream, add(1));
    this.#rival = false;
    return super.append(commits);
  }
}

describe('Handling a command', () => {
  it('appends what was decided, and answers with the state after it', async () => {
    const store = new InMemoryEventStore();
    const stream = newStream();
    const { state, revision: at, events } = await handle(store, stream, add(1, 2));
    expect([state.total, state.rev, at]).toEqual([3, 2, 2]);
    expect(events.map(({ id, revision: of, base }) => [id.split('-', 1)[0], of, base])).toEqual([
      ['1', 1, 0],
      ['2', 2, 0],
    ]);
    const [newest] = await store.newest([stream]);
    expect(newest).toMatchObject({
      base: 0,
      revision: 2,
      partition: await store.partitionFor(stream),
      after: counterKind.states.encode(state),
    });
  });

  it('appends nothing where nothing was decided', async () => {
    const store = new InMemoryEventStore();
    const stream = newStream();
    await handle(store, stream, add(1));
    expect(await handle(store, stream, add())).toMatchObject({ state: { total: 1 }, revision: 1, events: [] });
    expect(await revisionsOf(store, stream)).toEqual([1]);
  });

  it('gives an event no instant before the stream’s previous one, whatever the clock says (invariant 3)', async () => {
    const store = new InMemoryEventStore();
    const stream = newStream();
    await handle(store, stream, add(1), { now: NOON });
    const { events } = await handle(store, stream, add(1), { now: NOON - 3_600_000 });
    expect(events[0]?.instant).toBe(new Date(NOON).toISOString());
    expect((await handle(store, stream, add(1), { now: NOON + 1 })).events[0]?.instant).toBe(new Date(NOON + 1).toISOString());
  });

  it('passes a rejection on, and stores nothing', async () => {
    const store = new InMemoryEventStore();
    const stream = newStream();
    await expect(handle(store, stream, add(-1))).rejects.toThrow(Rejection);
    expect(await store.newest([stream])).toEqual([undefined]);
  });

  it('has a commit checked before it is appended', async () => {
    const store = new InMemoryEventStore();
    const stream = newStream();
    const check = (): never => {
      throw new Rejection('TooLarge', 'too large');
    };
    await expect(handle(store, stream, add(1), { check })).rejects.toThrow('too large');
    expect(await store.newest([stream])).toEqual([undefined]);
  });

  it('uses a commit that was loaded before for its first try only', async () => {
    const store = new InMemoryEventStore();
    const stream = newStream();
    await handle(store, stream, add(1));
    const [stale] = await store.newest([stream]);
    await handle(store, stream, add(2));
    const options = { store, codec: counterCodec, kind: counterKind, stream, cause: causeAt(NOON), newest: { commit: stale } };
    expect((await handleCommand({ ...options, command: add(4) })).state.total).toBe(7);
    expect((await handleCommand({ ...options, newest: { commit: undefined }, command: add(8) })).state.total).toBe(15);
    expect(await revisionsOf(store, stream)).toEqual([1, 2, 3, 4]);
  });

  it('stays in the partition that the stream was given first', async () => {
    const store = new InMemoryEventStore({ partitions: 3 });
    const stream = newStream();
    const elsewhere = partition(((await store.partitionFor(stream)) + 1) % 3);
    const { commit } = decide(
      counterCodec,
      counterKind,
      { stream, revision: revision(0), partition: elsewhere, state: counterKind.decider.initialState },
      add(1),
      causeAt(NOON),
    );
    if (commit === undefined) throw new Error('Nothing was decided.');
    await store.append([commit]);
    await handle(store, stream, add(1));
    expect((await store.newest([stream]))[0]?.partition).toBe(elsewhere);
  });

  describe('that races with others', () => {
    it('decides anew on what is there now, and loses no command (invariant 1)', async () => {
      const store = new InMemoryEventStore();
      const stream = newStream();
      // Nobody loses more often than there are others.
      const handled = await Promise.all([1, 2, 4, 8, 16, 32, 64, 128].map((by) => handle(store, stream, add(by))));
      expect((await handle(store, stream, add())).state.total).toBe(255);
      expect(handled.map(({ revision: at }) => Number(at)).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(await revisionsOf(store, stream)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    });

    it('and names a revision is refused as stale by its second decision', async () => {
      const store = new InMemoryEventStore();
      const stream = newStream();
      const outcomes = await Promise.allSettled(Array.from({ length: 64 }, () => handle(store, stream, { type: 'Add', by: [1], rev: 0 })));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected')
          expect(outcome.reason).toMatchObject({ code: 'IncorrectRev', extra: { provided: 0, expected: 1 } });
      }
      expect(await revisionsOf(store, stream)).toEqual([1]);
    });

    it('gives up after ten tries', async () => {
      const store = new BusyStore();
      const stream = newStream();
      await expect(handle(store, stream, add(100))).rejects.toThrow(RevisionConflict);
      expect(store.tries).toBe(10);
      expect((await handle(store, stream, add())).state.total).toBe(10);
    });
  });

  describe('whose append has an unknown outcome', () => {
    it('is answered by looking it up: it was stored (invariant 1: it is not stored twice)', async () => {
      const store = new InMemoryEventStore();
      const stream = newStream();
      store.faults.loseAnswer('append');
      expect(await handle(store, stream, add(1))).toMatchObject({ revision: 1, state: { total: 1 } });
      expect(await revisionsOf(store, stream)).toEqual([1]);
    });

    it('is decided anew where another commit is in its place', async () => {
      const store = new InMemoryEventStore();
      const stream = newStream();
      const paused = store.faults.pause('append');
      const first = handle(store, stream, add(1));
      await paused.reached;
      await handle(store, stream, add(10));
      store.faults.loseAnswer('append');
      paused.resume();
      expect((await first).state.total).toBe(11);
      // The second try’s answer was lost, and settled.
      expect(await revisionsOf(store, stream)).toEqual([1, 2]);
    });

    it('is looked up again where looking fails', async () => {
      const store = new InMemoryEventStore();
      const stream = newStream();
      store.faults.loseAnswer('append');
      store.faults.refuse('commits');
      expect((await handle(store, stream, add(1))).revision).toBe(1);
    });

    it('says so where it stays unknown, with the ids to look for', async () => {
      const store = new InMemoryEventStore();
      const stream = newStream();
      store.faults.loseAnswer('append');
      for (let looks = 0; looks < 3; looks += 1) store.faults.refuse('commits');
      const error = await handle(store, stream, add(1, 2)).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(OutcomeUnknown);
      expect(error).toMatchObject({ stream, eventIds: [expect.stringMatching(/^1-/), expect.stringMatching(/^2-/)] });
      // It was stored, as the error says it may have been.
      expect(await revisionsOf(store, stream)).toEqual([1, 2]);
    });

    it('is not decided anew where nothing is in its place: it may still be under way', async () => {
      const store = new InMemoryEventStore();
      const stream = newStream();
      const before = store.snapshot();
      store.faults.loseAnswer('append');
      const paused = store.faults.pause('commits');
      const handled = handle(store, stream, add(1)).catch((reason: unknown) => reason);
      await paused.reached;
      store.restore(before);
      paused.resume();
      expect(await handled).toBeInstanceOf(OutcomeUnknown);
      expect(await store.newest([stream])).toEqual([undefined]);
    });
  });

  it('passes on that the store is unavailable: nothing was stored', async () => {
    const store = new InMemoryEventStore();
    const stream = newStream();
    store.faults.refuse('append');
    await expect(handle(store, stream, add(1))).rejects.toThrow(StoreUnavailable);
    expect(await store.newest([stream])).toEqual([undefined]);
  });
});

describe('Appending to several streams', () => {
  const commitTo = async (store: InMemoryEventStore, stream: StreamName): Promise<Commit> => {
    const [newest] = await store.newest([stream]);
    const loaded = await loadState(store, counterCodec, counterKind, stream, newest);
    const { commit } = decide(counterCodec, counterKind, loaded, add(1), causeAt(NOON));
    if (commit === undefined) throw new Error('Nothing was decided.');
    return commit;
  };

  it('stores all', async () => {
    const store = new InMemoryEventStore();
    const commits = [await commitTo(store, newStream()), await commitTo(store, newStream())];
    expect(await appendTogether(store, commits)).toEqual([]);
    expect(await store.commits(commits)).toEqual(commits);
  });

  it('names those that lost a race', async () => {
    const store = new InMemoryEventStore();
    const stream = newStream();
    const commits = [await commitTo(store, newStream()), await commitTo(store, stream)];
    await handle(store, stream, add(1));
    expect(await appendTogether(store, commits)).toEqual([1]);
  });

  it('is looked up where the answer was lost', async () => {
    const store = new InMemoryEventStore();
    const commits = [await commitTo(store, newStream()), await commitTo(store, newStream())];
    store.faults.loseAnswer('appendTogether');
    expect(await appendTogether(store, commits)).toEqual([]);
  });

  it('has all to be decided anew where the answer was lost and others are in their place', async () => {
    const store = new InMemoryEventStore();
    const commits = [await commitTo(store, newStream()), await commitTo(store, newStream())];
    for (const { stream } of commits) await handle(store, stream, add(1));
    store.faults.loseAnswer('appendTogether');
    expect(await appendTogether(store, commits)).toEqual([0, 1]);
  });
});

describe('Loading a state', () => {
  it('folds the stream where the newest commit’s state is of another format', async () => {
    const store = new InMemoryEventStore();
    const stream = newStream();
    for (const by of [1, 2, 3]) await handle(store, stream, add(by, by));
    const [newest] = await store.newest([stream]);
    if (newest === undefined) throw new Error('Nothing was stored.');
    const loaded = await loadState(store, counterCodec, counterKind, stream, { ...newest, after: '{"format":99}' });
    expect(loaded.state).toEqual(counterKind.states.decode(newest.after));
  });

  it('folds up to a revision, also within a commit', async () => {
    const store = new InMemoryEventStore();
    const stream = newStream();
    for (const by of [1, 10]) await handle(store, stream, add(by, by, by));
    const totals = await Promise.all([0, 1, 2, 3, 4, 6].map((at) => fold(store, counterCodec, counterKind.decider, stream, revision(at))));
    expect(totals.map(({ total }) => total)).toEqual([0, 1, 2, 3, 13, 33]);
    await expect(fold(store, counterCodec, counterKind.decider, stream, revision(7))).rejects.toThrow('has no revision 7');
  });

  it('folds long streams page by page (invariant 7)', async () => {
    const store = new InMemoryEventStore();
    const stream = newStream();
    const ones = Array.from({ length: 300 }, () => 1);
    for (let commits = 0; commits < 4; commits += 1) await handle(store, stream, add(...ones));
    expect((await fold(store, counterCodec, counterKind.decider, stream, revision(1200))).total).toBe(1200);
  });
});

describe('An event id', () => {
  it('begins with the revision, and is another each time', () => {
    const ids = Array.from({ length: 2000 }, () => newEventId(revision(7)));
    expect(new Set(ids).size).toBe(2000);
    expect(ids.filter((id) => !/^7-[\w-]{16}$/.test(id))).toEqual([]);
  });
});
