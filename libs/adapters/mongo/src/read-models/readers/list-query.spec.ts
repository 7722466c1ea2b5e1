import type { Iri } from '@headwater/linked-data';
import type { ListQuery } from '@headwater/read-models';
import { isCounted, orderOf, pageOf, selected, selectionOf } from './list-query.js';

const iri = (name: string): Iri => `https://example.org/${name}` as Iri;
const query: ListQuery = {
  project: { organization: 'org', project: 'project' },
  types: [],
  typeOperator: 'and',
  sort: { field: '_createdAt', descending: false },
  page: { from: 0 },
  size: 10,
};
const [T, U] = [iri('T'), iri('U')];

describe('What a listing selects', () => {
  it.each<[string, Partial<ListQuery>, readonly (readonly string[])[], boolean]>([
    ['everything', {}, [['org/project|0|', 'org/project|1|']], true],
    ['one flag', { deprecated: true }, [['org/project|1|']], true],
    ['one type, however often it is named', { types: [T, T], deprecated: false }, [[`org/project|0|t${T}`]], true],
    ['a schema', { schema: T, deprecated: false }, [[`org/project|0|s${T}`]], true],
    ['all of several types', { types: [T, U], deprecated: false }, [[`org/project|0|t${T}`], [`org/project|0|t${U}`]], false],
    [
      'any of several types',
      { types: [T, U], typeOperator: 'or', deprecated: false },
      [[`org/project|0|t${T}`, `org/project|0|t${U}`]],
      false,
    ],
    ['any of one type', { types: [T], typeOperator: 'or', deprecated: false }, [[`org/project|0|t${T}`]], true],
    ['a type and a schema', { types: [T], schema: U, deprecated: false }, [[`org/project|0|t${T}`], [`org/project|0|s${U}`]], false],
  ])('of %s is one list of each group, and its total is kept or counted', (_, filter, groups, counted) => {
    const asked = { ...query, ...filter };
    expect(selectionOf(asked)).toEqual(groups);
    expect(isCounted(groups, asked)).toBe(counted);
  });

  it('is counted by one condition', () => {
    expect(selected([['a', 'b']])).toEqual({ lists: { $in: ['a', 'b'] } });
    expect(selected([['a'], ['b', 'c']])).toEqual({ $and: [{ lists: { $in: ['a'] } }, { lists: { $in: ['b', 'c'] } }] });
  });
});

describe('A page of a listing', () => {
  const after = { key: 5, id: iri('x') };
  const stream = `entity/org/project/${iri('x')}`;

  it('is one range for each list that is walked, and two after a cursor', () => {
    expect(pageOf([['a']], 0, query)).toEqual({ lists: 'a' });
    expect(pageOf([['a', 'b'], ['c']], 0, query)).toEqual({
      $or: ['a', 'b'].map((lists) => ({ lists, $and: [{ lists: { $in: ['c'] } }] })),
    });
    expect(pageOf([['a']], 0, { ...query, page: { after } })).toEqual({
      $or: [
        { lists: 'a', created: { $gt: 5 } },
        { lists: 'a', created: 5, _id: { $gt: stream } },
      ],
    });
    const sort = { field: '@id', descending: true } as const;
    expect(pageOf([['b'], ['a']], 1, { ...query, sort, page: { after } })).toEqual({
      lists: 'a',
      _id: { $lt: stream },
      $and: [{ lists: { $in: ['b'] } }],
    });
  });

  it('is in the order of the field, then of ids; descending is the reverse', () => {
    expect(orderOf({ field: '_updatedAt', descending: false })).toEqual({ updated: 1, _id: 1 });
    expect(orderOf({ field: '_createdAt', descending: true })).toEqual({ created: -1, _id: -1 });
    expect(orderOf({ field: '@id', descending: true })).toEqual({ _id: -1 });
  });
});
