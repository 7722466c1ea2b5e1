import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '@headwater/linked-data';
import fc from 'fast-check';
import { recordOf } from './context-cache.js';
import { PlainContexts } from './plain-context.js';
import { compactPlain, expandPlain } from './plain-documents.js';
import { compact, expand, repair, type ActiveContext, type ContextResolver, type Processed } from './processor.js';

const facade = createRequire(import.meta.url)('jsonld') as {
  expand(input: unknown, options: object): Promise<JsonValue[]>;
  compact(input: unknown, context: unknown, options: object): Promise<JsonObject>;
};
const base = 'https://example.org/base/';

/** A context as jsonld processes it, for one document at a time. */
function processor(
  context: JsonObject,
  mode: 'expand' | 'compact' = 'expand',
): { readonly root: object; readonly contextResolver: ContextResolver } {
  const root = {};
  const kept = new Map<ActiveContext, Processed>();
  const { document } = recordOf(context);
  const resolved = {
    document,
    getProcessed: (active: ActiveContext) => kept.get(active),
    setProcessed: (active: ActiveContext, processed: Processed) => {
      if (mode === 'compact' && '@base' in processed.context) processed.context['@base'] = null;
      repair(processed.context);
      kept.set(active, processed);
    },
  };
  return { root, contextResolver: { resolve: () => [resolved] } };
}

async function attempt<T>(action: () => Promise<T>): Promise<T | 'refused'> {
  try {
    return await action();
  } catch {
    return 'refused';
  }
}

/** Both ways, and what each gives; `undefined` where the document or the context is not plain. */
async function bothWays(
  context: JsonObject,
  body: JsonObject,
): Promise<{ expanded?: readonly [string, string]; compacted?: readonly [string, string] }> {
  const { root, contextResolver } = processor(context);
  const compacting = processor(context, 'compact');
  const plainContexts = new PlainContexts(1_000);
  const options = { base: null, contextResolver, keepFreeFloatingNodes: false };
  const processed = await attempt(() => compact({}, root, options));
  if (processed === 'refused') return {};
  const plain = plainContexts.of(processed.active);
  if (plain === undefined) return {};
  const theirs = await attempt(() => expand({ ...body, '@context': root }, { ...options, base }));
  const ours = expandPlain({ ...body, '@context': root as JsonObject }, plain, base);
  if (ours === undefined) return {};
  // Twice: the second time from what is remembered.
  expect(JSON.stringify(expandPlain(body, plain, base))).toBe(JSON.stringify(ours));
  const expanded = [JSON.stringify([ours]), JSON.stringify(theirs)] as const;
  const compactOptions = { ...options, contextResolver: compacting.contextResolver };
  const compactedTheirs = await attempt(() => compact(ours, compacting.root, compactOptions));
  if (compactedTheirs === 'refused') return { expanded };
  const compactContext = plainContexts.of(compactedTheirs.active);
  const compactedOurs = compactContext && compactPlain(ours, compactContext);
  if (compactContext === undefined || compactedOurs === undefined) return { expanded };
  expect(JSON.stringify(compactPlain(ours, compactContext))).toBe(JSON.stringify(compactedOurs));
  return { expanded, compacted: [JSON.stringify(compactedOurs), JSON.stringify(compactedTheirs.compacted)] };
}

const definition = fc.constantFrom<JsonValue>(
  'https://v.org/a',
  'https://v.org/b',
  'https://x.org/',
  'https://x.org/p#',
  'ex:a',
  '@id',
  '@type',
  '@graph',
  { '@id': 'https://v.org/a', '@type': '@id' },
  { '@id': 'https://v.org/b', '@type': 'http://www.w3.org/2001/XMLSchema#integer' },
  { '@id': 'https://v.org/a', '@container': '@set' },
  { '@id': 'https://v.org/b', '@container': '@list' },
  { '@id': 'https://v.org/a', '@type': '@id', '@container': '@set' },
  { '@id': 'https://x.org/', '@prefix': true },
  { '@id': 'https://v.org/c', '@language': 'de' },
  { '@reverse': 'https://v.org/c' },
  { '@type': '@id' },
  null,
);
const plainDefinition = fc.constantFrom<JsonValue>(
  'https://v.org/a',
  'https://v.org/b',
  'https://x.org/',
  '@id',
  '@type',
  { '@id': 'https://v.org/a', '@type': '@id' },
  { '@id': 'https://v.org/b', '@type': 'http://www.w3.org/2001/XMLSchema#integer' },
  { '@id': 'https://v.org/a', '@container': '@set' },
  { '@id': 'https://v.org/a', '@type': '@id', '@container': '@set' },
);
const term = fc.constantFrom('a', 'b', 'c', 'ex', 'id', 'type', 'x.y', 'ex:a');
const vocabOf = fc.constantFrom<JsonObject>(
  {},
  { '@vocab': 'https://v.org/' },
  { '@vocab': 'https://x.org/p#' },
  { '@base': 'https://x.org/base/' },
  { '@base': null },
  { '@base': 'sub/' },
  { '@base': 'https://x.org/a/../b/c?d' },
  { '@vocab': '#' },
  { '@vocab': 'https://v.org/', '@base': base },
);
const contexts = fc
  .tuple(
    vocabOf,
    fc.dictionary(term, fc.oneof({ weight: 9, arbitrary: plainDefinition }, { weight: 1, arbitrary: definition }), { maxKeys: 5 }),
  )
  .map(([vocab, terms]) => ({ ...vocab, ...terms }));

const name = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'ex:a', 'ex:b', 'https://v.org/a', 'https://other.org/z', 'x.y', 'é', 'zzz:q'),
  },
  { weight: 2, arbitrary: fc.constantFrom('@id', '@type', 'id', 'type') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '@foo',
      '_:p',
      '',
      'rel/a',
      '@value',
      '@list',
      '@set',
      '@graph',
      '@index',
      '@language',
      '@context',
      '1',
      ':',
      'a:',
    ),
  },
);
const id = fc.constantFrom(
  'x',
  'ex:q',
  'https://x.org/q',
  'https://x.org/base/r',
  `${base}s`,
  '_:n',
  'a',
  '../up',
  '',
  '#f',
  '@bad',
  'x-y',
  '.',
  '..',
  'x.y',
  'x/y',
  '//h/y',
  '?q',
);
const scalar = fc.oneof(id, fc.constantFrom<JsonValue>(null, true, false, 0, 1.5, 'text', '2026'), fc.nat());
const { object } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 5, arbitrary: scalar },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    { weight: 3, arbitrary: tie('object') },
    { weight: 1, arbitrary: id.map((to): JsonValue => ({ '@id': to })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(scalar, fc.constantFrom('ex:t', 'https://x.org/t', 'a', 'http://www.w3.org/2001/XMLSchema#integer'))
        .map(([v, t]): JsonValue => ({ '@value': v, '@type': t })),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(scalar, fc.constantFrom('DE', 'en-GB')).map(([v, l]): JsonValue => ({ '@value': v, '@language': l })),
    },
  ),
  object: fc.dictionary(name, tie('value'), { maxKeys: 4 }),
}));

describe('Plain documents', () => {
  it('expand and compact as they do in jsonld, to the letter', async () => {
    let expanded = 0;
    let compacted = 0;
    const runs = 1_500;
    await fc.assert(
      fc.asyncProperty(contexts, object, async (context, body) => {
        const ways = await bothWays(context, body);
        if (ways.expanded !== undefined) {
          expanded++;
          expect(ways.expanded[0]).toBe(ways.expanded[1]);
        }
        if (ways.compacted !== undefined) {
          compacted++;
          expect(ways.compacted[0]).toBe(ways.compacted[1]);
        }
      }),
      { numRuns: runs },
    );
    // The comparison is worth something only where it takes place.
    expect(expanded).toBeGreaterThan(runs / 10);
    expect(compacted).toBeGreaterThan(runs / 10);
  });

  it('are most documents that people write', async () => {
    const context = {
      '@vocab': 'https://v.org/',
      schema: 'https://schema.org/',
      id: '@id',
      name: 'schema:name',
      knows: { '@id': 'schema:knows', '@type': '@id', '@container': '@set' },
      born: { '@id': 'schema:birthDate', '@type': 'http://www.w3.org/2001/XMLSchema#date' },
    };
    const body = {
      id: 'ada',
      '@type': ['schema:Person', 'Author'],
      name: 'Ada',
      knows: 'https://x.org/charles',
      born: '1815-12-10',
      label: [{ '@value': 'Ada', '@language': 'en' }, { '@value': '1', '@type': 'schema:Number' }, 'x', null, []],
      empty: [],
      address: { city: { name: 'London' }, 'schema:ref': { id: 'schema:x' } },
    };
    const { expanded, compacted } = await bothWays(context, body);
    expect(expanded?.[0]).toBe(expanded?.[1]);
    expect(compacted?.[0]).toBe(compacted?.[1]);
    expect(compacted).toBeDefined();
  });

  it('leave the rest to jsonld', async () => {
    const context = { '@vocab': 'https://v.org/' };
    for (const body of [
      { a: { '@list': [1] } },
      { a: { '@context': {}, b: 1 } },
      { '@graph': [{ a: 1 }] },
      { '@reverse': { a: { '@id': 'x' } } },
      { a: { '@value': null } },
      { '@id': 5 },
      { '@type': [5] },
      { '@id': 'x' },
      {},
    ] as JsonObject[]) {
      expect(await bothWays(context, body)).toEqual({});
    }
  });
});

describe('The algorithms taken out of jsonld', () => {
  it('give what its facade gives', async () => {
    await fc.assert(
      fc.asyncProperty(contexts, object, async (context, body) => {
        const { root, contextResolver } = processor(context);
        const options = { base: null, contextResolver, keepFreeFloatingNodes: false };
        // The facade compacts relative to @base, which we do not; and this resolver knows one context only.
        fc.pre(!('@base' in context) && !JSON.stringify(body).includes('"@context"'));
        const theirs = await attempt(() => facade.expand({ ...body, '@context': context }, { base }));
        const ours = await attempt(() => expand({ ...body, '@context': root }, { ...options, base }));
        expect(ours).toEqual(theirs);
        const [node] = ours;
        if (ours === 'refused' || ours.length !== 1 || node === undefined) return;
        const whole = await attempt(() => facade.compact(node, context, { skipExpansion: true }));
        const part = await attempt(() => compact(node as JsonObject, root, options));
        // The facade also refuses what `repair` mends.
        if (part === 'refused' || whole === 'refused') expect(whole).toBe('refused');
        else expect({ '@context': whole['@context'], ...part.compacted }).toEqual({ '@context': undefined, ...whole });
      }),
      { numRuns: 500 },
    );
  });
});
