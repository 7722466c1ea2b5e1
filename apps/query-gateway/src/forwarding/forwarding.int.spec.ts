import { createServer, request, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayConfig, Health, Metrics, StopSignal, createHttpApp, createLogger, freePort, type HttpApp } from '@headwater/platform';
import { CommandService } from './command-service.js';
import { forwardWrites } from './forwarded-routes.js';

const RESOURCE = '/v1/resources/org/project/_/r1';
const PUSH = '/datasets/org.project/resources';
const MIB = 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

describe('Writes that are handed on', () => {
  let upstream: Server | undefined;
  let app: HttpApp;
  let service: CommandService;
  let metrics: Metrics;
  let url: string;
  let port: number;

  beforeEach(async () => {
    port = await freePort();
    const config = GatewayConfig.read({ HEADWATER_PORT: '0', HEADWATER_LOG_LEVEL: 'silent' });
    metrics = new Metrics();
    app = await createHttpApp([], { config, logger: createLogger('silent'), metrics, health: new Health(), stop: new StopSignal() });
    service = new CommandService({ url: `http://127.0.0.1:${String(port)}`, connections: 2, connectTimeoutMs: 1000, timeoutMs: 400 });
    forwardWrites(app.server, service);
    await app.listen();
    url = `http://127.0.0.1:${String((app.nest.getHttpServer().address() as AddressInfo).port)}`;
  });
  afterEach(async () => {
    await app.close();
    await service.close();
    upstream?.closeAllConnections();
    upstream?.close();
    upstream = undefined;
  });

  /** A command-service that does as it is told. */
  const answering = async (listener: RequestListener): Promise<Server> => {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return (upstream = server);
  };

  const open = (method: string, path: string, headers: Readonly<Record<string, string>> = {}) =>
    request(url + path, { method, headers, agent: false });

  const send = async (
    method: string,
    path: string,
    body?: string | Buffer,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = open(method, path, { ...length, ...headers });
    const answered = new Promise<IncomingMessage>((resolve, reject) => outgoing.once('response', resolve).once('error', reject));
    outgoing.end(body);
    const response = await answered;
    const read = await text(response);
    const isJson = response.headers['content-type']?.includes('json') === true;
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text: read,
      json: isJson ? (JSON.parse(read) as Readonly<Record<string, unknown>>) : {},
    };
  };

  it('arrive as they were sent, and their answers come back as they were given', async () => {
    let seen: IncomingMessage | undefined;
    let received = '';
    await answering((incoming, outgoing) => {
      seen = incoming;
      void text(incoming).then((body) => {
        received = body;
        outgoing.writeHead(201, {
          'content-type': 'application/ld+json',
          'headwater-position': 'here',
          location: 'https://public.example/v1/x',
          connection: 'keep-alive, x-private',
          'x-private': '1',
        });
        outgoing.end('{"_rev":1}');
      });
    });
    const path = '/v1/resources/org/project/_/https:%2F%2Fe.org%2Fa%20b?tag=a%26b&indexing=sync';
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const answer = await send('PUT', path, '{"a": "ü"}', {
      'content-type': 'application/json',
      'x-request-id': 'mine',
      traceparent,
      connection: 'close, x-hop',
      'x-hop': '1',
      origin: 'https://page.example',
    });
    expect([seen?.method, seen?.url, received]).toEqual(['PUT', path, '{"a": "ü"}']);
    expect(seen?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '11',
      'x-request-id': 'mine',
      traceparent,
    });
    expect(seen?.headers['x-hop']).toBeUndefined();
    expect(seen?.headers.host).toBe(`127.0.0.1:${String(port)}`);
    expect([answer.status, answer.text]).toEqual([201, '{"_rev":1}']);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/ld+json',
      'headwater-position': 'here',
      location: 'https://public.example/v1/x',
      'x-request-id': 'mine',
      'access-control-allow-origin': 'https://page.example',
      vary: 'Origin',
    });
    expect(answer.headers['x-private']).toBeUndefined();
  });

  it('may have no body, or one of unknown length', async () => {
    const bodies: string[] = [];
    await answering((incoming, outgoing) => {
      void text(incoming).then((body) => {
        bodies.push(
          `${incoming.method ?? ''} ${incoming.headers['content-length'] ?? '-'} ${incoming.headers['transfer-encoding'] ?? '-'} ${body}`,
        );
        outgoing.end('{}');
      });
    });
    await send('DELETE', `${RESOURCE}?rev=1`);
    await send('DELETE', `${RESOURCE}?rev=1`, 'ignored');
    await send('PUT', RESOURCE, '');
    const chunked = open('PUT', RESOURCE, { 'transfer-encoding': 'chunked' });
    const answered = new Promise<IncomingMessage>((resolve) => chunked.once('response', resolve));
    chunked.write('one');
    chunked.end('two');
    await text(await answered);
    expect(bodies).toEqual(['DELETE - - ', 'DELETE 7 - ignored', 'PUT 0 - ', 'PUT - chunked onetwo']);
  });

  it('are sent on while they come, without being kept', async () => {
    let first: Promise<unknown> = Promise.resolve();
    let bytes = 0;
    const begun = Promise.withResolvers<undefined>();
    await answering((incoming, outgoing) => {
      first = new Promise((resolve) => incoming.once('data', resolve));
      begun.resolve(undefined);
      incoming.on('data', (chunk: Buffer) => (bytes += chunk.length));
      incoming.once('end', () => outgoing.end('[]'));
    });
    const pushing = open('POST', PUSH, { 'content-type': 'application/json', 'content-length': String(32 * MIB) });
    const answered = new Promise<IncomingMessage>((resolve) => pushing.once('response', resolve));
    pushing.write(Buffer.alloc(MIB));
    await begun.promise;
    await first;
    const before = process.memoryUsage().rss;
    for (let sent = 1; sent < 32; sent += 1)
      if (!pushing.write(Buffer.alloc(MIB))) await new Promise((resolve) => pushing.once('drain', resolve));
    pushing.end();
    expect([(await answered).statusCode, bytes]).toEqual([200, 32 * MIB]);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * MIB);
  });

  it('are answered before they are complete where the answer does not depend on the rest', async () => {
    await answering((_incoming, outgoing) => {
      outgoing.writeHead(413, { 'content-type': 'application/problem+json' }).end('{"status":413}');
    });
    const { status, json } = await send('POST', PUSH, Buffer.alloc(8 * MIB), { 'content-type': 'application/json' });
    expect([status, json['status']]).toEqual([413, 413]);
    expect((await send('POST', PUSH, '[]')).status).toBe(413);
  });

  it.each([
    [RESOURCE, 'application/ld+json', { '@type': 'ServiceUnavailable', reason: expect.stringContaining('Nothing was stored') as unknown }],
    [
      PUSH,
      'application/problem+json',
      { type: 'urn:headwater:problem:service-unavailable', detail: expect.stringContaining('Nothing was stored') as unknown },
    ],
  ])('are 503 where nobody takes them, on %s as %s', async (path, contentType, body) => {
    const { status, headers, json } = await send(path === PUSH ? 'POST' : 'PUT', path, '{}');
    expect([status, headers['content-type'], headers['retry-after']]).toEqual([503, contentType, '1']);
    expect(json).toMatchObject(body);
  });

  it('are tried again as long as nothing was sent, with their body', async () => {
    const sending = send('PUT', RESOURCE, '{"late": true}');
    await sleep(100);
    let received = '';
    await answering((incoming, outgoing) => {
      void text(incoming).then((body) => {
        received = body;
        outgoing.end('{}');
      });
    });
    expect([(await sending).status, received]).toEqual([200, '{"late": true}']);
  });

  it.each([
    [RESOURCE, { '@type': 'BadGateway', reason: expect.stringContaining('may have been') as unknown }],
    [PUSH, { type: 'urn:headwater:problem:bad-gateway', status: 502, detail: expect.stringContaining('may have been') as unknown }],
  ])('are 502 where the connection ends after they were sent, once: %s', async (path, body) => {
    let times = 0;
    await answering((incoming) => {
      times += 1;
      incoming.once('data', () => incoming.socket.destroy());
    });
    const { status, json, headers } = await send(path === PUSH ? 'POST' : 'PUT', path, '{}');
    expect([status, times, headers['retry-after']]).toEqual([502, 1, undefined]);
    expect(json).toMatchObject(body);
  });

  it('are 502 where the answer is no HTTP', async () => {
    await answering((incoming) => void incoming.socket.end('nonsense\r\n\r\n'));
    expect((await send('PUT', RESOURCE, '{}')).status).toBe(502);
  });

  it.each([
    [RESOURCE, { '@type': 'GatewayTimeout', reason: expect.stringContaining('may have been') as unknown }],
    [PUSH, { type: 'urn:headwater:problem:gateway-timeout', status: 504, detail: expect.stringContaining('may have been') as unknown }],
  ])('are 504 where no answer comes in time: %s', async (path, body) => {
    await answering((incoming) => void incoming.resume());
    const { status, json } = await send(path === PUSH ? 'POST' : 'PUT', path, '{}');
    expect(status).toBe(504);
    expect(json).toMatchObject(body);
  });

  it.each([[String(MIB)], [undefined]])('are cut off where the answer of %s bytes ends in its middle', async (length) => {
    await answering((incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'application/json', ...(length !== undefined && { 'content-length': length }) });
      outgoing.write('{"a":');
      setTimeout(() => incoming.socket.destroy(), 50);
    });
    await expect(send('PUT', RESOURCE, '{}')).rejects.toThrow(/aborted|ECONNRESET|hang up/);
  });

  it.each([
    ['ends', 502, (incoming: IncomingMessage) => void setTimeout(() => incoming.socket.destroy(), 50)],
    ['hangs', 504, () => undefined],
  ])('are not answered by half of a small answer: one that %s in its middle is %i', async (_what, expected, then) => {
    await answering((incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      outgoing.write('{"a":');
      then(incoming);
    });
    const { status, json } = await send('PUT', RESOURCE, '{}');
    expect([status, json['reason']]).toEqual([expected, expect.stringContaining('may have been')]);
  });

  it('are not handed on where a small body does not come to its end', async () => {
    let times = 0;
    await answering((incoming, outgoing) => {
      times += 1;
      incoming.resume();
      outgoing.end('{}');
    });
    const half = open('PUT', RESOURCE, { 'content-length': '100' });
    half.on('error', () => undefined);
    half.write('{"a":');
    await sleep(50);
    half.destroy();
    expect((await send('PUT', RESOURCE, '{}')).status).toBe(200);
    expect([times, service.inFlight]).toEqual([1, 0]);
  });

  it('end where the client goes away', async () => {
    const begun = Promise.withResolvers<undefined>();
    const ended = Promise.withResolvers<undefined>();
    await answering((incoming, outgoing) => {
      incoming.resume();
      incoming.once('end', () => begun.resolve(undefined));
      outgoing.once('close', () => ended.resolve(undefined));
    });
    const outgoing = open('PUT', RESOURCE, { 'content-length': '2' });
    outgoing.on('error', () => undefined);
    outgoing.end('{}');
    await begun.promise;
    outgoing.destroy();
    await ended.promise;
    expect(service.inFlight).toBe(0);
  });

  it('are bounded, and wait for a connection in turn', async () => {
    const held: (() => void)[] = [];
    await answering((incoming, outgoing) => {
      incoming.resume();
      held.push(() => outgoing.end('{}'));
    });
    const sending = Array.from({ length: 20 }, () => send('PUT', RESOURCE, '{}'));
    const refused = (await Promise.race(sending)).status;
    expect([refused, held.length]).toEqual([503, 2]);
    const release = setInterval(() => held.splice(0).forEach((answer) => answer()), 10);
    const statuses = (await Promise.all(sending)).map(({ status }) => status);
    clearInterval(release);
    expect(statuses.filter((status) => status === 503)).toHaveLength(2);
    expect(statuses.filter((status) => status === 200)).toHaveLength(18);
  });

  it('are routes like others: known by their methods, and measured', async () => {
    await answering((incoming, outgoing) => {
      incoming.resume();
      outgoing.writeHead(409, { 'content-type': 'application/json' }).end('{}');
    });
    const wrong = await send('PATCH', RESOURCE, '{}');
    expect([wrong.status, wrong.headers.allow, wrong.json['@type']]).toEqual([405, 'DELETE, PUT', 'HttpMethodNotAllowed']);
    expect((await send('PUT', '/v1/unknown', '{}')).json['@type']).toBe('ResourceNotFound');
    expect((await send('PUT', '/datasets/a/b/c', '{}')).json['type']).toBe('urn:headwater:problem:resource-not-found');
    expect((await send('PUT', `${RESOURCE}/`, '{}')).status).toBe(409);
    expect(await metrics.registry.metrics()).toContain('route="/v1/resources/:org/:project/:schema/:id",method="PUT",status="4xx"} ');
  });

  it('depend on a service whose health is told', async () => {
    expect(await service.health()).toEqual({ status: 'down', reason: 'It cannot be reached.' });
    let status = 503;
    await answering((_incoming, outgoing) => outgoing.writeHead(status).end('{}'));
    expect((await service.health()).status).toBe('down');
    status = 200;
    expect(await service.health()).toEqual({ status: 'up' });
  });
});
