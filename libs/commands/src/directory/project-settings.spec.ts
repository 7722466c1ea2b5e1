import { Urls } from '@headwater/representations';
import { caught } from '../testing/command-side.js';
import { projectSettings } from './project-settings.js';

const urls = new Urls('http://localhost:8080');
const ref = { organization: 'o', project: 'p' };
const read = (body: unknown) => projectSettings(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), ref, urls);

describe('The settings of a project', () => {
  it('have absolute defaults for what is left out', () => {
    const defaults = {
      base: 'http://localhost:8080/v1/resources/o/p/_/',
      vocab: 'http://localhost:8080/v1/vocabs/o/p/',
      apiMappings: [],
      enforceSchema: false,
    };
    expect(read({})).toEqual(defaults);
    expect(read({ base: null, vocab: null, apiMappings: null, description: null, enforceSchema: null })).toEqual(defaults);
  });

  it('are taken whole', () => {
    const whole = {
      description: 'd',
      base: 'https://example.org/base/',
      vocab: 'https://example.org/vocab#',
      apiMappings: [
        { prefix: 'ex', namespace: 'https://example.org/ex/' },
        { prefix: '_', namespace: 'https://a.org/' },
      ],
      enforceSchema: true,
    };
    expect(read(whole)).toEqual(whole);
  });

  it('let the last of two mappings with one prefix count', () => {
    const twice = [
      { prefix: 'ex', namespace: 'https://a.org/' },
      { prefix: 'ex', namespace: 'https://b.org/' },
    ];
    expect(read({ apiMappings: twice }).apiMappings).toEqual([{ prefix: 'ex', namespace: 'https://b.org/' }]);
  });

  it.each([
    [{ base: 'not an iri' }, /'base' must be an absolute IRI/],
    [{ base: 'https://example.org/noslash' }, /'base' must end with/],
    [{ vocab: 'https://example.org/noslash' }, /'vocab' must end with/],
    [{ base: 7 }, /'base' must be a string/],
    [{ description: {} }, /'description' must be a string/],
    [{ enforceSchema: 'yes' }, /'enforceSchema' must be true or false/],
    [{ apiMappings: {} }, /'apiMappings' must be an array/],
    [{ apiMappings: ['x'] }, /Item 0 of 'apiMappings' must be a JSON object/],
    [{ apiMappings: [{ prefix: 'a', namespace: 'https://a.org/', more: 1 }] }, /unexpected fields: 'more'/],
    [{ apiMappings: [{ prefix: '', namespace: 'https://a.org/' }] }, /'prefix' of item 0/],
    [{ apiMappings: [{ prefix: 'a:b', namespace: 'https://a.org/' }] }, /'prefix' of item 0/],
    [{ apiMappings: [{ prefix: 'a', namespace: 'nowhere' }] }, /'namespace' of item 0/],
    [{ unknown: 1, __proto__: undefined, other: 2 }, /unexpected fields: 'unknown', 'other'. Valid fields are 'description', 'base'/],
    ['{"__proto__":1}', /unexpected fields: '__proto__'/],
    [[], /must be a JSON object/],
    ['null', /must be a JSON object/],
  ])('are refused: %j', (body, details) => {
    expect(caught(() => read(body))).toMatchObject({
      code: 'MalformedRequestContentRejection',
      extra: { details: expect.stringMatching(details) },
    });
  });

  it('are refused where they are no JSON', () => expect(() => read('{"base":')).toThrow(/end of the text/));
});
