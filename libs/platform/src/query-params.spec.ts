import { Rejection } from '@headwater/event-sourcing';
import { QueryParams, optionalRev, requiredRev } from './query-params.js';

const refusalOf = (read: () => unknown): readonly unknown[] => {
  try {
    return ['nothing', read()];
  } catch (error) {
    if (error instanceof Rejection) return [error.code, error.extra['details']];
    throw error;
  }
};

describe('Query parameters', () => {
  it('gives one value, or all of them', () => {
    const query = new QueryParams({ a: 'x', b: ['1', '2'] });
    expect([query.one('a'), query.one('c'), query.all('b'), query.all('a'), query.all('c')]).toEqual([
      'x',
      undefined,
      ['1', '2'],
      ['x'],
      [],
    ]);
    expect(refusalOf(() => query.one('b'))[0]).toBe('MalformedQueryParamRejection');
  });

  it('knows only parameters of the request', () => {
    const query = new QueryParams({});
    expect([query.has('constructor'), query.one('toString'), query.all('__proto__')]).toEqual([false, undefined, []]);
    expect(new QueryParams(undefined).one('a')).toBeUndefined();
  });

  it.each(['', ' ', 'x', '1.5', '1e2', '0x1', '9999999999999999', '５'])('refuses %j as a whole number', (text) => {
    expect(refusalOf(() => new QueryParams({ size: text }).integer('size'))[0]).toBe('MalformedQueryParamRejection');
  });

  it('keeps whole numbers within bounds', () => {
    expect(new QueryParams({ size: '007' }).integer('size', { min: 0, max: 10 })).toBe(7);
    expect(refusalOf(() => new QueryParams({ size: '11' }).integer('size', { min: 0, max: 10 }))[1]).toBe("'11' is not between 0 and 10.");
    expect(refusalOf(() => new QueryParams({ size: '-1' }).integer('size', { min: 0 }))[1]).toBe("'-1' is not at least 0.");
  });

  it('reads switches and choices', () => {
    const query = new QueryParams({ deprecated: 'true', indexing: 'later' });
    expect(query.boolean('deprecated')).toBe(true);
    expect(refusalOf(() => query.boolean('indexing'))[0]).toBe('MalformedQueryParamRejection');
    expect(refusalOf(() => query.oneOf('indexing', ['async', 'sync']))[1]).toBe("'later' is not allowed: 'async' or 'sync' are.");
  });

  it('asks for a revision where a write needs one', () => {
    expect(requiredRev(new QueryParams({ rev: '3' }))).toBe(3);
    expect(optionalRev(new QueryParams({}))).toBeUndefined();
    expect(refusalOf(() => requiredRev(new QueryParams({})))[0]).toBe('MissingQueryParam');
    for (const rev of ['0', '-1', '2147483648', 'x', '1.0']) {
      expect([rev, refusalOf(() => requiredRev(new QueryParams({ rev })))[0]]).toEqual([rev, 'MalformedQueryParamRejection']);
    }
  });

  it('refuses what has no place', () => {
    expect(refusalOf(() => new QueryParams({ rev: '1' }).mustNotHave('rev'))).toEqual([
      'MalformedQueryParamRejection',
      'the provided query parameter should not be present',
    ]);
  });
});
