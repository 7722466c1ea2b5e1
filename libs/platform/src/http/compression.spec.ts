import { acceptedEncoding, varyWith, weak } from './compression.js';

describe('Compression', () => {
  it.each([
    ['gzip, deflate, br', 'gzip'],
    ['GZIP', 'gzip'],
    ['deflate', 'deflate'],
    ['br', undefined],
    ['*', 'gzip'],
    ['gzip;q=0, *', 'deflate'],
    ['gzip;q=0', undefined],
    ['gzip;q=0.000, deflate; q=0.1', 'deflate'],
    ['identity', undefined],
    ['', undefined],
    ['*;q=0', undefined],
  ])('offers for %j %s', (header, encoding) => {
    expect(acceptedEncoding(header)).toBe(encoding);
  });

  it('names what an answer varies by once', () => {
    expect([varyWith(undefined, 'Origin'), varyWith('Accept', 'Origin'), varyWith('accept, origin', 'Origin')]).toEqual([
      'Origin',
      'Accept, Origin',
      'accept, origin',
    ]);
  });

  it('weakens an ETag once', () => {
    expect([weak('"a"'), weak('W/"a"')]).toEqual(['W/"a"', 'W/"a"']);
  });
});
