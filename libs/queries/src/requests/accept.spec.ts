import { mediaRanges } from './accept.js';

const range = (name: string, quality = 1, profiles: readonly string[] = []) => ({ name, quality, profiles });

describe('An Accept header', () => {
  it('is a list of ranges with qualities', () => {
    expect(mediaRanges('application/n-triples;q=0.5, APPLICATION/LD+JSON ; q=0.9,*/*')).toEqual([
      range('application/n-triples', 0.5),
      range('application/ld+json', 0.9),
      range('*/*'),
    ]);
  });

  it('may name JSON-LD profiles, several in one', () => {
    expect(mediaRanges('application/ld+json;profile="http://a#x http://b,c;d#y";q=0.2')).toEqual([
      range('application/ld+json', 0.2, ['http://a#x', 'http://b,c;d#y']),
    ]);
  });

  it('loses what cannot be read', () => {
    expect(mediaRanges(', nonsense;;, text/html;q=high')).toEqual([range('text/html', 0)]);
    expect(mediaRanges('a/b;profile="unterminated, c/d')).toEqual([range('a/b', 1, ['"unterminated,', 'c/d'])]);
  });
});
