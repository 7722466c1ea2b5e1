import { QueryParams } from '@headwater/platform';
import { mustNotAskFor, nextByFrom, nextUrl, pageOf } from './paging.js';

const page = (query: object) => pageOf(new QueryParams(query));
const V1 = 'https://public.example/api/v1';

describe('A page', () => {
  it('is twenty from the first on', () => expect(page({})).toEqual({ from: 0, size: 20 }));
  it('holds at least one and begins at nought at the earliest', () => {
    expect(page({ from: '-3', size: '0' })).toEqual({ from: 0, size: 1 });
    expect(page({ from: '3', size: '-1' })).toEqual({ from: 3, size: 1 });
  });
  it.each([
    [{ size: '1001' }, 'size'],
    [{ from: '10001' }, 'from'],
    [{ from: 'x' }, 'from'],
    [{ size: '1.5' }, 'size'],
    [{ size: ['1', '2'] }, 'size'],
  ])('is refused for %j', (query, name) => {
    expect(() => page(query)).toThrow(`The query parameter '${name}' was malformed.`);
  });
});

describe('The next page', () => {
  it('keeps what was asked, below the public address', () => {
    expect(nextUrl(V1, '/v1/resources/o/p/_?type=ex:A&from=3&type=%2BB&after=%5B1%5D&size=2', 'after=%5B2%5D')).toBe(
      'https://public.example/api/v1/resources/o/p/_?type=ex:A&type=%2BB&size=2&after=%5B2%5D',
    );
    expect(nextUrl(V1, '/v1/orgs/', 'from=20')).toBe('https://public.example/api/v1/orgs?from=20');
    expect(nextUrl(V1, '/v1/orgs?fromage=1', 'from=20')).toBe('https://public.example/api/v1/orgs?fromage=1&from=20');
  });
  it('is there as long as something is left', () => {
    expect(nextByFrom(V1, '/v1/orgs?size=2', { from: 0, size: 2 }, 2, 3)).toBe(`${V1}/orgs?size=2&from=2`);
    expect(nextByFrom(V1, '/v1/orgs?size=2', { from: 2, size: 2 }, 1, 3)).toBeUndefined();
    expect(nextByFrom(V1, '/v1/orgs?size=2', { from: 1, size: 2 }, 2, 3)).toBeUndefined();
    expect(nextByFrom(V1, '/v1/orgs?size=2', { from: 10_000, size: 2 }, 2, 30_000)).toBeUndefined();
  });
});

describe('What this release does not do', () => {
  it('is refused by name', () => {
    expect(() => mustNotAskFor(new QueryParams({ locate: 'x' }), ['id', 'locate'])).toThrow("The query parameter 'locate' was malformed.");
    expect(() => mustNotAskFor(new QueryParams({ other: 'x' }), ['id', 'locate'])).not.toThrow();
  });
});
