import { Negotiation } from './negotiation.js';

const EXPANDED = 'http://www.w3.org/ns/json-ld#expanded';
const negotiation = new Negotiation([
  { form: 'compacted', contentType: 'application/ld+json', mark: 'l', profile: 'http://www.w3.org/ns/json-ld#compacted' },
  { form: 'expanded', contentType: `application/ld+json;profile="${EXPANDED}"`, mark: 'p', profile: EXPANDED },
  { form: 'compacted', contentType: 'application/json', mark: 'j' },
  { form: 'n-triples', contentType: 'application/n-triples', mark: 't' },
]);
const chosen = (accept?: string): string => negotiation.choose(accept).mark;

describe('The form of an answer', () => {
  it.each([
    [undefined, 'l'],
    ['', 'l'],
    ['*/*', 'l'],
    ['application/*', 'l'],
    ['application/ld+json', 'l'],
    ['application/json', 'j'],
    ['application/json;charset=utf-8', 'j'],
    ['application/json, text/plain, */*', 'l'],
    ['application/n-triples', 't'],
    ['application/n-triples;q=0.5, application/ld+json;q=0.9', 'l'],
    ['application/n-triples, application/ld+json;q=0.9', 't'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'l'],
    ['application/ld+json;q=0, */*', 'j'],
    [`application/ld+json;profile="${EXPANDED}"`, 'p'],
    ['application/ld+json; profile="http://www.w3.org/ns/json-ld#compacted"', 'l'],
    [`application/ld+json;profile="${EXPANDED}";q=0.1, application/ld+json`, 'l'],
  ])('for %s is %s', (accept, mark) => {
    expect(chosen(accept)).toBe(mark);
    expect(chosen(accept)).toBe(mark);
  });

  it.each(['text/turtle', 'text/html', 'application/ld+json;q=0', 'application/ld+json;profile="http://www.w3.org/ns/json-ld#flattened"'])(
    'is refused for %s, naming what there is',
    (accept) => {
      expect(() => chosen(accept)).toThrow(
        "Resource representation is only available with these types: 'application/json, application/ld+json, application/n-triples'",
      );
    },
  );

  it('is remembered for a bounded number of headers', () => {
    for (let at = 0; at < 1000; at += 1) expect(chosen(`application/json, x/y${String(at)}`)).toBe('j');
    expect(chosen('application/json')).toBe('j');
  });
});
