import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { pushId, type Commit, type EventStore, type Receipt, type StreamName } from '@headwater/event-sourcing';
import { AWKWARD_CONTENT, commitTo, newStream, withSubject, type Closable, type CommitShape } from '@headwater/event-sourcing/testing';
import { ImportInterrupted, ImportUnfinished, OtherImport, StoreNotEmpty } from '../errors.js';
import { ExportFile } from '../export-file.js';
import type { ExportSource } from '../export-source.js';
import { importExport, type ImportResult } from '../import-export.js';
import type { ImportTarget } from '../import-target.js';
import { writeExport } from '../write-export.js';
import { countingCodec } from './counting-codec.js';
import { InMemoryExportIndex } from './in-memory-export-index.js';

/** Two stores of one kind: one that is served, and a place for another. */
export interface TransferSubject extends Closable {
  readonly store: EventStore;
  /** Reads the store that is served, beside it. */
  source(): Promise<ExportSource>;
  /** Opens the other place, which is empty at first, for an import. */
  target(): Promise<ImportTarget>;
  /** Opens the other place as a service does. */
  imported(): Promise<EventStore & Closable>;
  /** Opens the other place for an export. */
  importedSource(): Promise<ExportSource>;
}

const NOW = new Date(Date.UTC(2026, 5, 1));

interface Contents {
  readonly commits: readonly Commit[];
  readonly receipts: readonly Receipt[];
}

/** What adapters of `ExportSource` and `ImportTarget` owe. */
export function transferContract(name: string, makeSubject: () => Promise<TransferSubject>): void {
  const test = (body: (subject: TransferSubject, folder: string) => Promise<void>): (() => Promise<void>) =>
    withSubject(makeSubject)(async (subject) => {
      const folder = await mkdtemp(join(tmpdir(), 'headwater-transfer-'));
      try {
        await body(subject, folder);
      } finally {
        await rm(folder, { recursive: true });
      }
    });

  const using = async <Resource extends Closable, Result>(opening: Promise<Resource>, use: (resource: Resource) => Promise<Result>) => {
    const resource = await opening;
    try {
      return await use(resource);
    } finally {
      await resource.close();
    }
  };
  const made = async (store: EventStore, stream: StreamName, shape: CommitShape): Promise<Commit> =>
    commitTo(stream, await store.partitionFor(stream), shape);
  const append = async (store: EventStore, stream: StreamName, shape: CommitShape): Promise<void> => {
    expect(await store.append([await made(store, stream, shape)])).toEqual([{ status: 'appended' }]);
  };
  const push = async (store: EventStore, id: string, streams: readonly StreamName[], base = 0): Promise<Receipt> => {
    const commits = await Promise.all(streams.map((stream) => made(store, stream, { base, content: AWKWARD_CONTENT })));
    const receipt = { push: pushId(id), written: commits.map(({ stream, base: from }) => ({ stream, revision: (from + 1) as never })) };
    expect(await store.appendTogether(commits, receipt)).toEqual({ status: 'appended' });
    return receipt;
  };
  const fill = async (store: EventStore): Promise<void> => {
    const [a, b, c] = [newStream(), newStream('project/org'), newStream()];
    await append(store, a, { base: 0, events: 2, content: AWKWARD_CONTENT, after: '{"format":1,"é":"\u{1f600}\u2028"}' });
    await append(store, b, { base: 0 });
    await push(store, `push-${String(a)}`, [c, newStream()]);
    await append(store, a, { base: 2, content: AWKWARD_CONTENT });
    await push(store, `again-${String(a)}`, [c], 1);
    await push(store, `empty-${String(a)}`, []);
  };
  /** Everything in a source, its order and its partitions aside. */
  const contentsOf = (opening: Promise<ExportSource>): Promise<Contents> =>
    using(opening, async (source) => {
      const [commits, receipts]: [Commit[], Receipt[]] = [[], []];
      for await (const page of source.receipts()) receipts.push(...page);
      for await (const page of source.commits()) commits.push(...page.map((commit) => ({ ...commit, partition: 0 as never })));
      const key = (text: string): string => Buffer.from(text).toString('hex');
      commits.sort((one, other) => (key(one.stream) < key(other.stream) ? -1 : one.stream === other.stream ? one.base - other.base : 1));
      return { commits, receipts: receipts.sort((one, other) => (one.push < other.push ? -1 : 1)) };
    });
  const exported = (subject: TransferSubject, path: string): Promise<void> =>
    using(subject.source(), (source) => writeExport(source, path, { now: NOW }));
  const imports = (subject: TransferSubject, path: string, wrap = (target: ImportTarget) => target): Promise<ImportResult> =>
    using(ExportFile.open(path), (file) =>
      using(subject.target(), (target) =>
        importExport({ file, index: new InMemoryExportIndex(), target: wrap(target), codec: countingCodec }),
      ),
    );

  describe(`${name}, exported and imported`, () => {
    it(
      'has every commit and receipt again, byte for byte, under an epoch of its own',
      test(async (subject, folder) => {
        await fill(subject.store);
        const path = join(folder, 'export');
        await exported(subject, path);
        expect(await imports(subject, path)).toMatchObject({
          header: { epoch: await subject.store.epoch() },
          trailer: { commits: 6, events: 7, receipts: 3 },
          found: { commits: 0, receipts: 0 },
        });
        expect(await contentsOf(subject.importedSource())).toEqual(await contentsOf(subject.source()));
        await using(subject.imported(), async (store) => {
          expect(await store.epoch()).not.toBe(await subject.store.epoch());
          // It goes on where the other one was.
          const { commits } = await contentsOf(subject.source());
          for (const { stream } of commits) {
            const [newest] = await store.newest([stream]);
            expect(newest?.revision).toBe((await subject.store.newest([stream]))[0]?.revision);
            expect(newest?.partition).toBe(await store.partitionFor(stream));
          }
          const [first] = commits;
          if (first === undefined) throw new Error('There is no commit.');
          const end = (await store.newest([first.stream]))[0]?.revision ?? 0;
          await append(store, first.stream, { base: end });
        });
      }),
    );

    it(
      "opens the other one's tokens, and makes its own with a key of its own",
      test(async (subject, folder) => {
        const path = join(folder, 'export');
        await exported(subject, path);
        await imports(subject, path);
        const [theirs] = await subject.store.tokenKeys();
        await using(subject.imported(), async (store) => {
          const [own, ...others] = await store.tokenKeys();
          expect(own.id).not.toBe(theirs.id);
          expect(others.map(({ id, secret }) => [id, Buffer.from(secret).toString('hex')])).toEqual([
            [theirs.id, Buffer.from(theirs.secret).toString('hex')],
          ]);
        });
      }),
    );

    it(
      'is whole whatever is written while it is exported: what was acknowledged before is in it, no stream has a gap, no receipt lacks a commit',
      test(async (subject, folder) => {
        const { store } = subject;
        const before = Array.from({ length: 2500 }, () => newStream());
        for (let from = 0; from < before.length; from += 500) {
          await store.append(await Promise.all(before.slice(from, from + 500).map((stream) => made(store, stream, { base: 0 }))));
        }
        await push(store, 'before', before.slice(0, 3), 1);
        const growing = before.slice(-2);
        let rounds = 0;
        const writeMore = async (): Promise<void> => {
          rounds += 1;
          // Streams at both ends of any order that an export may have.
          await push(store, `during-${String(rounds)}`, [newStream('aaa'), newStream(), newStream('zzz')]);
          for (const stream of growing) await append(store, stream, { base: rounds });
        };
        /** Others write whenever the reader has a page in hand. */
        async function* disturbed<Page>(pages: AsyncIterable<Page>): AsyncIterable<Page> {
          for await (const page of pages) {
            yield page;
            await writeMore();
          }
        }
        const path = join(folder, 'export');
        await using(subject.source(), (source) =>
          writeExport(
            {
              epoch: () => source.epoch(),
              tokenKeys: () => source.tokenKeys(),
              estimate: () => source.estimate(),
              receipts: () => disturbed(source.receipts()),
              commits: () => disturbed(source.commits()),
              close: () => source.close(),
            },
            path,
            { now: NOW },
          ),
        );
        // One page of receipts, and several of commits.
        expect(rounds).toBeGreaterThan(3);
        // It checks that there is no gap and that no receipt lacks a commit.
        await imports(subject, path);
        await using(subject.imported(), async (other) => {
          const ends = await other.newest(before);
          expect(ends.every((newest) => newest !== undefined)).toBe(true);
          expect((await other.receipt(pushId('before')))?.written).toHaveLength(3);
        });
      }),
    );

    it(
      'goes on where an import was interrupted, and is not served before it is finished',
      test(async (subject, folder) => {
        const { store } = subject;
        const streams = Array.from({ length: 1500 }, () => newStream());
        await store.append(await Promise.all(streams.map((stream) => made(store, stream, { base: 0, content: AWKWARD_CONTENT }))));
        for (let count = 0; count < 5; count += 1) await push(store, `push-${String(count)}`, [newStream()]);
        const path = join(folder, 'export');
        await exported(subject, path);
        const expected = await contentsOf(subject.source());
        const crash = new Error('It was killed.');
        /** Dies after so many calls; where it is told to, after the call was done. */
        const dying = (calls: number, after: boolean) => (target: ImportTarget) => {
          let left = calls;
          const call = async (work: () => Promise<void>): Promise<void> => {
            left -= 1;
            if (left < 0) throw crash;
            await work();
            if (left === 0 && after) throw crash;
          };
          return {
            assertImportable: () => target.assertImportable(),
            begin: (start) => target.begin(start),
            commits: (commits, done) => call(() => target.commits(commits, done)),
            receipts: (receipts, done) => call(() => target.receipts(receipts, done)),
            finish: () => call(() => target.finish()),
            close: () => target.close(),
          } satisfies ImportTarget;
        };
        for (const [calls, after] of [
          [0, false],
          [1, true],
          [1, false],
          [1, true],
        ] as const) {
          await expect(imports(subject, path, dying(calls, after))).rejects.toThrow(crash);
          await expect(subject.imported()).rejects.toThrow(ImportUnfinished);
          await expect(subject.importedSource()).rejects.toThrow(ImportUnfinished);
        }
        const { found } = await imports(subject, path);
        expect(found.commits).toBe(1505);
        expect(await contentsOf(subject.importedSource())).toEqual(expected);
        await (await subject.imported()).close();
      }),
    );

    it(
      'goes on after it was told to stop',
      test(async (subject, folder) => {
        await fill(subject.store);
        const path = join(folder, 'export');
        await exported(subject, path);
        await using(ExportFile.open(path), (file) =>
          using(subject.target(), async (target) => {
            const stopped = importExport({
              file,
              index: new InMemoryExportIndex(),
              target,
              codec: countingCodec,
              signal: AbortSignal.abort(),
            });
            await expect(stopped).rejects.toThrow(ImportInterrupted);
          }),
        );
        await imports(subject, path);
        expect(await contentsOf(subject.importedSource())).toEqual(await contentsOf(subject.source()));
      }),
    );

    it(
      'takes what was given twice once',
      test(async (subject, folder) => {
        await fill(subject.store);
        const path = join(folder, 'export');
        await exported(subject, path);
        const failing = (target: ImportTarget): ImportTarget => ({
          assertImportable: () => target.assertImportable(),
          begin: (start) => target.begin(start),
          commits: (commits, done) => target.commits(commits, done),
          receipts: (receipts, done) => target.receipts(receipts, done),
          finish: async () => Promise.reject(new Error('It was killed.')),
          close: () => target.close(),
        });
        await expect(imports(subject, path, failing)).rejects.toThrow('killed');
        const { found } = await imports(subject, path);
        expect(found).toMatchObject({ commits: 6, receipts: 3 });
        expect(await contentsOf(subject.importedSource())).toEqual(await contentsOf(subject.source()));
      }),
    );

    it(
      'is refused by a store that has data, also of the same export',
      test(async (subject, folder) => {
        await fill(subject.store);
        const path = join(folder, 'export');
        await exported(subject, path);
        await imports(subject, path);
        await expect(imports(subject, path)).rejects.toThrow(StoreNotEmpty);
        expect(await contentsOf(subject.importedSource())).toEqual(await contentsOf(subject.source()));
      }),
    );

    it(
      'is refused by a store that has a part of another export',
      test(async (subject, folder) => {
        await fill(subject.store);
        const [first, second] = [join(folder, 'first'), join(folder, 'second')];
        await exported(subject, first);
        await fill(subject.store);
        await exported(subject, second);
        const unfinished = (target: ImportTarget): ImportTarget => ({
          assertImportable: () => target.assertImportable(),
          begin: (start) => target.begin(start),
          commits: async () => Promise.reject(new Error('It was killed.')),
          receipts: (receipts, done) => target.receipts(receipts, done),
          finish: () => target.finish(),
          close: () => target.close(),
        });
        await expect(imports(subject, first, unfinished)).rejects.toThrow('killed');
        await expect(imports(subject, second)).rejects.toThrow(OtherImport);
        await imports(subject, first);
      }),
    );
  });
}
