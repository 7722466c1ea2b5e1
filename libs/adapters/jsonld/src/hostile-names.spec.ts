import { afterEach, describe, expect, it } from '@jest/globals';
import { parseJsonSource, type JsonValue } from '@headwater/linked-data';
import fc from 'fast-check';
import { toNQuads } from './rdf.js';
import { KnownContexts, read } from './testing/read.js';

const NAMES = Object.getOwnPropertyNames(Object.prototype);
const parse = (text: string): Record<string, JsonValue> => JSON.parse(text) as Record<string, JsonValue>;

describe('Names that every object inherits are data', () => {
  afterEach(() => {
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(NAMES);
    expect(Object.keys({}).length).toBe(0);
  });

  it.each(NAMES)('%s, as member, type, id, language, index and value', async (name) => {
    const text = `{"@context":{"@vocab":"https://v.org/","by":{"@container":"@index"},"in":{"@container":"@language"}},"@type":"${name}","p":{"${name}":{"${name}":["${name}",1]}},"b":{"@id":"${name}"},"by":{"${name}":2},"in":{"${name}":"x"}}`;
    const document = await read(text, { source: parseJsonSource(text) });
    expect(document.types).toEqual([`https://v.org/${name}`]);
    const { p } = parse(document.compacted);
    expect(Object.keys(p as object)).toEqual([name]);
    expect(JSON.stringify(p)).toBe(`{"${name}":{"${name}":["${name}",1]}}`);
    expect(parse(document.compacted)['@type']).toBe(name);
    expect(document.expanded).toContain(`"https://v.org/${name}":[{"https://v.org/${name}":[{"@value":"${name}"},{"@value":1}]}]`);
    expect(document.links).toEqual([{ target: `https://example.org/base/${name}`, path: ['https://v.org/b'], types: [] }]);
    expect(toNQuads(document.expanded)).toContain(`<https://v.org/${name}>`);
  });

  it.each(NAMES)('%s, as term, prefix, alias and nest, in the document or a resource', async (name) => {
    const context = `{"${name}":"https://x.org/","nested":{"@id":"https://v.org/n","@nest":"${name}Nest"},"${name}Nest":"@nest","@vocab":"https://v.org/"}`;
    const body = `"p":{"${name}":"${name}","${name}:a":1,"nested":{"polluted":true},"${name}Nest":{"inside":2}}`;
    for (const [inDocument, contexts] of [
      [context, new KnownContexts()],
      ['"https://x.org/ctx"', new KnownContexts({ 'https://x.org/ctx': JSON.parse(context) as JsonValue })],
    ] as const) {
      const document = await read(`{"@context":${inDocument},${body}}`, { contexts });
      expect(document.expanded).toContain(`"https://x.org/":[{"@value":"${name}"}]`);
      expect(document.expanded).toContain('"https://x.org/a":[{"@value":1}]');
      expect(document.expanded).toContain('"https://v.org/inside":[{"@value":2}]');
      expect(Object.keys(parse(document.compacted)['p'] as object)).toContain(name);
    }
  });

  it('pollute nothing through a nest called __proto__', async () => {
    const text =
      '{"@context":{"@vocab":"https://v.org/","a":{"@id":"https://v.org/a","@nest":"__proto__"},"__proto__":"@nest"},"in":{"a":{"polluted":1},"__proto__":{"b":1}}}';
    const document = await read(text, { source: parseJsonSource(text) });
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
    expect(Object.keys(parse(document.compacted)['in'] as object)).toContain('__proto__');
  });

  it('are seen through escapes', async () => {
    const text = '{"\\u005f_proto__x":1,"\\u005f_proto__":{"polluted":1}}';
    const document = await read(`{"@context":{"@vocab":"https://v.org/"},"in":${text}}`);
    expect(document.expanded).toContain('"https://v.org/__proto__":[{"https://v.org/polluted":[{"@value":1}]}]');
  });

  it('come back from whatever document', async () => {
    const key = fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(...NAMES) },
      { weight: 1, arbitrary: fc.constantFrom('a', 'b', 'first name', 'valueOfX') },
    );
    const { value } = fc.letrec<{ value: JsonValue; object: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<JsonValue>(...NAMES),
        fc.nat(),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.array(fc.tuple(key, tie('value')), { maxLength: 3 }).map((members) => Object.fromEntries(members)),
    }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(key, value), { maxLength: 4 }), async (members) => {
        // Root members that begin with _ are refused before JSON-LD is read.
        const body = Object.fromEntries([
          ['@context', { '@vocab': 'https://v.org/' }],
          ['in', Object.fromEntries(members)],
        ] as const);
        const document = await read(body);
        const wanted = new Set([...JSON.stringify(Object.fromEntries(members)).matchAll(/"([A-Za-z_ ]+)":/g)].map(([, name]) => name));
        expect(Object.getPrototypeOf(parse(document.compacted))).toBe(Object.prototype);
        expect(document.compacted).not.toMatch(/native code|[\ue000-\uf8ff]/);
        expect(document.expanded).not.toMatch(/native code|[\ue000-\uf8ff]/);
        for (const name of wanted) expect(document.expanded).toContain(`"https://v.org/${name}"`);
      }),
      { numRuns: 200 },
    );
  });
});
