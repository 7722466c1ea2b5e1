import { revision } from '@headwater/event-sourcing';
import { effectiveMappings, type Iri } from '@headwater/linked-data';
import { QueryParams } from '@headwater/platform';
import type { ListQuery } from '@headwater/read-models';
import { cursorText } from './list-cursor.js';
import { listQuery } from './list-query.js';

const iri = (text: string): Iri => text as Iri;
const scope = {
  ref: { organization: 'o', project: 'p' },
  rev: revision(1),
  base: iri('https://e.org/base/'),
  vocab: iri('https://e.org/vocab/'),
  mappings: effectiveMappings([{ prefix: 'ex', namespace: iri('https://ex.org/') }]),
};
const read = (query: object, segment?: string, deprecated = false): ListQuery =>
  listQuery(new QueryParams(query), scope, segment, { deprecated });
const UNCONSTRAINED = 'https://bluebrain.github.io/nexus/schemas/unconstrained.json';

describe('A listing', () => {
  it('is of what is not deprecated, by creation and id, twenty at a time', () => {
    expect(read({})).toEqual({
      project: scope.ref,
      deprecated: false,
      types: [],
      typeOperator: 'and',
      sort: { field: '_createdAt', descending: false },
      page: { from: 0 },
      size: 20,
    });
  });

  it('shows deprecated entities where it is asked to, or configured to', () => {
    expect(read({ deprecated: 'true' }).deprecated).toBe(true);
    expect(read({}, undefined, true).deprecated).toBeUndefined();
    expect(read({ deprecated: 'false' }, undefined, true).deprecated).toBe(false);
    expect(() => read({ deprecated: 'zz' })).toThrow("The query parameter 'deprecated' was malformed.");
  });

  it("reads types in the project's vocabulary, each once", () => {
    expect(read({ type: ['Person', 'ex:A', 'https://t.org/T', '+Person', ' ex:A'] }).types).toEqual([
      'https://e.org/vocab/Person',
      'https://ex.org/A',
      'https://t.org/T',
    ]);
    expect(read({ type: 'A', typeOperator: 'or' }).typeOperator).toBe('or');
    expect(() => read({ typeOperator: 'xor' })).toThrow("The query parameter 'typeOperator' was malformed.");
    expect(() => read({ type: '-Person' })).toThrow("The query parameter 'type' was malformed.");
    const many = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `T${String(n)}`);
    expect(read({ type: many(50) }).types).toHaveLength(50);
    expect(() => read({ type: many(51) })).toThrow("The query parameter 'type' was malformed.");
    expect(() => read({ type: 'a b' })).toThrow("'a b' cannot be expanded to an IRI.");
  });

  it('takes the schema of the path, where _ is any, before that of the query', () => {
    expect(read({}, '_').schema).toBeUndefined();
    expect(read({}, 'resource').schema).toBe(UNCONSTRAINED);
    expect(read({ schema: 'ex:S' }, '_').schema).toBe('https://ex.org/S');
    expect(read({ schema: '_' }).schema).toBe(UNCONSTRAINED);
    expect(read({ schema: 'ex:S' }, 'ex:T').schema).toBe('https://ex.org/T');
    expect(read({}, 'ex:T?rev=2').schema).toBe('https://ex.org/T');
  });

  it('can be sorted by what is indexed, and says so otherwise', () => {
    expect(read({ sort: '-_updatedAt' }).sort).toEqual({ field: '_updatedAt', descending: true });
    expect(read({ sort: '@id' }).sort).toEqual({ field: '@id', descending: false });
    expect(read({ sort: ['_createdAt', '@id'] }).sort).toEqual({ field: '_createdAt', descending: false });
    for (const sort of ['name', '_createdBy', ['@id', '_createdAt'], ['-_createdAt', '@id']]) {
      expect(() => read({ sort })).toThrow("The query parameter 'sort' was malformed.");
    }
  });

  it('goes on after a cursor, which belongs to its sort', () => {
    expect(read({ after: '[1559045718752,"https://x/id"]' }).page).toEqual({ after: { key: 1559045718752, id: 'https://x/id' } });
    expect(read({ sort: '@id', after: '["https://x/id","https://x/id"]' }).page).toEqual({
      after: { key: 'https://x/id', id: 'https://x/id' },
    });
    const cursor = { key: 5, id: iri('https://x/"é"') };
    expect(cursorText(cursor)).toBe('[5,"https://x/\\"é\\""]');
    for (const after of [
      'zzz',
      '{}',
      '[]',
      '[1]',
      '[1,"not an iri"]',
      '["a","https://x/id"]',
      '[null,"https://x/id"]',
      '[1,"https://x/id",2]',
    ]) {
      expect(() => read({ after })).toThrow("The query parameter 'after' was malformed.");
    }
    expect(() => read({ sort: '@id', after: '[1,"https://x/id"]' })).toThrow("The query parameter 'after' was malformed.");
    expect(() => read({ after: '[1,"https://x/id"]', from: '2' })).toThrow("The query parameter 'after, from' was malformed.");
  });

  it('ignores what it does not know, and refuses what a later release does', () => {
    expect(() => read({ zzz: '1', q: ' ', aggregations: 'false' })).not.toThrow();
    for (const name of ['q', 'createdBy', 'updatedBy', 'createdAt', 'updatedAt', 'id', 'locate', 'rev', 'tag', 'keywords']) {
      expect(() => read({ [name]: '1' })).toThrow(`The query parameter '${name}' was malformed.`);
    }
    expect(() => read({ aggregations: 'true' })).toThrow("The query parameter 'aggregations' was malformed.");
  });
});
