import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Controller, Delete, Get, Module, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { StoreUnavailable } from '@headwater/event-sourcing';
import { InvalidSegment } from '@headwater/linked-data';
import { rejection } from '@headwater/representations';
import { requireJsonBody } from './bodies.js';
import { HeadwaterConfig } from './config.js';
import { Problem } from './errors/problem.js';
import { Health } from './health/health.js';
import { createHttpApp, type HttpApp } from './http-app.js';
import { createLogger } from './logging.js';
import { Metrics } from './metrics/metrics.js';
import { sendJson } from './replies.js';
import { StopSignal } from './stop-signal.js';
import { freePort } from './free-port.js';

@Controller()
class Probe {
  @Get('v1/things/:id')
  show(@Param('id') id: string, @Res() reply: FastifyReply): FastifyReply {
    return sendJson(reply, 200, { id }, { headers: { etag: '"1"', vary: 'Accept' } });
  }

  @Put('v1/things/:id')
  take(@Req() request: FastifyRequest, @Res() reply: FastifyReply): FastifyReply {
    return sendJson(reply, 200, { bytes: requireJsonBody(request).length });
  }

  @Delete('v1/things/:id')
  drop(@Res() reply: FastifyReply): FastifyReply {
    return sendJson(reply, 200, '{}');
  }

  @Post('dataset/:dataset/resources')
  push(@Req() request: FastifyRequest, @Res() reply: FastifyReply): FastifyReply {
    return sendJson(reply, 200, { bytes: requireJsonBody(request).length });
  }

  @Get('datasets/:dataset')
  dataset(): never {
    throw new Problem('invalid-token', 'It was not issued here.', { hint: 1 });
  }

  @Get('v1/big')
  big(@Res() reply: FastifyReply): FastifyReply {
    return sendJson(reply, 200, JSON.stringify({ text: 'x'.repeat(5000) }), { headers: { etag: '"big"' } });
  }

  @Get('v1/fails/:how')
  fail(@Param('how') how: string): never {
    if (how === 'rejection') throw rejection('IncorrectRev', 'Stale.', { provided: 1, expected: 2 });
    if (how === 'store') throw new StoreUnavailable('disk full');
    if (how === 'segment') throw new InvalidSegment('a b');
    throw new Error('secret');
  }

  @Get('v1/slow')
  async slow(@Res() reply: FastifyReply): Promise<FastifyReply> {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return sendJson(reply, 200, '{"slow":true}');
  }
}

@Module({ controllers: [Probe] })
class ProbeModule {}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly body: Readonly<Record<string, unknown>>;
}

describe('An application on Fastify', () => {
  let app: HttpApp;
  let port: number;
  const health = new Health();

  beforeAll(async () => {
    port = await freePort();
    const config = HeadwaterConfig.read({
      HEADWATER_PORT: String(port),
      HEADWATER_SHUTDOWN_TIMEOUT_MS: '3000',
      HEADWATER_PUSH_MAX_BYTES: '1048576',
      HEADWATER_BODIES_MAX_BYTES: '1048576',
    });
    app = await createHttpApp([ProbeModule], {
      config,
      logger: createLogger('silent'),
      metrics: new Metrics(),
      health,
      stop: new StopSignal(),
    });
    await app.listen();
  });
  afterAll(() => app.close());

  const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string | Buffer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = httpRequest({ port, host: '127.0.0.1', method, path, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('end', () => {
            const bytes = Buffer.concat(chunks);
            const json = String(response.headers['content-type']).includes('json') && response.headers['content-encoding'] === undefined;
            const parsed = json && bytes.length > 0 ? (JSON.parse(bytes.toString()) as Answer['body']) : {};
            resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, body: parsed });
          });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });

  it('decodes a segment once, with a literal plus and slashes inside', async () => {
    expect((await send('GET', '/v1/things/http:%2F%2Fx%2Fa+b%2520c%3Fd')).body).toEqual({ id: 'http://x/a+b%20c?d' });
    expect((await send('GET', '/v1/things/caf%C3%A9')).body).toEqual({ id: 'café' });
    expect((await send('GET', `/v1/things/${'a'.repeat(10_000)}`)).status).toBe(200);
  });

  it('refuses a percent-encoding that is no UTF-8', async () => {
    for (const path of ['/v1/things/%FF', '/v1/things/%E0%A4%A', '/v1/things/%zz']) {
      const { status, body } = await send('GET', path);
      expect([path, status, body['@type']]).toEqual([path, 400, 'ValidationRejection']);
    }
    // A page must be able to read why, too.
    const { headers } = await send('GET', '/v1/things/%FF', { origin: 'http://a.example' });
    expect(headers).toMatchObject({ 'access-control-allow-origin': 'http://a.example', 'x-request-id': expect.any(String) });
  });

  it('takes a trailing slash', async () => {
    expect((await send('GET', '/v1/things/a/')).body).toEqual({ id: 'a' });
  });

  it('answers an unknown path 404 in the envelope', async () => {
    const { status, body, headers } = await send('GET', '/v1/nope');
    expect([status, body['@type'], body['reason'], headers['content-type']]).toEqual([
      404,
      'ResourceNotFound',
      'The requested resource does not exist.',
      'application/ld+json',
    ]);
    expect((await send('GET', '/v1/nope', { accept: 'application/json' })).headers['content-type']).toBe('application/json');
    expect((await send('GET', '/v1/things/a/b')).status).toBe(404);
    expect((await send('GET', '/v1/things/')).status).toBe(404);
  });

  it.each(['PATCH', 'POST', 'OPTIONS', 'TRACE', 'PROPFIND'])('answers %s on a known path 405 with what is allowed', async (method) => {
    const { status, body, headers } = await send(method, '/v1/things/a?x=1');
    expect([status, body['@type'], headers.allow]).toEqual([405, 'HttpMethodNotAllowed', 'DELETE, GET, PUT']);
    expect((await send(method, '/v1/nope')).status).toBe(404);
  });

  it('answers HEAD as GET without a body', async () => {
    const { status, headers, bytes } = await send('HEAD', '/v1/things/a');
    expect([status, headers['content-type'], headers.etag, bytes.length]).toEqual([200, 'application/ld+json', '"1"', 0]);
    expect((await send('HEAD', '/v1/nope')).status).toBe(404);
  });

  it('takes JSON of any name and nothing else', async () => {
    for (const type of ['application/json', 'application/ld+json; charset=utf-8', 'Application/JSON', 'application/merge-patch+json']) {
      expect([type, (await send('PUT', '/v1/things/a', { 'content-type': type }, '{}')).status]).toEqual([type, 200]);
    }
    for (const type of [
      'text/plain',
      'application/xml',
      'nonsense',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
    ]) {
      const { status, body } = await send('PUT', '/v1/things/a', { 'content-type': type }, '{}');
      expect([type, status, body['@type']]).toEqual([type, 415, 'UnsupportedRequestContentTypeRejection']);
    }
    expect((await send('PUT', '/v1/things/a', {}, '{}')).status).toBe(415);
    const { status, body } = await send('PUT', '/v1/things/a', { 'content-type': 'application/json' });
    expect([status, body['@type']]).toEqual([400, 'RequestEntityExpectedRejection']);
  });

  it('tolerates a body where none is needed', async () => {
    expect((await send('DELETE', '/v1/things/a', { 'content-type': 'application/json', 'content-length': '4' }, 'null')).status).toBe(200);
    expect((await send('GET', '/v1/things/a', { 'content-type': 'application/json', 'content-length': '4' }, 'null')).status).toBe(200);
  });

  it('refuses a body beyond the limit with both sizes, whether or not its length is told', async () => {
    const { status, body } = await send('PUT', '/v1/things/a', { 'content-type': 'application/json' }, Buffer.alloc(300_000, 'x'));
    expect([status, body['@type']]).toEqual([413, 'PayloadTooLarge']);
    expect(body['reason']).toBe('Incoming payload size (300000) exceeded size limit (262144 bytes).');
    const chunked = await send(
      'PUT',
      '/v1/things/a',
      { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      Buffer.alloc(2_000_000, 'x'),
    );
    expect(chunked.status).toBe(413);
    expect((await send('PUT', '/v1/things/a', { 'content-type': 'application/json' }, Buffer.alloc(262_144, 'x'))).body).toEqual({
      bytes: 262_144,
    });
  });

  it('keeps bodies within one budget, and gives back what they took', async () => {
    const type = { 'content-type': 'application/json' };
    const sending = (bytes: number): ReturnType<typeof httpRequest> => {
      const request = httpRequest({
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/dataset/a.b/resources',
        headers: { ...type, 'content-length': '1000000' },
      });
      request.on('error', () => undefined).write(Buffer.alloc(bytes, 'x'));
      return request;
    };
    const held = async (): Promise<number> => {
      const text = (await send('GET', '/metrics')).bytes.toString();
      return Number(/^headwater_bodies_bytes (\d+)$/m.exec(text)?.[1]);
    };
    const until = async (bytes: number): Promise<void> => {
      for (let tries = 0; (await held()) !== bytes && tries < 100; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await held()).toBe(bytes);
    };
    const open = sending(900_000);
    await until(900_000);
    const { status, headers, body } = await send('PUT', '/v1/things/a', type, Buffer.alloc(200_000, 'x'));
    expect([status, headers['retry-after'], body['@type']]).toEqual([503, '1', 'ServiceUnavailable']);
    expect((await send('PUT', '/v1/things/a', type, Buffer.alloc(100_000, 'x'))).status).toBe(200);
    open.destroy();
    await until(0);
    expect((await send('PUT', '/v1/things/a', type, Buffer.alloc(200_000, 'x'))).status).toBe(200);
    await until(0);
  });

  it('gives pushes their own limit, and tells errors as problems there', async () => {
    const type = { 'content-type': 'application/json' };
    expect((await send('POST', '/dataset/a.b/resources', type, Buffer.alloc(1_048_576, 'x'))).body).toEqual({ bytes: 1_048_576 });
    const { status, headers, body } = await send('POST', '/dataset/a.b/resources', type, Buffer.alloc(1_048_577, 'x'));
    expect([status, headers['content-type']]).toEqual([413, 'application/problem+json']);
    expect(body).toMatchObject({
      type: 'urn:headwater:problem:payload-too-large',
      title: 'Payload too large',
      status: 413,
      instance: '/dataset/a.b/resources',
    });
    expect((await send('GET', '/datasets/a.b?since=x')).body).toEqual({
      type: 'urn:headwater:problem:invalid-token',
      title: 'Invalid token',
      status: 400,
      detail: 'It was not issued here.',
      instance: '/datasets/a.b',
      hint: 1,
    });
    expect((await send('PUT', '/dataset/a.b/resources')).headers).toMatchObject({
      allow: 'POST',
      'content-type': 'application/problem+json',
    });
  });

  it('answers what was thrown with its status and members, and a fault without its words', async () => {
    expect(await send('GET', '/v1/fails/rejection')).toMatchObject({
      status: 409,
      body: { '@type': 'IncorrectRev', provided: 1, expected: 2 },
    });
    expect(await send('GET', '/v1/fails/segment')).toMatchObject({ status: 400, body: { '@type': 'InvalidResourceId' } });
    expect(await send('GET', '/v1/fails/store')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { '@type': 'ServiceUnavailable' },
    });
    const fault = await send('GET', '/v1/fails/otherwise');
    expect(fault).toMatchObject({ status: 500, body: { '@type': 'UnexpectedError' } });
    expect(fault.bytes.toString()).not.toContain('secret');
  });

  it('lets pages of any origin call', async () => {
    const { headers } = await send('GET', '/v1/things/a', { origin: 'http://a.example' });
    expect(headers).toMatchObject({ 'access-control-allow-origin': 'http://a.example', vary: 'Accept, Origin' });
    expect(headers['access-control-expose-headers']).toContain('Headwater-Position');
    const preflight = await send('OPTIONS', '/v1/things/a', {
      origin: 'http://a.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type',
    });
    expect(preflight).toMatchObject({
      status: 200,
      headers: {
        'access-control-allow-origin': 'http://a.example',
        'access-control-allow-methods': 'GET, PUT, POST, PATCH, DELETE, OPTIONS, HEAD',
        'access-control-allow-headers': 'content-type',
      },
    });
    expect(preflight.bytes.length).toBe(0);
  });

  it('compresses what is worth it, with a weak ETag', async () => {
    const { headers, bytes } = await send('GET', '/v1/big', { 'accept-encoding': 'deflate;q=0.5, gzip' });
    expect(headers).toMatchObject({
      'content-encoding': 'gzip',
      etag: 'W/"big"',
      vary: 'Accept-Encoding',
      'content-length': String(bytes.length),
    });
    expect(JSON.parse(gunzipSync(bytes).toString())).toEqual({ text: 'x'.repeat(5000) });
    expect((await send('GET', '/v1/big', { 'accept-encoding': 'gzip;q=0' })).headers['content-encoding']).toBeUndefined();
    expect((await send('GET', '/v1/big')).headers).toMatchObject({ etag: '"big"' });
    expect((await send('GET', '/v1/things/a', { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBeUndefined();
  });

  it('gives requests an id, or keeps the one they have', async () => {
    expect((await send('GET', '/v1/nope', { 'x-request-id': 'mine-1' })).headers['x-request-id']).toBe('mine-1');
    const [first, second] = [await send('GET', '/v1/nope', { 'x-request-id': 'a"b' }), await send('GET', '/v1/nope')];
    expect(first.headers['x-request-id']).toMatch(/^[\w-]{11,}-\w+$/);
    expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
  });

  const raw = (text: string): Promise<string> =>
    new Promise((resolve) => {
      let answer = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk) => (answer += chunk.toString())).on('close', () => resolve(answer));
    });

  it('answers what is no HTTP, and ends the connection', async () => {
    expect(await raw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [^]*connection: close[^]*MalformedRequestContentRejection/);
    expect(await raw(`GET /v1/things/a HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(40_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 [^]*MalformedHeaderRejection/,
    );
  });

  it('is ready while its checks say so, and says which does not', async () => {
    expect(await send('GET', '/health/live')).toMatchObject({ status: 200, body: { status: 'up' } });
    expect(await send('GET', '/health/ready')).toMatchObject({ status: 200, body: { status: 'up' } });
    let reason: string | undefined = 'The disk is full.';
    health.register('store', () => (reason === undefined ? { status: 'up' } : { status: 'down', reason }));
    expect(await send('GET', '/health/ready')).toMatchObject({
      status: 503,
      body: { status: 'down', checks: { store: { status: 'down', reason: 'The disk is full.' } } },
    });
    reason = undefined;
    health.register('another service', () => ({ status: 'down', reason: 'It is gone.' }), 'told');
    expect(await send('GET', '/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'up', checks: { store: { status: 'up' }, 'another service': { status: 'down', reason: 'It is gone.' } } },
    });
  });

  it('counts requests by route pattern, method and class of status', async () => {
    const text = (await send('GET', '/metrics')).bytes.toString();
    expect(text).toMatch(/headwater_http_request_duration_seconds_count\{route="\/v1\/things\/:id",method="GET",status="2xx"\} [1-9]/);
    expect(text).toMatch(
      /headwater_http_request_duration_seconds_bucket\{le="\+Inf",route="\/v1\/fails\/:how",method="GET",status="5xx"\} [1-9]/,
    );
    expect(text).toMatch(/headwater_refusals_total\{code="ResourceNotFound"\} [1-9]/);
  });

  it('finishes what is in progress when it stops, and takes nothing more', async () => {
    const slow = send('GET', '/v1/slow');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closed = app.close();
    expect((await slow).body).toEqual({ slow: true });
    await closed;
    await expect(send('GET', '/health/live')).rejects.toThrow('ECONNREFUSED');
  });
});
