import type { FastifyRequest } from 'fastify';
import { Urls } from '@headwater/representations';
import { baseMark, isKnown } from './etag.js';

const known = (header: string | undefined): boolean =>
  isKnown({ headers: { 'if-none-match': header } } as unknown as FastifyRequest, '"1-a.l1xyz"');

describe('An ETag', () => {
  it('is known to whoever sends it, also among others, weakly, or as anything', () => {
    for (const header of ['"1-a.l1xyz"', 'W/"1-a.l1xyz"', '"other", "1-a.l1xyz"', '*']) expect(known(header)).toBe(true);
    for (const header of [undefined, '', '"1-a.l1xy"', '1-a.l1xyz', '"2-a.l1xyz"']) expect(known(header)).toBe(false);
  });

  it('is another one below another address', () => {
    expect(baseMark(new Urls('http://a'))).toBe(baseMark(new Urls('http://a/')));
    expect(baseMark(new Urls('http://a'))).not.toBe(baseMark(new Urls('http://b')));
  });
});
