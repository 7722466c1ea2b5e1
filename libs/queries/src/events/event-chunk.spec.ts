import { eventChunk } from './event-chunk.js';

describe('A chunk of events', () => {
  it('is framed once for all connections', () => {
    const { framed, plain } = eventChunk('data:é\n\n');
    expect(plain.toString()).toBe('data:é\n\n');
    expect(framed.toString()).toBe('9\r\ndata:é\n\n\r\n');
  });
});
