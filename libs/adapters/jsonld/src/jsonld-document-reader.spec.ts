import { describe, expect, it } from '@jest/globals';
import { CONTEXTS, CTX, parseJsonSource, type JsonValue } from '@headwater/linked-data';
import { JsonLdDocumentReader } from './jsonld-document-reader.js';
import { base, compacted, expanded, generated, iri, KnownContexts, read, refusal, vocab } from './testing/read.js';

const V = { '@vocab': 'https://v.org/' };
const id = iri('https://example.org/base/r1');
const format = async (body: JsonValue, contexts = new KnownContexts()): Promise<unknown> => {
  const reason = await refusal(body, { contexts });
  expect(reason.code).toBe('InvalidJsonLdFormat');
  return reason.code === 'InvalidJsonLdFormat' ? reason.cause : undefined;
};

describe('A document', () => {
  it('is the example of the seeds (004)', async () => {
    const context = { ex: 'http://localhost:8080/', '@vocab': 'http://localhost:8080/' };
    const document = await read({ '@context': context, '@type': 'ex:Custom', name: 'Alex', number: 24, bool: false }, { id });
    expect(document.types).toEqual(['http://localhost:8080/Custom']);
    expect(document.compacted).toBe(
      `{"@context":["${CONTEXTS.metadata}",${JSON.stringify(context)}],"@id":"${id}","@type":"Custom","bool":false,"name":"Alex","number":24}`,
    );
  });

  it('is hawkeye, with radar and mash as links (3.9)', async () => {
    const document = await read({
      '@context': { '@vocab': 'https://v.org/', friend: { '@type': '@id' } },
      '@id': 'https://x.org/hawkeye',
      friend: 'https://x.org/radar',
      in: { '@id': 'https://x.org/mash', '@type': 'Movie' },
    });
    expect(document.links).toEqual([
      { target: 'https://x.org/radar', path: ['https://v.org/friend'], types: [] },
      { target: 'https://x.org/mash', path: ['https://v.org/in'], types: ['https://v.org/Movie'] },
    ]);
  });

  it('is compacted as recorded (039, 100)', async () => {
    const context = { '@vocab': 'https://example.org/vocab/', name: 'https://schema.org/name' };
    const body = { '@context': context, '@type': 'Person', name: 'Ada', age: 36, height: 1.5, nested: { x: [1, 2, null, true], y: '' } };
    const document = await read({ ...body, '@id': id });
    expect(JSON.parse(document.compacted)).toEqual({
      '@context': [CONTEXTS.metadata, context],
      '@id': id,
      '@type': 'Person',
      name: 'Ada',
      age: 36,
      height: 1.5,
      nested: { x: [1, 2, true], y: '' },
    });
    expect(JSON.parse(document.expanded)).toEqual([
      {
        '@id': id,
        '@type': ['https://example.org/vocab/Person'],
        'https://schema.org/name': [{ '@value': 'Ada' }],
        'https://example.org/vocab/age': [{ '@value': 36 }],
        'https://example.org/vocab/height': [{ '@value': 1.5 }],
        'https://example.org/vocab/nested': [
          {
            'https://example.org/vocab/x': [{ '@value': 1 }, { '@value': 2 }, { '@value': true }],
            'https://example.org/vocab/y': [{ '@value': '' }],
          },
        ],
      },
    ]);
  });

  it.each([null, [], 3, '"text"', true])('is an object, not %j', async (body) => {
    expect(await refusal(body)).toMatchObject({ code: 'MalformedRequestContentRejection' });
  });

  it('has no root member that begins with _, but nested ones (076 to 079, 142)', async () => {
    expect(await refusal({ _rev: 1, _self: 'x', name: 'x' })).toMatchObject({
      code: 'MalformedRequestContentRejection',
      details: expect.stringContaining('_rev, _self'),
    });
    expect(await refusal({ _: 1 })).toMatchObject({ code: 'MalformedRequestContentRejection' });
    expect(await compacted({ inner: { _foo: 1 } })).toMatchObject({ inner: { _foo: 1 } });
  });

  it('may say nothing but its id, or nothing at all', async () => {
    expect((await read({ '@id': 'https://x.org/a' })).id).toBe('https://x.org/a');
    expect(await expanded({ '@context': V, '@id': 'https://x.org/a' })).toEqual({ '@id': 'https://x.org/a' });
    expect((await read({ '@context': { id: '@id' }, id: 'https://x.org/a', unknown: 1 })).id).toBe('https://x.org/a');
    expect(await expanded({})).toEqual({ '@id': generated });
    expect(await compacted({})).toEqual({ '@context': [CONTEXTS.metadata, { '@vocab': vocab, '@base': base }], '@id': generated });
    expect(await expanded({ '@context': V, '@value': 'x' })).toEqual({ '@id': generated });
  });
});

describe('The id (spec/resources.md 3.3)', () => {
  const other = iri('https://example.org/base/other');

  it.each<[string, JsonValue, string]>([
    ['an absolute IRI', { '@id': 'https://x.org/a' }, 'https://x.org/a'],
    ['relative to the project base', { '@id': 'rel1' }, 'https://example.org/base/rel1'],
    ['relative to the project base, with a context', { '@context': V, '@id': 'rel1' }, 'https://example.org/base/rel1'],
    ['relative to a base of its own', { '@context': { '@base': 'https://own.org/' }, '@id': 'rel1' }, 'https://own.org/rel1'],
    ['a curie', { '@context': { ex: 'https://x.org/' }, '@id': 'ex:a' }, 'https://x.org/a'],
    ['an unknown curie, which is an IRI here', { '@id': 'zzz:a' }, 'zzz:a'],
    ['under an alias', { '@context': { id: '@id', '@vocab': 'https://v.org/' }, id: 'https://x.org/a' }, 'https://x.org/a'],
    ['of the one node of a graph', { '@context': V, '@graph': [{ '@id': 'https://x.org/a', b: 1 }] }, 'https://x.org/a'],
    ['of a set', { '@context': V, '@set': [{ '@id': 'https://x.org/a', b: 1 }] }, 'https://x.org/a'],
    ['generated', { name: 'x' }, generated],
  ])('is %s', async (_, body, whole) => {
    expect((await read(body)).id).toBe(whole);
    expect((await compacted(body))['@id']).toBe(whole);
    expect((await expanded(body))['@id']).toBe(whole);
  });

  it('is the one from the URL, generated only where there is none', async () => {
    const generateId = (): never => {
      throw new Error('not wanted');
    };
    expect((await read({ name: 'x' }, { id, generateId })).id).toBe(id);
    expect((await read({ '@id': 'r1', name: 'x' }, { id, generateId })).id).toBe(id);
    expect((await read({ '@id': id, name: 'x' }, { generateId })).id).toBe(id);
  });

  it('must be the same in URL and payload (060)', async () => {
    expect(await refusal({ '@id': other, name: 'x' }, { id })).toEqual({ code: 'UnexpectedId', urlId: id, payloadId: other });
    expect(await refusal({ '@context': V, '@graph': [{ '@id': other, b: 1 }] }, { id })).toMatchObject({ code: 'UnexpectedId' });
  });

  it.each<[JsonValue]>([
    [{ '@id': '', name: 'x' }],
    [{ '@id': '  ', name: 'x' }],
    [{ '@context': { id: '@id' }, id: ' ', 'https://v.org/a': 1 }],
  ])('is never blank: %j (051)', async (body) => {
    expect(await refusal(body)).toEqual({ code: 'BlankId' });
    expect(await refusal(body, { id })).toEqual({ code: 'BlankId' });
  });

  it('leaves other blank members alone', async () => {
    expect(await compacted({ '@context': { id: '@id', '@vocab': 'https://v.org/' }, name: '' })).toMatchObject({ name: '' });
  });

  it('is no blank node (ruling 16, 050)', async () => {
    expect(await format({ '@id': '_:b1', name: 'x' })).toEqual({ kind: 'BlankRoot', value: '_:b1' });
  });

  it.each(['https://example.org/with space', 'https://', '<a>'])('is an IRI, not %s (053)', async (text) => {
    expect(await format({ '@id': text, name: 'x' })).toMatchObject({ kind: 'InvalidIri', keyword: '@id' });
  });

  it('is an IRI in nested nodes too', async () => {
    expect(await format({ a: { '@id': 'http://x.org/a b', b: 1 } })).toMatchObject({
      kind: 'InvalidIri',
      value: expect.stringContaining('a b'),
    });
    expect(await format({ '@context': { ...V, to: { '@type': '@id' } }, to: ['<a>'] })).toMatchObject({ kind: 'InvalidIri' });
    const context = { ...V, any: { '@type': '@json' } };
    expect(await compacted({ '@context': context, any: { '@id': 'a b' } })).toMatchObject({ any: { '@id': 'a b' } });
  });

  it('is a string', async () => {
    expect(await format({ '@id': 5, name: 'x' })).toMatchObject({ kind: 'Syntax', code: 'invalid @id value' });
  });

  it('names the root of several nodes (090, 138)', async () => {
    const graph = [
      { '@id': 'https://example.org/base/g1', a: 1 },
      { '@id': 'https://example.org/base/g2', a: 2 },
    ];
    expect(await compacted({ '@context': V, '@graph': graph }, { id })).toEqual({
      '@context': [CONTEXTS.metadata, V],
      '@id': id,
      '@graph': graph,
    });
    expect((await read({ '@context': V, '@set': graph })).id).toBe(generated);
    expect(await expanded({ '@context': V, '@id': 'https://x.org/a', '@graph': graph })).toMatchObject({
      '@id': 'https://x.org/a',
      '@graph': [{}, {}],
    });
  });
});

describe('The types (spec/resources.md 3.6)', () => {
  it.each<[JsonValue, readonly string[]]>([
    [{ '@type': 'Person' }, ['https://example.org/vocab/Person']],
    [{ '@type': ['Person', 'https://schema.org/Thing', 'Person'] }, ['https://example.org/vocab/Person', 'https://schema.org/Thing']],
    [{ '@context': { a: 'https://v.org/a' }, '@type': 'my-type' }, ['https://example.org/base/my-type']],
    [{ '@context': { kind: '@type', '@vocab': 'https://v.org/' }, kind: 'T' }, ['https://v.org/T']],
    [{ '@type': [] }, []],
    [{ name: 'x' }, []],
  ])('of %j are %j', async (body, types) => expect((await read(body)).types).toEqual(types));

  it('are compacted with the context of the document', async () => {
    const context = { ex: 'https://x.org/' };
    expect(await compacted({ '@context': context, '@type': ['ex:A', 'https://x.org/B'] })).toMatchObject({ '@type': ['ex:A', 'ex:B'] });
    expect(await compacted({ '@context': { kind: '@type', '@vocab': 'https://v.org/' }, kind: 'T' })).toMatchObject({ '@type': 'T' });
    expect(await compacted({ '@type': [], name: 'x' })).not.toHaveProperty('@type');
    expect(await compacted({ '@type': [], a: { '@list': [1] } })).not.toHaveProperty('@type');
    expect((await read({ '@type': 'T', 1: 'x', b: 2 }, { id })).compacted).toContain('"@type":"T","1":"x","b":2}');
  });

  it.each([5, ['a b'], '_:b', { a: 1 }])('are IRIs, not %j (089)', async (type) => {
    expect(await refusal({ '@type': type, name: 'x' })).toMatchObject({ code: 'InvalidJsonLdFormat' });
  });
});

describe('A document without a context (spec/resources.md 3.4)', () => {
  it.each<[JsonValue]>([
    [{ name: 'x' }],
    [{ '@context': {}, name: 'x' }],
    [{ '@context': [], name: 'x' }],
    [{ '@context': null, name: 'x' }],
    [{ '@context': [{}], name: 'x' }],
  ])('gets the one of the project: %j', async (body) => {
    expect(await compacted(body)).toEqual({
      '@context': [CONTEXTS.metadata, { '@vocab': vocab, '@base': base }],
      '@id': generated,
      name: 'x',
    });
    expect(await expanded(body)).toEqual({ '@id': generated, 'https://example.org/vocab/name': [{ '@value': 'x' }] });
  });

  it('keeps full property IRIs and full nested ids', async () => {
    expect(await compacted({ 'https://a.org/b': 3, nested: { '@id': 'other', c: 1 } })).toMatchObject({
      'https://a.org/b': 3,
      nested: { '@id': 'https://example.org/base/other', c: 1 },
    });
  });

  it('does not take one project for another', async () => {
    const mine = await read({ name: 'x', '@type': 'T' });
    const theirs = await read({ name: 'x', '@type': 'T' }, { base: iri('https://b.org/'), vocab: iri('https://b.org/v/') });
    expect(mine.types).toEqual(['https://example.org/vocab/T']);
    expect(theirs.types).toEqual(['https://b.org/v/T']);
  });
});

describe('A context', () => {
  it('is the resource of that IRI, as recorded (085, 139)', async () => {
    const contexts = new KnownContexts({
      'https://example.org/ctx/c1': {
        name: 'https://schema.org/name',
        Person: 'https://schema.org/Person',
        knows: { '@id': 'https://schema.org/knows', '@type': '@id' },
      },
    });
    const body = {
      '@context': ['https://example.org/ctx/c1', V],
      '@type': 'Person',
      name: 'Bob',
      knows: 'https://example.org/base/r1',
      other: 'z',
    };
    const document = await read(body, { id, contexts });
    expect(JSON.parse(document.compacted)).toEqual({
      '@context': [CONTEXTS.metadata, 'https://example.org/ctx/c1', V],
      '@id': id,
      '@type': 'Person',
      knows: 'https://example.org/base/r1',
      name: 'Bob',
      other: 'z',
    });
    expect(document.contexts).toEqual([{ iri: 'https://example.org/ctx/c1', kind: 'resource', project: 'o/p', rev: 1 }]);
  });

  it('is asked for level by level, each once', async () => {
    const contexts = new KnownContexts({
      'https://x.org/a': ['https://x.org/c', 'https://x.org/d', { a: 'https://v.org/a' }],
      'https://x.org/b': { b: { '@id': 'https://v.org/b', '@context': 'https://x.org/e' } },
      'https://x.org/c': 'https://x.org/e',
      'https://x.org/d': [],
      'https://x.org/e': { e: 'https://v.org/e' },
    });
    const body = { '@context': ['https://x.org/a', 'https://x.org/b', CTX('tags.json')], a: 1, b: { e: 2 }, e: 3, tags: 'x' };
    const document = await read(body, { contexts });
    expect(contexts.calls).toEqual([
      ['https://x.org/a', 'https://x.org/b'],
      ['https://x.org/c', 'https://x.org/d', 'https://x.org/e'],
    ]);
    expect(document.contexts.map((context) => context.iri.slice(-9))).toEqual(
      ['x.org/a', 'x.org/b', 'tags.json', 'x.org/c', 'x.org/d', 'x.org/e'].map((name) => expect.stringContaining(name)),
    );
    expect(JSON.parse(document.compacted)).toMatchObject({ a: 1, b: { e: 2 }, e: 3, tags: ['x'] });
  });

  it('is seen in nested nodes too', async () => {
    const contexts = new KnownContexts({ 'https://x.org/a': { a: 'https://v.org/inner' } });
    const document = await read({ '@context': V, nested: { '@context': 'https://x.org/a', a: 1 }, a: 2 }, { contexts });
    expect(document.contexts).toMatchObject([{ iri: 'https://x.org/a' }]);
    expect(JSON.parse(document.expanded)).toMatchObject([{ 'https://v.org/nested': [{ 'https://v.org/inner': [{ '@value': 1 }] }] }]);
    // The nested context is not served, so its terms are not used.
    expect(JSON.parse(document.compacted)).toMatchObject({ nested: { inner: 1 }, a: 2 });
  });

  it("is a new revision once the loader gives another object, and another project's where that is asked", async () => {
    const body = { '@context': 'https://x.org/a', a: 1 };
    const of = async (property: string): Promise<unknown> =>
      Object.keys(await expanded(body, { contexts: new KnownContexts({ 'https://x.org/a': { a: property } }) }))[1];
    expect(await of('https://v.org/one')).toBe('https://v.org/one');
    expect(await of('https://v.org/two')).toBe('https://v.org/two');
  });

  it('with a relative vocabulary follows the base', async () => {
    const body = { '@context': { '@vocab': '#' }, a: 1 };
    expect(Object.keys(await expanded(body))).toContain('https://example.org/base/#a');
    expect(Object.keys(await expanded(body, { base: iri('https://other.org/') }))).toContain('https://other.org/#a');
    expect(Object.keys(await expanded(body))).toContain('https://example.org/base/#a');
    expect(await compacted(body)).toMatchObject({ 'https://example.org/base/#a': 1 });
  });

  it('that is not found is named (080)', async () => {
    expect(await format({ '@context': 'https://nowhere.invalid/ctx', name: 'x' })).toEqual({
      kind: 'ContextNotFound',
      iri: 'https://nowhere.invalid/ctx',
    });
    expect(await format({ '@context': V, a: { '@context': 'https://nowhere.invalid/ctx', b: 1 } })).toMatchObject({
      kind: 'ContextNotFound',
    });
    expect(await format({ '@context': { a: { '@id': 'https://v.org/a', '@context': 'https://nowhere.invalid/ctx' } } })).toMatchObject({
      kind: 'ContextNotFound',
    });
    expect(await format({ '@context': CTX('nope.json'), name: 'x' })).toMatchObject({ kind: 'ContextNotFound' });
  });

  it('that is not an IRI is refused', async () => {
    expect(await format({ '@context': 'relative', name: 'x' })).toEqual({ kind: 'InvalidIri', keyword: '@context', value: 'relative' });
  });

  it.each<[JsonValue]>([
    [3],
    [true],
    [[3]],
    [[['https://x.org/a']]],
    [{ name: { '@id': 5 } }],
    [{ '@vocab': 5 }],
    [{ '@version': 2 }],
    [{ name: 7 }],
    [{ a: 'b', b: 'a' }],
  ])('is not %j (081, 082)', async (context) => {
    expect(await format({ '@context': context, name: 'x' })).toMatchObject({ kind: 'Syntax' });
  });

  it('is refused in a circle, also where an update closed it (ruling 20)', async () => {
    const circle = new KnownContexts({ 'https://x.org/a': ['https://x.org/b'], 'https://x.org/b': 'https://x.org/a' });
    expect(await format({ '@context': 'https://x.org/a', a: 1 }, circle)).toEqual({
      kind: 'CircularContexts',
      iris: ['https://x.org/a', 'https://x.org/b', 'https://x.org/a'],
    });
    // The closing context itself is data.
    const closing = { '@context': 'https://x.org/c' };
    expect((await read(closing, { contexts: new KnownContexts({ 'https://x.org/c': {} }) })).contexts).toHaveLength(1);
    const self = new KnownContexts({ 'https://x.org/a': { a: { '@id': 'https://v.org/a', '@context': 'https://x.org/a' } } });
    expect(await compacted({ '@context': 'https://x.org/a', a: { a: { a: 1 } } }, { contexts: self })).toMatchObject({
      a: { a: { a: 1 } },
    });
  });

  it('may be shared by two that are included', async () => {
    const contexts = new KnownContexts({
      'https://x.org/a': 'https://x.org/c',
      'https://x.org/b': 'https://x.org/c',
      'https://x.org/c': { a: 'https://v.org/a' },
    });
    expect(await compacted({ '@context': ['https://x.org/a', 'https://x.org/b'], a: 1 }, { contexts })).toMatchObject({ a: 1 });
  });

  it('is imported without a trace in the importing one', async () => {
    const importing = { '@import': 'https://x.org/a', own: 'https://v.org/own' };
    const body = { '@context': importing, a: 1, own: 2 };
    const of = (property: string): Promise<unknown> =>
      expanded(body, { contexts: new KnownContexts({ 'https://x.org/a': { a: property } }) });
    expect(await of('https://v.org/one')).toMatchObject({ 'https://v.org/one': [{ '@value': 1 }], 'https://v.org/own': [{ '@value': 2 }] });
    expect(await of('https://v.org/two')).toMatchObject({ 'https://v.org/two': [{ '@value': 1 }] });
    const served = await compacted(body, { contexts: new KnownContexts({ 'https://x.org/a': { a: 'https://v.org/a' } }) });
    expect(served).toMatchObject({ '@context': [CONTEXTS.metadata, importing], a: 1, own: 2 });
    const circle = new KnownContexts({ 'https://x.org/a': { '@import': 'https://x.org/a' } });
    expect(await format({ '@context': 'https://x.org/a', a: 1 }, circle)).toMatchObject({ kind: 'CircularContexts' });
  });

  it('is served once where it is the metadata context, and from a null on', async () => {
    expect((await compacted({ '@context': [V, CONTEXTS.metadata], a: 1 }))['@context']).toEqual([CONTEXTS.metadata, V]);
    expect((await compacted({ '@context': CONTEXTS.metadata, '@id': 'https://x.org/a' }))['@context']).toEqual([CONTEXTS.metadata]);
    expect(
      await compacted({ '@context': [{ a: 'https://x.org/a', b: 'https://x.org/b' }, null, { b: 'https://y.org/b' }], a: 1, b: 2 }),
    ).toEqual({
      '@context': [CONTEXTS.metadata, { b: 'https://y.org/b' }],
      '@id': generated,
      b: 2,
    });
  });

  it('drops what it does not define from all but the source', async () => {
    expect(await compacted({ '@context': { a: 'https://v.org/a' }, a: 1, b: 2 })).toEqual({
      '@context': [CONTEXTS.metadata, { a: 'https://v.org/a' }],
      '@id': generated,
      a: 1,
    });
  });

  it('passes failures of the loader on', async () => {
    const contexts = { load: () => Promise.reject(new TypeError('store out of reach')) };
    await expect(read({ '@context': 'https://x.org/a' }, { contexts })).rejects.toThrow('store out of reach');
    await expect(read({ '@context': V, a: { '@context': 'https://x.org/a' } }, { contexts })).rejects.toThrow('store out of reach');
    await expect(read({ '@context': { a: { '@id': 'https://v.org/a', '@context': 'https://x.org/a' } } }, { contexts })).rejects.toThrow(
      'store out of reach',
    );
  });
});

describe('The compacted form', () => {
  it('says what the expanded form says, under the context that it shows', async () => {
    const body = {
      '@context': {
        '@vocab': 'https://v.org/',
        at: { '@type': 'http://www.w3.org/2001/XMLSchema#dateTime' },
        all: { '@container': '@set' },
      },
      '@type': 'T',
      at: '2026-01-01T00:00:00Z',
      all: 'x',
      list: { '@list': [1, 2] },
      text: { '@value': 'hallo', '@language': 'de' },
      _nothing: undefined,
    };
    const { _nothing, ...sent } = body;
    const once = await read(sent);
    const { '@context': context, ...rest } = JSON.parse(once.compacted) as Record<string, JsonValue>;
    const again = await read({ '@context': context ?? null, ...rest });
    expect(JSON.parse(again.expanded)).toEqual(JSON.parse(once.expanded));
    expect(again.compacted).toBe(once.compacted);
  });

  it('does not give nested members a meaning that the metadata context has', async () => {
    const body = { '@context': V, inner: { _rev: 1, _other: 2 } };
    expect(await compacted(body)).toMatchObject({ inner: { 'https://v.org/_rev': 1, _other: 2 } });
  });

  it('keeps properties that would be metadata under their IRI', async () => {
    const body = {
      '@context': {
        ...V,
        _me: { '@id': 'https://v.org/me', '@type': '@id' },
        _nest: '@nest',
        in: { '@id': 'https://v.org/in', '@nest': '_nest' },
        _kind: '@type',
        _back: '@reverse',
      },
      'https://v.org/_x': 'text',
      'https://v.org/me': { '@id': 'https://x.org/me' },
      'https://v.org/in': 1,
      'https://v.org/out': 2,
      '@type': 'T',
      '@reverse': { 'https://v.org/knows': { '@id': 'https://x.org/you' } },
    };
    const document = await read(body);
    const served = JSON.parse(document.compacted) as Record<string, JsonValue>;
    expect(Object.keys(served).filter((name) => name.startsWith('_'))).toEqual([]);
    expect(served).toMatchObject({
      '@type': 'T',
      out: 2,
      'https://v.org/_x': [{ '@value': 'text' }],
      'https://v.org/me': [{ '@id': 'https://x.org/me' }],
    });
    const again = await read(served);
    expect(JSON.parse(again.expanded)).toEqual(JSON.parse(document.expanded));
  });

  it('keeps ids whole, under any base', async () => {
    const body = {
      '@context': { ...V, '@base': 'https://x.org/a/' },
      '@id': 'b',
      to: [{ '@id': 'c:d' }, { '@id': '../e' }, { '@id': 'https://x.org/a/f:g' }],
    };
    const document = await read(body);
    expect(JSON.parse(document.compacted)).toMatchObject({
      '@id': 'https://x.org/a/b',
      to: [{ '@id': 'c:d' }, { '@id': 'https://x.org/e' }, { '@id': 'https://x.org/a/f:g' }],
    });
  });

  it('bears terms with a colon for what another term names too', async () => {
    const context = { dc: 'https://v.org/', 'dc:t': { '@type': '@id' }, title: 'https://v.org/t' };
    expect(await compacted({ '@context': context, title: 'x', 'dc:t': 'https://x.org/a' })).toMatchObject({
      title: 'x',
      'dc:t': 'https://x.org/a',
    });
  });

  it('keeps members with blanks in their names', async () => {
    const body = { 'first name': 'Ada', nested: { 'tab\tand\nline': 1 } };
    expect(await compacted(body)).toMatchObject(body);
    expect(await expanded(body)).toMatchObject({ 'https://example.org/vocab/first name': [{ '@value': 'Ada' }] });
    const context = { 'first name': 'https://v.org/first', '@vocab': 'https://v.org/' };
    const contexts = new KnownContexts({ 'https://x.org/a': context });
    expect(await expanded({ '@context': context, 'first name': 1 })).toMatchObject({ 'https://v.org/first': [{ '@value': 1 }] });
    expect(await compacted({ '@context': 'https://x.org/a', 'https://v.org/first': 1 }, { contexts })).toMatchObject({ 'first name': 1 });
    expect((await read({ 'has part': { '@id': 'x' } })).links).toMatchObject([{ path: ['https://example.org/vocab/has part'] }]);
  });

  it('keeps JSON literals as they are', async () => {
    const context = {
      ...V,
      any: { '@id': 'https://v.org/any', '@type': '@json' },
      by: { '@id': 'https://v.org/by', '@container': '@index' },
    };
    const any = { '@context': 'https://nowhere.invalid/', b: [null, { '@id': 5 }], '@index': 'x' };
    const source = parseJsonSource(JSON.stringify({ '@context': context, any }));
    const document = await read({ '@context': context, any }, { source });
    expect(JSON.parse(document.compacted)).toMatchObject({ any });
    expect(source.value).toEqual({ '@context': context, any });
  });
});

describe('The bounds', () => {
  const bounded = (limits: object): JsonLdDocumentReader => new JsonLdDocumentReader(limits);
  const cause = async (body: JsonValue, limits: object, contexts = new KnownContexts()): Promise<unknown> => {
    const reason = await refusal(body, { contexts }, bounded(limits));
    return reason.code === 'InvalidJsonLdFormat' ? reason.cause.kind : reason.code;
  };

  it('hold for the number of contexts', async () => {
    const chain = new KnownContexts(
      Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`https://x.org/${n}`, `https://x.org/${n + 1}`])),
    );
    expect(await cause({ '@context': 'https://x.org/0' }, { maxContexts: 5 }, chain)).toBe('TooManyContexts');
    expect(chain.calls).toHaveLength(5);
  });

  it('hold for the size of contexts', async () => {
    const long = { a: `https://v.org/${'x'.repeat(3_000)}` };
    expect(await cause({ '@context': long, a: 1 }, {})).toBe('ContextTooLarge');
    const big = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`t${n}`, `https://v.org/${n}`]));
    expect(await cause({ '@context': big }, { maxContextChars: 1_000 })).toBe('ContextTooLarge');
    expect(await cause({ '@context': 'https://x.org/a' }, { maxContextChars: 1_000 }, new KnownContexts({ 'https://x.org/a': big }))).toBe(
      'ContextTooLarge',
    );
  });

  it('hold for what contexts cost: many scopes over many terms', async () => {
    const terms = Object.fromEntries(
      Array.from({ length: 200 }, (_, n) => [`t${n}`, { '@id': `https://v.org/${n}`, '@context': { x: `https://x.org/${n}` } }]),
    );
    expect(await cause({ '@context': terms, t1: 1 }, { maxContextWork: 20_000 })).toBe('ContextTooLarge');
    const nodes = Array.from({ length: 400 }, (_, n) => ({ '@context': { x: `https://x.org/${n}` }, x: 1 }));
    const wide = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`t${n}`, `https://v.org/${n}`]));
    expect(await cause({ '@context': wide, t1: nodes }, { maxContextWork: 20_000 })).toBe('ContextTooLarge');
  });

  it('hold for the size of the expanded form', async () => {
    const context = { a: `https://v.org/${'x'.repeat(2_000)}` };
    expect(await cause({ '@context': context, a: Array.from({ length: 5_000 }, () => ({ a: 1 })) }, {})).toBe('TooLarge');
  });

  it('hold for what is kept: unique contexts leave nothing behind', async () => {
    const reader = bounded({ cachedTerms: 500, cachedContextChars: 20_000 });
    const sizes = [];
    for (let n = 0; n < 300; n++) {
      const context = {
        '@vocab': `https://v.org/${n}/`,
        ...Object.fromEntries(Array.from({ length: 10 }, (_, term) => [`t${term}`, `https://x.org/${n}/${term}`])),
      };
      const document = await read({ '@context': context, t1: n, other: 1 }, {}, reader);
      expect(document.expanded).toContain(`https://x.org/${n}/1`);
      sizes.push(reader.cacheSize());
    }
    expect(Math.max(...sizes.map(({ terms }) => terms))).toBeLessThanOrEqual(500 + 100);
    expect(Math.max(...sizes.map(({ inlineContexts }) => inlineContexts))).toBeLessThan(30);
  });
});
