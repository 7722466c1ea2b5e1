import { QueryParams } from '@headwater/platform';
import { changesQuery } from './changes-query.js';

const read = (query: object) => changesQuery(new QueryParams(query));

describe('A question for changes', () => {
  it('is for everything, a thousand at a time', () => expect(read({})).toEqual({ since: undefined, limit: 1000 }));
  it('takes an empty since for none', () => expect(read({ since: '' }).since).toBeUndefined());
  it('takes limits from one to ten thousand', () => {
    expect(read({ limit: '1' }).limit).toBe(1);
    expect(read({ limit: '10000' }).limit).toBe(10_000);
    for (const limit of ['0', '-1', '10001', 'x', '', '1.5', '1e3', ['1', '2']]) expect(() => read({ limit })).toThrow("'limit'");
  });
  it('ignores what it does not know, and latestOnly, which is what it does anyway', () => {
    expect(read({ latestOnly: 'true', zzz: '1' })).toEqual({ since: undefined, limit: 1000 });
  });
  it.each(['feed', 'type', 'format', 'reverse'])('refuses %s by name', (name) => expect(() => read({ [name]: '1' })).toThrow(`'${name}'`));
  it('refuses two tokens', () => expect(() => read({ since: ['a', 'b'] })).toThrow("'since'"));
});
