import { createServer } from 'node:net';
import { once } from 'node:events';
import { header, requestBytes, textOf, Wire } from './wire.mjs';

const pieces = (text, size) => Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));

describe('A wire', () => {
  let server;
  let answer;
  let asked;
  let wire;

  beforeEach(async () => {
    asked = '';
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        asked += chunk;
        answer(socket);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    wire = await Wire.open('127.0.0.1', server.address().port);
  });
  afterEach(() => {
    wire.close();
    server.close();
  });

  const get = requestBytes('GET', new URL('http://127.0.0.1:1'), '/x');
  const inPieces = (text, size) => async (socket) => {
    for (const piece of pieces(text, size)) {
      socket.write(piece, 'latin1');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };

  const sized = 'HTTP/1.1 200 OK\r\nContent-Length: 11\r\nETag: "a"\r\n\r\nhello world';
  const chunked = 'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n8\r\n0\r\n\r\nyou\r\n0\r\n\r\n';

  it.each([1, 7, 1000])('reads an answer with a length in pieces of %i', async (size) => {
    answer = inPieces(sized, size);
    const got = await wire.ask(get);
    expect([got.status, got.length, textOf(got), header(got, 'etag')]).toEqual([200, 11, 'hello world', '"a"']);
  });

  it.each([1, 7, 1000])('reads an answer in chunks, whose data looks like their end, in pieces of %i', async (size) => {
    answer = inPieces(chunked, size);
    const got = await wire.ask(get);
    expect([got.status, got.length, textOf(got)]).toEqual([201, 14, 'hello 0\r\n\r\nyou']);
  });

  it('expects no body of a 304', async () => {
    answer = inPieces('HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', 1000);
    expect((await wire.ask(get)).status).toBe(304);
  });

  it('asks one after the other on the same connection', async () => {
    answer = inPieces(sized, 5);
    await wire.ask(get);
    expect((await wire.ask(get)).status).toBe(200);
  });

  it('tells that the connection was lost', async () => {
    answer = (socket) => socket.end(sized.slice(0, -3));
    await expect(wire.ask(get)).rejects.toThrow('the connection was closed');
  });

  it('sends the body that it was given', async () => {
    answer = inPieces(sized, 1000);
    await wire.ask(requestBytes('POST', new URL('http://h:1'), '/e', { body: '{"a":"é"}', headers: { 'X-Y': 'z' } }));
    expect(asked).toBe('POST /e HTTP/1.1\r\nHost: h:1\r\nContent-Type: application/json\r\nContent-Length: 10\r\nX-Y: z\r\n\r\n{"a":"é"}');
  });
});
