import { endToEndHeaders } from './end-to-end-headers.js';

describe('Headers that are handed on', () => {
  it('are those for the other end', () => {
    const headers = {
      accept: 'application/json',
      connection: 'keep-alive, X-Of-This-Connection',
      'content-length': '12',
      expect: '100-continue',
      host: 'public.example',
      'idempotency-key': 'a',
      'keep-alive': 'timeout=5',
      'set-cookie': ['a=1', 'b=2'],
      te: 'trailers',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'transfer-encoding': 'chunked',
      upgrade: 'h2c',
      'x-of-this-connection': '1',
    };
    expect(endToEndHeaders(headers)).toEqual({
      accept: 'application/json',
      'content-length': '12',
      'idempotency-key': 'a',
      'set-cookie': ['a=1', 'b=2'],
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
  });
});
