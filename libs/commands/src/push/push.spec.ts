import fc from 'fast-check';
import { entityCodec, entityStream } from '@headwater/event-contracts';
import { loadState, revision } from '@headwater/event-sourcing';
import type { Iri } from '@headwater/linked-data';
import { entityKind } from '@headwater/resources';
import { CommandSide, race, refused } from '../testing/command-side.js';

const cow = (id: string, more: object = {}, meta: object = {}) => ({
  ...more,
  meta: { source: 'io.mimiro.data.cattle', sourceId: id, ...meta },
});
const cowId = (id: string): string => `https://example.org/base/io.mimiro.data.cattle/-/${id}`;
const deleted = { isDeleted: true };

describe('A push', () => {
  it('stores its items, with a receipt', async () => {
    const side = await CommandSide.started();
    const { outcomes, position } = await side.push([{ id: '@context' }, cow('a'), { id: 'x' }]);
    expect(outcomes).toEqual([
      { successful: true, index: 1 },
      { successful: true, index: 2 },
    ]);
    if (position.kind !== 'push') throw new Error('not a push');
    expect(await side.store.receipt(position.push)).toEqual({
      push: position.push,
      written: [cowId('a'), `${side.base}x`].map((id) => ({ stream: entityStream(side.project, id as Iri), revision: 1 })),
    });
    const [event] = await side.events(cowId('a'));
    expect(event).toMatchObject({
      type: 'ResourceCreated',
      data: {
        pushed: { dataset: 'org.proj', push: position.push, identity: { kind: 'source', sourceId: 'a' } },
        content: { source: JSON.stringify(cow('a')) },
      },
    });
  });

  it('may have nothing to store', async () => {
    const side = await CommandSide.started();
    expect(await side.push([])).toEqual({ outcomes: [], position: { kind: 'nothing' } });
    expect(await side.push([{ id: '@context' }])).toEqual({ outcomes: [], position: { kind: 'nothing' } });
    expect(await side.push([cow('unknown', {}, deleted)])).toEqual({
      outcomes: [{ successful: true, index: 0 }],
      position: { kind: 'nothing' },
    });
  });

  it('makes no event of what is unchanged, and reads no JSON-LD for it', async () => {
    const side = await CommandSide.started();
    await side.push([cow('a', { name: 'n', more: [1, 2] }, { modified: 'then' })]);
    const { reads } = side.reader;
    const again = { meta: { sourceId: 'a', modified: 'now', source: 'io.mimiro.data.cattle' }, more: [1, 2], name: 'n' };
    expect(await side.push([again])).toEqual({ outcomes: [{ successful: true, index: 0 }], position: { kind: 'nothing' } });
    expect(side.reader.reads).toBe(reads);
    await side.push([cow('a', { name: 'n', more: [2, 1] })]);
    expect(await side.history(cowId('a'))).toEqual(['ResourceCreated', 'ResourceUpdated']);
  });

  it('deletes and brings back, with an update only where the content differs', async () => {
    const side = await CommandSide.started();
    await side.push([cow('a', { n: 1 }), cow('b', { n: 1 })]);
    await side.push([cow('a', {}, deleted), cow('b', {}, { isDeleted: 'true' })]);
    await side.push([cow('a', {}, deleted)]);
    await side.push([cow('a', { n: 1 }), cow('b', { n: 2 })]);
    expect(await side.history(cowId('a'))).toEqual(['ResourceCreated', 'ResourceDeprecated', 'ResourceUndeprecated']);
    expect(await side.history(cowId('b'))).toEqual(['ResourceCreated', 'ResourceDeprecated', 'ResourceUndeprecated', 'ResourceUpdated']);
    const commits = await side.store.read(entityStream(side.project, cowId('b') as Iri), revision(3), revision(4));
    expect(commits).toHaveLength(1);
  });

  it('applies items with one identity in their order, in one commit', async () => {
    const side = await CommandSide.started();
    await side.push([cow('a', { n: 1 }), cow('a', { n: 1 }), cow('a', { n: 2 }), cow('a', {}, deleted), cow('a', { n: 3 })]);
    expect(await side.history(cowId('a'))).toEqual([
      'ResourceCreated',
      'ResourceUpdated',
      'ResourceDeprecated',
      'ResourceUndeprecated',
      'ResourceUpdated',
    ]);
    const [newest] = await side.store.newest([entityStream(side.project, cowId('a') as Iri)]);
    expect(newest).toMatchObject({ base: 0, revision: 5 });
    // By which readers find the content's commit: an item before it in the same push is no commit.
    expect(entityKind.states.decode(newest?.after ?? '')).toMatchObject({ contentRev: 5, contentBase: 0 });
  });

  it('stores nothing where an item is bad, and says which', async () => {
    const side = await CommandSide.started();
    const items = [
      cow('a'),
      { name: 'nobody' },
      cow('b', { '@context': 'https://x.org/none' }),
      cow('c', { '@id': 'https://x.org/other' }),
    ];
    await expect(side.push(items)).rejects.toMatchObject({
      name: 'Problem',
      type: 'invalid-items',
      extra: {
        items: [
          { successful: false, index: 1, error: expect.stringContaining('no identity') },
          { successful: false, index: 2, error: expect.stringContaining('https://x.org/none') },
          { successful: false, index: 3, error: expect.stringContaining('does not match') },
        ],
      },
    });
    expect(await side.history(cowId('a'))).toEqual([]);
  });

  it('stores the good ones where the client is lenient', async () => {
    const side = await CommandSide.started();
    const { outcomes } = await side.push(
      [{ name: 'nobody' }, cow('a'), cow('b', { '@type': 'https://bluebrain.github.io/nexus/vocabulary/X' })],
      {
        lenient: true,
      },
    );
    expect(outcomes).toMatchObject([
      { successful: false, index: 0 },
      { successful: true, index: 1 },
      { successful: false, index: 2 },
    ]);
    expect(await side.history(cowId('a'))).toEqual(['ResourceCreated']);
    expect(await side.history(cowId('b'))).toEqual([]);
  });

  it('has an item error for an event that is too large, and for an id that another entity has', async () => {
    const side = await CommandSide.started({ HEADWATER_EVENT_MAX_BYTES: '4096' });
    const resolver = 'https://bluebrain.github.io/nexus/vocabulary/defaultInProject';
    await expect(side.push([cow('a', { x: 'y'.repeat(2000) }), { id: resolver }])).rejects.toMatchObject({
      extra: {
        items: [expect.objectContaining({ index: 0, error: expect.stringContaining('bytes') }), expect.objectContaining({ index: 1 })],
      },
    });
  });

  it('has limits, and is refused as a whole where it is no push', async () => {
    const side = await CommandSide.started({ HEADWATER_PUSH_MAX_ITEMS: '2' });
    await expect(side.push([cow('a'), cow('b'), cow('c')])).rejects.toEqual(refused('PayloadTooLarge'));
    await expect(side.push('{}')).rejects.toEqual(refused('MalformedRequestContentRejection'));
    await expect(side.push('[{"id":"x"},{"id":"@continuation","token":"t"}]')).rejects.toEqual(refused('MalformedRequestContentRejection'));
    expect(await side.history('x')).toEqual([]);
  });

  it('is refused by a deprecated project', async () => {
    const side = await CommandSide.started();
    await side.changeProject({ type: 'DeprecateProject', ref: side.project, rev: 1 });
    await expect(side.push([cow('a')])).rejects.toEqual(refused('ProjectIsDeprecated'));
  });

  it('decides anew where others were faster, and loses nothing', async () => {
    const side = await CommandSide.started();
    const pause = side.store.faults.pause('appendTogether');
    const push = side.push([cow('a', { n: 1 }), cow('b', { n: 1 }), cow('b', { n: 2 })]);
    await pause.reached;
    await side.create(JSON.stringify(cow('b', { n: 9 })), { id: cowId('b') });
    pause.resume();
    expect((await push).outcomes).toHaveLength(3);
    expect(await side.history(cowId('a'))).toEqual(['ResourceCreated']);
    expect(await side.history(cowId('b'))).toEqual(['ResourceCreated', 'ResourceUpdated', 'ResourceUpdated']);
  });

  it('finds nothing left to do where another push was faster with the same', async () => {
    const side = await CommandSide.started();
    const pause = side.store.faults.pause('appendTogether');
    const slow = side.push([cow('a', { n: 1 })]);
    await pause.reached;
    await side.push([cow('a', { n: 1 })]);
    pause.resume();
    expect(await slow).toMatchObject({ position: { kind: 'nothing' } });
    expect(await side.history(cowId('a'))).toEqual(['ResourceCreated']);
  });

  it('is stored once although the answer to the append was lost', async () => {
    const side = await CommandSide.started();
    side.store.faults.loseAnswer('appendTogether');
    await side.push([cow('a'), cow('b')]);
    expect(await side.history(cowId('a'))).toEqual(['ResourceCreated']);
  });

  it('is all or none beside 16 others of the same items', async () => {
    const side = await CommandSide.started();
    const items = Array.from({ length: 20 }, (_, at) => `c${at}`);
    const push = (by: number) => side.push(items.map((id) => cow(id, { by })));
    expect(await race(Array.from({ length: 8 }, (_, by) => push(by)))).toEqual({ done: 8 });
    for (const id of items) {
      const events = await side.events(cowId(id));
      // Every push is in every item's history, each once.
      expect(new Set(events.map(({ data }) => ('pushed' in data ? data.pushed.push : undefined))).size).toBe(events.length);
      expect(events.length).toBe(8);
    }
  });

  it('lets others have their turn while it reads', async () => {
    const side = await CommandSide.started();
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await side.push(Array.from({ length: 5000 }, (_, at) => cow(`c${at}`, { text: 'x'.repeat(500) })));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });

  /** What a resource has come to, told without events: the rules of datasets.md, rulings 4 and 15, once more. */
  interface Model {
    readonly n: number;
    readonly rev: number;
    readonly deleted: boolean;
  }

  function after(before: Model | undefined, item: { readonly n: number; readonly deleted: boolean }): Model | undefined {
    if (item.deleted) return before === undefined || before.deleted ? before : { ...before, deleted: true, rev: before.rev + 1 };
    if (before === undefined) return { n: item.n, rev: 1, deleted: false };
    return { n: item.n, deleted: false, rev: before.rev + (before.deleted ? 1 : 0) + (before.n === item.n ? 0 : 1) };
  }

  const someItem = fc.record({ id: fc.constantFrom('a', 'b', 'c'), n: fc.constantFrom(1, 2), deleted: fc.boolean() });

  it('comes to what a plain reading of the rules says, however items are divided into pushes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(someItem, { maxLength: 6 }), { maxLength: 8 }), async (pushes) => {
        const side = await CommandSide.started();
        const model = new Map<string, Model | undefined>();
        for (const items of pushes) {
          await side.push(items.map(({ id, n, deleted: isDeleted }) => cow(id, { n }, isDeleted ? { isDeleted } : {})));
          for (const item of items) model.set(item.id, after(model.get(item.id), item));
        }
        for (const [id, expected] of model) {
          const stream = entityStream(side.project, cowId(id) as Iri);
          const [newest] = await side.store.newest([stream]);
          const loaded = await loadState(side.store, entityCodec, entityKind, stream, newest);
          expect(loaded.revision).toBe(expected?.rev ?? 0);
          if (loaded.state.kind !== 'absent') expect(loaded.state.deprecated).toBe(expected?.deleted);
          expect((await side.events(cowId(id))).map((event) => event.revision)).toEqual(
            Array.from({ length: expected?.rev ?? 0 }, (_, at) => at + 1),
          );
        }
      }),
      { numRuns: 60 },
    );
  });
});
