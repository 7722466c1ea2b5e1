import fc from 'fast-check';
import type { Iri } from '@headwater/linked-data';
import { renderChangedItem } from './changed-item.js';
import { MalformedPush, TooManyItems, pushedItems, type PushedItem } from './push-body.js';

const base = 'https://example.org/base/' as Iri;
const read = (text: string, maxItems = 100) => [...pushedItems({ text, base, client: 'anonymous', maxItems })];
const context = '{"id":"@context","description":"reserved"}';

describe('The body of a push', () => {
  it("is read as the seed's own example", () => {
    const cow = (id: string, more = ''): string =>
      `{ "resourceType" : "icarAnimalCoreResource", "meta" : { "source" : "io.mimiro.data.cattle", "sourceId" : "${id}"${more} } }`;
    const items = read(`[\n ${context},\n ${cow('some-cow-id-1')},\n ${cow('some-cow-id-2', ',"isDeleted" : true')}\n]`);
    expect(items).toMatchObject([
      { index: 1, deleted: false, iri: `${base}io.mimiro.data.cattle/-/some-cow-id-1`, source: { text: cow('some-cow-id-1') } },
      { index: 2, deleted: true },
    ]);
  });

  it('may be empty, or a context alone, or have no context', () => {
    expect(read('[]')).toEqual([]);
    expect(read(` [ ${context} ] `)).toEqual([]);
    expect(read('[{"id":"x"}]')).toMatchObject([{ index: 0, iri: `${base}x` }]);
  });

  it("keeps each item's own text", () => {
    const item = '{"b":12345678901234567890,\n "id":"x", "a":"]},{\\"", "b":1.10}';
    const [read1] = read(`[${item}]`) as PushedItem[];
    expect(read1?.source.text).toBe(item);
    expect(read1?.source.inexact).toHaveLength(1);
  });

  it('may hold items as a changes feed gives them, whose _rev means nothing here', () => {
    const source = '{"n":12345678901234567890,"id":"x","meta":{"modified":"then"}}';
    const row = { id: `${base}x` as Iri, rev: 7, deprecated: false, modified: 'now', identity: { kind: 'id', id: 'x' } as const };
    expect(read(`[${renderChangedItem(row, source)}]`)).toMatchObject([{ iri: `${base}x`, source: { text: source } }]);
    const [tombstone] = read(`[${renderChangedItem({ ...row, deprecated: true }, source)}]`);
    expect(tombstone).toMatchObject({ iri: `${base}x`, deleted: true });
    expect(read('[{ "_rev" : 1 , "id" : "x" , "_rev" : 2 }]')).toMatchObject([{ source: { text: '{"id" : "x"}' } }]);
    expect(read('[{"_rev":"no number","id":"x"}]')).toMatchObject([{ source: { text: '{"_rev":"no number","id":"x"}' } }]);
  });

  it.each([
    ['true', true],
    ['"true"', true],
    ['false', false],
    ['"false"', false],
  ])('takes isDeleted %s for %s', (flag, deleted) => {
    expect(read(`[{"id":"x","meta":{"isDeleted":${flag}}}]`)).toMatchObject([{ deleted }]);
  });

  it.each([
    ['{"id":"x","meta":{"isDeleted":"yes"}}', /isDeleted/],
    ['{"id":"x","meta":{"isDeleted":null}}', /isDeleted/],
    ['{"name":"x"}', /no identity/],
    ['"x"', /must be an object/],
    ['null', /must be an object/],
    ['[]', /must be an object/],
    ['{"id":"x","a":1e400}', /too large/],
    [`{"id":"x","a":${'['.repeat(200)}${']'.repeat(200)}}`, /deep/],
    [context, /must be the first/],
  ])('has an item error for %s', (item, error) => {
    expect(read(`[{"id":"a"},${item},{"id":"b"}]`)).toMatchObject([
      { index: 0 },
      { index: 1, successful: false, error: expect.stringMatching(error) },
      { index: 2 },
    ]);
  });

  it.each([
    ['{}', /array/],
    ['', /array/],
    ['"x"', /array/],
    ['[{"id":"x"}', /does not end/],
    ['[{"id":"x"},]', /empty element/],
    ['[{"id":"x"}] x', /more text/],
    ['[{"id":"x",}]', /not JSON/],
    ['[{"id":x}]', /not JSON/],
    ['[{"id":"@continuation","token":"x"}]', /continuation/],
    [`[{"id":"x"},{"id":"@continuation"}]`, /continuation/],
  ])('is malformed: %s', (text, reason) => {
    expect(() => read(text)).toThrow(MalformedPush);
    expect(() => read(text)).toThrow(reason);
  });

  it('has a most of items, the context not counted', () => {
    expect(read(`[${context},{"id":"a"},{"id":"b"}]`, 2)).toHaveLength(2);
    expect(() => read('[{"id":"a"},{"id":"b"},{"id":"c"}]', 2)).toThrow(TooManyItems);
  });

  it('is read into as many items as were sent, whatever they hold', () => {
    const item = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(fc.array(item, { maxLength: 20 }), fc.constantFrom(0, 1), (sent, spaces) => {
        const text = JSON.stringify(
          sent.map((one, at) => ({ ...one, id: `i${at}`, dataPointKey: undefined, meta: undefined })),
          undefined,
          spaces,
        );
        const got = read(text);
        return got.length === sent.length && got.every((one, at) => one.index === at && (one as PushedItem).iri === `${base}i${at}`);
      }),
    );
  });
});
