import { connect } from 'node:net';
import { epoch, sealFeedPosition, startOf } from '@headwater/event-sourcing';
import type { ProjectRef } from '@headwater/event-contracts';
import { BASE, PROJECT, QueryService } from '../testing/query-service.js';
import { SseClient } from '../testing/sse-client.js';

const OTHER: ProjectRef = { organization: 'other', project: 'project' };
const EVENTS = '/v1/resources/org/project/events';
const doc = (name: string, project = PROJECT) => ({ id: `${BASE}${name}`, name, project });

describe('A stream of events', () => {
  let service: QueryService;
  const clients: SseClient[] = [];
  const follow = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<SseClient> => {
    const client = await SseClient.open(service.url + path, headers);
    clients.push(client);
    return client;
  };
  const start = async (settings: Readonly<Record<string, string>> = {}): Promise<void> => {
    service = await QueryService.start({ HEADWATER_SSE_TICK_MS: '5', ...settings });
  };
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await service.stop();
  });

  it('begins with the first event ever and goes on with what happens', async () => {
    await start();
    await service.world.create(doc('a'));
    await service.world.update(doc('a'), 1);
    await service.memory.settle();
    const client = await follow(EVENTS);
    expect(client.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=UTF-8',
      'cache-control': 'no-cache, no-transform',
    });
    expect(client.response.headers['x-request-id']).toEqual(expect.any(String));
    await client.until(() => client.events.length === 2);
    await service.world.tag(doc('a'), 2, 'v1', 1);
    await service.memory.settle();
    await client.until(() => client.events.length === 3);
    expect(client.events.map(({ event }) => event)).toEqual(['ResourceCreated', 'ResourceUpdated', 'ResourceTagAdded']);
    expect(client.seen).toEqual([1, 2, 3].map((rev) => `${BASE}a@${String(rev)}`));
  });

  it('has data, event and id in this order, each on a line of its own', async () => {
    await start();
    await service.world.create({ ...doc('a'), source: '{\r\n"name":"a"\n}' });
    await service.memory.settle();
    const raw = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
      let text = '';
      socket.on('data', (bytes: Buffer) => {
        text += bytes.toString();
        if (text.includes('\n\n\r\n')) {
          socket.destroy();
          resolve(text);
        }
      });
      socket.write(`GET ${EVENTS} HTTP/1.1\r\nhost: x\r\n\r\n`);
    });
    expect(raw).toMatch(
      /\r\n\r\n[0-9a-f]+\r\ndata:\{"@context":.*"_source":\{ "name":"a" \}.*\}\nevent:ResourceCreated\nid:[\w-]+\n\n\r\n$/,
    );
  });

  it('is sent unframed to clients that know no chunks', async () => {
    await start();
    await service.world.create(doc('a'));
    await service.memory.settle();
    const raw = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
      let text = '';
      socket.on('data', (bytes: Buffer) => {
        text += bytes.toString();
        if (text.endsWith('\n\n')) {
          socket.destroy();
          resolve(text);
        }
      });
      socket.write(`GET ${EVENTS} HTTP/1.0\r\n\r\n`);
    });
    expect(raw).toMatch(/\r\n\r\ndata:\{.*\}\nevent:ResourceCreated\nid:[\w-]+\n\n$/);
  });

  it('shows each scope what is in it, with ids that are valid in every scope', async () => {
    await start();
    await service.addProject(OTHER);
    await service.addProject({ organization: 'org', project: 'second' });
    await service.world.create(doc('a'));
    await service.world.create(doc('b', { organization: 'org', project: 'second' }));
    await service.world.create(doc('c', OTHER));
    await service.memory.settle();
    const counts = { '/v1/resources/events': 3, '/v1/resources/org/events': 2, [EVENTS]: 1, '/v1/resources/other/project/events': 1 };
    for (const [path, count] of Object.entries(counts)) {
      const client = await follow(path);
      await client.until(() => client.events.length === count);
    }
    await service.world.create(doc('d'));
    await service.memory.settle();
    const [all, organization, project, elsewhere] = clients;
    await all?.until(() => all.events.length === 4);
    await organization?.until(() => organization.events.length === 3);
    await project?.until(() => project.events.length === 2);
    expect(elsewhere?.events).toHaveLength(1);
    for (const client of [all, organization, project]) {
      const id = client?.events.at(-2)?.id ?? '';
      const resumed = await follow(EVENTS, { 'last-event-id': id });
      await resumed.until(() => resumed.seen.includes(`${BASE}d@1`));
    }
  });

  it('never skips and never repeats, from whichever id a client goes on (invariant 5)', async () => {
    await start();
    const names = Array.from({ length: 12 }, (_, index) => `r${String(index)}`);
    for (const name of names) await service.world.create(doc(name));
    await service.memory.settle();
    const first = await follow(EVENTS);
    await first.until(() => first.events.length === names.length);
    for (const name of names) await service.world.update(doc(name), 1);
    await service.memory.settle();
    await first.until(() => first.events.length === 2 * names.length);
    const everything = [...first.seen].sort();
    expect(new Set(everything).size).toBe(2 * names.length);
    for (const [index, { id = '' }] of first.events.entries()) {
      const rest = everything.length - index - 1;
      const resumed = await follow(EVENTS, { 'last-event-id': id });
      if (rest > 0) await resumed.until(() => resumed.events.length === rest);
      expect([...first.seen.slice(0, index + 1), ...resumed.seen].sort()).toEqual(everything);
      resumed.close();
    }
  });

  it('joins history and the live tail without gap or repetition while writers run (invariant 5)', async () => {
    await start({ HEADWATER_SSE_TICK_MS: '1' });
    for (let at = 0; at < 150; at += 1) await service.world.create(doc(`h${String(at)}`));
    await service.memory.settle();
    const writing = new AbortController();
    let written = 0;
    const writer = (async () => {
      while (!writing.signal.aborted) {
        await service.world.create(doc(`w${String((written += 1))}`));
        await service.memory.settle();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    const followers: SseClient[] = [];
    for (let at = 0; at < 8; at += 1) {
      followers.push(await follow(at % 2 === 0 ? EVENTS : '/v1/resources/events'));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    writing.abort();
    await writer;
    const total = 150 + written;
    for (const follower of followers) {
      await follower.until(() => follower.events.length >= total);
      expect(new Set(follower.seen).size).toBe(follower.events.length);
      expect(follower.events.length).toBe(total);
    }
    const [last] = followers;
    const resumed = await follow(EVENTS, { 'last-event-id': last?.events[total - 2]?.id ?? '' });
    await resumed.until(() => resumed.events.length === 1);
    expect(resumed.seen).toEqual([last?.seen.at(-1)]);
  });

  it('puts an error in the place of what cannot be shown', async () => {
    await start();
    await service.world.create(doc('a'));
    const { commits } = await service.memory.store.scan();
    const commit = commits.find(({ stream }) => stream.startsWith('entity/'));
    const event = commit?.events[0];
    if (commit === undefined || event === undefined) throw new Error('Nothing was created.');
    const stream = commit.stream.replace(/a$/, 'b') as typeof commit.stream;
    const head = event.head.replace(/"schema":\{[^}]*\}/, '"schema":null');
    const partition = await service.memory.store.partitionFor(stream);
    await service.memory.store.append([{ ...commit, stream, partition, events: [{ ...event, head }] }]);
    await service.memory.settle();
    const client = await follow(EVENTS);
    await client.until(() => client.events.length === 2);
    expect(client.events.map((one) => one.event).sort()).toEqual(['Error', 'ResourceCreated']);
  });

  it('is written to when it is quiet', async () => {
    await start({ HEADWATER_SSE_HEARTBEAT_MS: '100' });
    const client = await follow(EVENTS);
    await client.until(() => client.comments >= 2);
    expect(client.events).toEqual([]);
  });

  it('cuts a client off that does not read, and nobody else', async () => {
    await start({ HEADWATER_SSE_QUEUE_BYTES: String(64 * 1024) });
    const slow = await follow('/v1/resources/events');
    slow.response.pause();
    const quick = await follow('/v1/resources/events');
    const closed = new Promise<void>((resolve) => slow.response.once('close', resolve));
    const big = 'x'.repeat(400_000);
    let count = 0;
    for (; count < 60; count += 1) {
      await service.world.create({ ...doc(`big${String(count)}`), source: JSON.stringify({ big }) });
      await service.memory.settle();
      await quick.until(() => quick.events.length === count + 1);
    }
    slow.response.resume();
    await closed;
    expect(slow.events.length).toBeLessThan(count);
    const resumed = await follow('/v1/resources/events', slow.events.length === 0 ? {} : { 'last-event-id': slow.events.at(-1)?.id ?? '' });
    await resumed.until(() => resumed.events.length === count - slow.events.length);
    expect(new Set([...slow.seen, ...resumed.seen]).size).toBe(count);
  });

  it('is not given to more clients than are configured', async () => {
    await start({ HEADWATER_SSE_MAX_CLIENTS: '1' });
    const first = await follow(EVENTS);
    const refused = await service.get(EVENTS);
    expect([refused.status, refused.headers.get('retry-after'), refused.body]).toEqual([
      503,
      '1',
      expect.objectContaining({ '@type': 'ServiceUnavailable' }),
    ]);
    first.close();
    for (let tries = 0; ; tries += 1) {
      const next = await follow(EVENTS);
      if (next.response.statusCode === 200) break;
      if (tries > 50) throw new Error('The place of a client that left stays taken.');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });

  it('ends cleanly when the service stops', async () => {
    await start();
    const client = await follow(EVENTS);
    const before = Date.now();
    await service.stop();
    expect(await client.ended).toBe('clean');
    expect(Date.now() - before).toBeLessThan(5000);
  });

  it('is refused before it begins', async () => {
    await start();
    const refusals = [
      ['/v1/resources/nowhere/events', {}, 404, 'OrganizationNotFound'],
      ['/v1/resources/org/nothing/events', {}, 404, 'ProjectNotFound'],
      ['/v1/resources/nowhere/nothing/events', {}, 404, 'OrganizationNotFound'],
      [EVENTS, { accept: 'application/json' }, 406, 'UnacceptedResponseContentTypeRejection'],
      [EVENTS, { 'last-event-id': 'abc' }, 400, 'MalformedHeaderRejection'],
      [EVENTS, { 'last-event-id': '5' }, 400, 'MalformedHeaderRejection'],
      [EVENTS, { 'last-event-id': sealFeedPosition(service.tokens, 'changes', 'x', startOf(epoch('e'))) }, 400, 'MalformedHeaderRejection'],
      [EVENTS, { 'last-event-id': sealFeedPosition(service.tokens, 'event', '', startOf(epoch('another'))) }, 410, 'PositionLost'],
      [EVENTS, { 'headwater-wait-for': 'abc' }, 400, 'MalformedHeaderRejection'],
    ] as const;
    for (const [path, headers, status, type] of refusals) {
      const answer = await service.get(path, headers);
      expect([path, headers, answer.status, answer.body]).toEqual([path, headers, status, expect.objectContaining({ '@type': type })]);
    }
  });

  it('can be probed with HEAD', async () => {
    await start();
    const answer = await service.get(EVENTS, {}, 'HEAD');
    expect([answer.status, answer.headers.get('content-type'), answer.text]).toEqual([200, 'text/event-stream; charset=UTF-8', '']);
    expect((await service.get('/v1/resources/org/nothing/events', {}, 'HEAD')).status).toBe(404);
  });
});
