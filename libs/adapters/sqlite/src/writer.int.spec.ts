import { StoreOverloaded, StoreUnavailable, pushId, revision, type AppendOutcome, type Commit } from '@headwater/event-sourcing';
import { AWKWARD_CONTENT, commitTo, newStream } from '@headwater/event-sourcing/testing';
import { World } from '@headwater/read-models/testing';
import { ONLY_PARTITION } from './stored-log.js';
import { eventually } from './testing/eventually.js';
import { temporaryStore, type TemporaryStore } from './testing/temporary.js';
import { verifyDataFolder } from './verify.js';

const commit = (base = 0, stream = newStream(), text = ''): Commit =>
  commitTo(stream, ONLY_PARTITION, { base, content: { ...AWKWARD_CONTENT, source: `{"text":"${text}"}` } });

const APPENDED: AppendOutcome = { status: 'appended' };

describe('The writer', () => {
  let subject: TemporaryStore | undefined;
  const open = async (...options: Parameters<typeof temporaryStore>): Promise<TemporaryStore> =>
    (subject = await temporaryStore(...options));
  afterEach(async () => {
    await subject?.close();
    subject = undefined;
  });

  it('stores what comes in one turn, and what comes while it is busy, in one transaction each', async () => {
    const groups: number[] = [];
    const { store } = await open({ observer: { appended: (commits) => groups.push(commits) } });
    const first = Array.from({ length: 20 }, () => store.append([commit()]));
    await new Promise(setImmediate);
    const second = Array.from({ length: 30 }, () => store.append([commit()]));
    await Promise.all([...first, ...second]);
    expect(groups).toEqual([20, 30]);
  });

  it('takes no more into a group than its bound, and what is larger by itself', async () => {
    const groups: number[] = [];
    const { store } = await open({ bounds: { groupCommits: 8 }, observer: { appended: (commits) => groups.push(commits) } });
    const small = Array.from({ length: 12 }, () => store.append([commit()]));
    const large = store.append(Array.from({ length: 20 }, () => commit()));
    await Promise.all([...small, large]);
    expect(groups).toEqual([8, 4, 20]);
    expect(await large).toEqual(Array.from({ length: 20 }, () => APPENDED));
  });

  it('fails one caller of a group and no other', async () => {
    const { store } = await open();
    const taken = newStream();
    await store.append([commit(0, taken)]);
    const outcomes = await Promise.all([
      store.append([commit()]),
      store.append([commit(0, taken)]),
      store.appendTogether([commit(), commit(0, taken)]),
      store.append([commit(1, taken), commit()]),
      store.appendTogether([commit(), commit()]),
    ]);
    expect(outcomes).toEqual([
      [APPENDED],
      [{ status: 'conflict' }],
      { status: 'conflict', conflicts: [1] },
      [APPENDED, APPENDED],
      APPENDED,
    ]);
  });

  it('refuses more than may wait at once, and takes it again afterwards', async () => {
    const { store } = await open({ bounds: { queuedCommits: 10 } });
    const accepted = Array.from({ length: 10 }, () => store.append([commit()]));
    await expect(store.append([commit()])).rejects.toThrow(StoreOverloaded);
    await expect(store.appendTogether([commit()])).rejects.toThrow(StoreOverloaded);
    expect((await store.status()).queuedCommits).toBe(10);
    await Promise.all(accepted);
    expect(await store.append([commit()])).toEqual([APPENDED]);
    expect((await store.status()).queuedCommits).toBe(0);
  });

  it('bounds what waits by its size too; one call may be larger than the bound', async () => {
    const { store } = await open({ bounds: { queuedCharacters: 10_000 } });
    const large = store.append([commit(0, newStream(), 'x'.repeat(50_000))]);
    await expect(store.append([commit()])).rejects.toThrow(StoreOverloaded);
    expect(await large).toEqual([APPENDED]);
  });

  it('stores a push of thousands of large commits whole, with its receipt', async () => {
    const { store } = await open();
    const commits = Array.from({ length: 3000 }, () => commit(0, newStream(), 'x'.repeat(1500)));
    const receipt = { push: pushId('large'), written: commits.map(({ stream }) => ({ stream, revision: revision(1) })) };
    const others = Promise.all([store.append([commit()]), store.append([commit()])]);
    expect(await store.appendTogether(commits, receipt)).toEqual(APPENDED);
    await others;
    expect(await store.receipt(pushId('large'))).toEqual(receipt);
    const [first, last] = [commits[0], commits.at(-1)];
    if (first === undefined || last === undefined) throw new Error('There are no commits.');
    expect(await store.commits([first, last])).toEqual([first, last]);
  });

  it('keeps a receipt that says something else than its commits, as it is', async () => {
    const { store } = await open();
    const stream = newStream();
    const receipt = { push: pushId('other'), written: [{ stream, revision: revision(7) }] };
    expect(await store.appendTogether([commit()], receipt)).toEqual(APPENDED);
    expect(await store.receipt(pushId('other'))).toEqual(receipt);
    const nothing = { push: pushId('nothing'), written: [] };
    expect(await store.appendTogether([], nothing)).toEqual(APPENDED);
    expect(await store.receipt(pushId('nothing'))).toEqual(nothing);
  });

  it('refuses a commit without events', async () => {
    const { store } = await open();
    await expect(store.append([{ ...commit(), events: [] }])).rejects.toThrow(RangeError);
  });

  describe('when its thread dies', () => {
    it('says of what was under way that it is not known, refuses what waits, and comes back', async () => {
      const { store } = await open({ bounds: { groupCommits: 1 } });
      const before = commit();
      await store.append([before]);
      const underWay = store.append(Array.from({ length: 2000 }, () => commit()));
      const waiting = store.append([commit()]).then(
        () => 'stored',
        (error: unknown) => error,
      );
      await new Promise(setImmediate);
      await store.killWriter();
      expect((await underWay)[0]?.status).toMatch(/^(unknown|appended)$/);
      expect(await waiting).toBeInstanceOf(StoreUnavailable);
      await expect(store.append([commit()])).rejects.toThrow(StoreUnavailable);
      expect((await store.status()).writing).toBe(false);
      // Reads go on meanwhile.
      expect(await store.commits([before])).toEqual([before]);
      await eventually(async () => (await store.status()).writing);
      expect(await store.append([commit()])).toEqual([APPENDED]);
    });

    it('loses nothing that was acknowledged, and projects on', async () => {
      const { store, folder } = await open();
      const world = new World(store);
      for (let round = 0; round < 3; round += 1) {
        const written = await Promise.allSettled(
          Array.from({ length: 20 }, (_, index) => world.create({ id: `https://example.org/${String(round)}/${String(index)}` })),
        );
        if (round === 1) {
          await store.killWriter();
          await eventually(async () => (await store.status()).writing);
        } else expect(written.every(({ status }) => status === 'fulfilled')).toBe(true);
      }
      await store.caughtUp();
      const [first] = (await store.feed.history({ kind: 'global' }, await store.feed.start(), 100)).entries;
      expect(first?.offset).toBe(0);
      await store.close();
      expect((await verifyDataFolder(folder)).problems).toEqual([]);
    });

    it('ends a close that is waiting for it', async () => {
      const { store } = await open();
      const stored = store.append([commit()]);
      const closed = store.close();
      await store.killWriter();
      await closed;
      expect(['appended', 'unknown']).toContain((await stored)[0]?.status);
    });
  });

  describe('when the disk is full', () => {
    it('stores nothing and says so, goes on reading, and writes again when there is room', async () => {
      const { store, folder } = await open({ bounds: { maxBytes: 2 * 1024 * 1024 } });
      const world = new World(store);
      const big = (name: string): { id: string; source: string } => ({
        id: `https://example.org/${name}`,
        source: JSON.stringify({ text: 'x'.repeat(20_000) }),
      });
      let stored = 0;
      let refused: unknown;
      while (refused === undefined && stored < 1000) {
        await world.create(big(String(stored))).then(
          () => (stored += 1),
          (error: unknown) => (refused = error),
        );
      }
      expect(refused).toBeInstanceOf(StoreUnavailable);
      expect(stored).toBeGreaterThan(10);
      await expect(world.create(big('again'))).rejects.toThrow(StoreUnavailable);
      // What was acknowledged is there, what was refused is not.
      const latest = await store.resources.latest('entity/org/project/https://example.org/again' as Commit['stream']);
      expect(latest).toEqual({ newest: 0 });
      expect((await store.scan()).commits.length).toBeGreaterThan(0);
      await store.limitSize(0);
      await world.create(big('again'));
      await store.caughtUp();
      expect((await store.status()).failing).toBeUndefined();
      await store.close();
      const report = await verifyDataFolder(folder);
      expect(report.problems).toEqual([]);
      expect(report.events).toBe(stored + 1);
    });

    it('projects when there is room again what was stored before', async () => {
      const { store, folder } = await open({ bounds: { stepEveryMilliseconds: 100_000, stepAtEntries: 1_000_000 } });
      const world = new World(store);
      await world.create({ id: 'https://example.org/first' });
      await store.caughtUp();
      for (let index = 0; index < 200; index += 1)
        await world.create({ id: `https://example.org/${String(index)}`, name: 'x'.repeat(500) });
      // No page can be added any more: SQLite makes the bound what the file has.
      await store.limitSize(1);
      await eventually(async () => (await store.status()).failing !== undefined);
      const { projections } = await store.status();
      expect(projections.every(({ lag }) => lag > 0)).toBe(true);
      await store.limitSize(0);
      await store.caughtUp();
      await store.close();
      expect((await verifyDataFolder(folder)).problems).toEqual([]);
    });
  });

  it('keeps the write-ahead log short, though readers ask all the time', async () => {
    const { store } = await open({ bounds: { walPages: 64 } });
    const stream = newStream();
    let largest = 0;
    const written = new AbortController();
    const reading = (async () => {
      while (!written.signal.aborted) {
        await store.newest([stream]);
        await new Promise(setImmediate);
      }
    })();
    for (let round = 0; round < 60; round += 1) {
      await Promise.all(Array.from({ length: 20 }, () => store.append([commit(0, newStream(), 'x'.repeat(4000))])));
      largest = Math.max(largest, (await store.status()).walBytes);
    }
    written.abort();
    await reading;
    // 1,200 commits of some 4.5 kB each are over 5 MB.
    expect(largest).toBeLessThan(64 * 4096 * 12);
  });
});
