import { StoreOverloaded, StoreUnavailable } from '@headwater/event-sourcing';
import { EXAMPLE_PROJECT } from '@headwater/event-contracts/testing';
import type { Iri } from '@headwater/linked-data';
import { RESOURCES, type ListPage, type ListQuery } from '@headwater/read-models';
import { World } from '@headwater/read-models/testing';
import { eventually } from './testing/eventually.js';
import { temporaryStore, type TemporaryStore } from './testing/temporary.js';

const iri = (name: string): Iri => `https://example.org/${name}` as Iri;

const BOTH: ListQuery = {
  project: EXAMPLE_PROJECT,
  types: [iri('T'), iri('U')],
  typeOperator: 'and',
  sort: { field: '_createdAt', descending: false },
  page: { from: 0 },
  size: 3,
};

describe('A listing that may have to walk many entities', () => {
  let subject: TemporaryStore;
  let world: World;
  beforeEach(async () => {
    subject = await temporaryStore({ bounds: { longListRows: 5 } });
    world = new World(subject.store);
    for (let index = 0; index < 30; index += 1) {
      await world.create({
        id: iri(String(index).padStart(2, '0')),
        types: [iri(index % 3 === 0 ? 'T' : 'V'), iri(index % 2 === 0 ? 'U' : 'V')],
      });
    }
    await subject.store.caughtUp();
  });
  afterEach(() => subject.close());

  const idsOf = ({ entities }: ListPage): readonly string[] => entities.map(({ entity }) => entity.id.slice(iri('').length));

  it('is answered on another thread, as it would be on this one', async () => {
    const { resources } = subject.store;
    expect(await resources.list({ ...BOTH, types: [iri('T')] })).toMatchObject({ total: 10 });
    const page = await resources.list(BOTH);
    expect([idsOf(page), page.total]).toEqual([['00', '06', '12'], 5]);
    if (page.next === undefined) throw new Error('There is a second page.');
    const second = await resources.list({ ...BOTH, page: { after: page.next } });
    expect([idsOf(second), second.total, second.next]).toEqual([['18', '24'], 5, undefined]);
    const any = await resources.list({ ...BOTH, typeOperator: 'or', sort: { field: '@id', descending: true } });
    expect([idsOf(any), any.total]).toEqual([['28', '27', '26'], 20]);
  });

  it('shows what has been written, also after a rebuild has taken the old tables away', async () => {
    const { store } = subject;
    expect((await store.resources.list(BOTH)).total).toBe(5);
    await store.rebuild(RESOURCES);
    const totals = new Set<number>();
    await eventually(async () => {
      totals.add((await store.resources.list(BOTH)).total);
      return store.state().projections.every(({ rebuilding }) => !rebuilding);
    });
    expect(totals).toEqual(new Set([5]));
    await world.create({ id: iri('99'), types: [iri('T'), iri('U')] });
    await store.caughtUp();
    expect((await store.resources.list(BOTH)).total).toBe(6);
  });

  it('is refused where too many are asked for at once', async () => {
    const { resources } = subject.store;
    const asked = await Promise.allSettled(Array.from({ length: 40 }, () => resources.list(BOTH)));
    const refused = asked.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(8);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(StoreOverloaded);
  });

  it('is refused when the store closes meanwhile', async () => {
    const { store } = subject;
    await store.resources.list(BOTH);
    const asked = store.resources.list(BOTH).then(
      (page) => page.total,
      (error: unknown) => error,
    );
    await store.close();
    const outcome = await asked;
    expect(outcome === 5 || outcome instanceof StoreUnavailable).toBe(true);
    await expect(store.resources.list(BOTH)).rejects.toThrow(StoreUnavailable);
  });
});
