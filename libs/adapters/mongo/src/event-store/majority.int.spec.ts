import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { StoreUnavailable, partition, revision, type Commit } from '@headwater/event-sourcing';
import { commitTo, newStream } from '@headwater/event-sourcing/testing';
import { testDatabase, type TestConnection, type TestDatabase } from '../testing/database.js';
import { ReplicaSet, type MongoNode } from '../testing/replica-set.js';
import { COMMITS } from './collections.js';
import { openMongoEventStore, type MongoEventStore } from './mongo-event-store.js';

const P0 = partition(0);
const APPENDED = { status: 'appended' };

/** Whether a commit is stored now; not where no primary is there to store it. */
async function isAppended(store: MongoEventStore, commit: Commit): Promise<boolean> {
  try {
    return (await store.append([commit]))[0]?.status === 'appended';
  } catch (error) {
    expect(error).toBeInstanceOf(StoreUnavailable);
    return false;
  }
}

const pause = (nodes: readonly MongoNode[]): void => nodes.forEach((node) => node.pause());
const resume = (nodes: readonly MongoNode[]): void => nodes.forEach((node) => node.resume());

describe('An append that a majority does not have yet', () => {
  let set: ReplicaSet;
  let database: TestDatabase;

  beforeAll(async () => {
    set = await ReplicaSet.start();
    database = await testDatabase({ url: set.url, serverSelectionMilliseconds: 30_000 });
  });

  afterAll(async () => {
    try {
      await database.close();
    } finally {
      await set.stop();
    }
  });

  // Also where a test failed: the next one needs all nodes.
  afterEach(() => set.resumeAll());

  const open = async (connection: TestConnection = {}): Promise<MongoEventStore> =>
    openMongoEventStore(await database.connect(connection), { bounds: { winnerMilliseconds: 500 } });

  /** Whether the primary has it, durable or not. */
  const isOnPrimary = async ({ stream, base }: Commit): Promise<boolean> => {
    const commits = database.database.db.collection(COMMITS, { readConcern: { level: 'local' } });
    return (await commits.findOne({ stream, base })) !== null;
  };
  const eventually = async (holds: () => Promise<boolean>): Promise<void> => {
    for (let tries = 0; !(await holds()); tries += 1) {
      if (tries === 300) throw new Error('It did not become true.');
      await wait(50);
    }
  };

  it('is shown to nobody: neither to a decision nor to the relay', async () => {
    await set.electAfter(120_000);
    const { secondaries } = await set.roles();
    const [writer, reader] = [await open(), await open()];
    const commit = commitTo(newStream(), P0, { base: 0 });
    pause(secondaries);
    const appended = writer.append([commit]);
    await eventually(() => isOnPrimary(commit));
    expect(await reader.newest([commit.stream])).toEqual([undefined]);
    expect(await reader.read(commit.stream, revision(1), revision(9))).toEqual([]);
    expect(await reader.pending(P0, undefined, 10)).toEqual([]);
    resume(secondaries);
    expect(await appended).toEqual([APPENDED]);
    expect(await reader.newest([commit.stream])).toMatchObject([{ revision: 1 }]);
    expect(await reader.pending(P0, undefined, 10)).toEqual([commit]);
  });

  it('has an unknown outcome after a while, and whoever loses against it is told to come again, not to decide on what it cannot see', async () => {
    await set.electAfter(120_000);
    const { secondaries } = await set.roles();
    const impatient = { writeMajorityMilliseconds: 300 };
    const [writer, loser] = [await open(impatient), await open(impatient)];
    const commit = commitTo(newStream(), P0, { base: 0 });
    pause(secondaries);
    expect(await writer.append([commit])).toEqual([{ status: 'unknown', cause: expect.any(StoreUnavailable) }]);
    const late = commitTo(commit.stream, P0, { base: 0 });
    await expect(loser.append([late])).rejects.toThrow(StoreUnavailable);
    resume(secondaries);
    await eventually(async () => (await loser.newest([commit.stream]))[0] !== undefined);
    expect(await loser.append([late])).toEqual([{ status: 'conflict' }]);
    expect(await loser.commits([commit])).toEqual([commit]);
  });

  it('may be rolled back: then it was never there, and another takes its place', async () => {
    await set.electAfter(2000);
    const { primary, secondaries } = await set.roles();
    const [writer, other] = [await open({ writeMajorityMilliseconds: 300 }), await open()];
    const lost = commitTo(newStream(), P0, { base: 0 });
    // Killed rather than paused: what was sent to a paused node is there when it goes on.
    await Promise.all(secondaries.map((node) => node.kill()));
    expect(await writer.append([lost])).toEqual([{ status: 'unknown', cause: expect.any(StoreUnavailable) }]);
    primary.pause();
    await Promise.all(secondaries.map((node) => node.start()));
    const winner = commitTo(lost.stream, P0, { base: 0 });
    await eventually(() => isAppended(other, winner));
    primary.resume();
    await eventually(() => isAppended(other, commitTo(newStream(), P0, { base: 0 })));
    expect(await writer.commits([lost])).toEqual([winner]);
    expect((await writer.pending(P0, undefined, 100)).filter(({ stream }) => stream === lost.stream)).toEqual([winner]);
  });
});
