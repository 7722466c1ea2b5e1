import { fastify, type LightMyRequestResponse } from 'fastify';
import { SealedTokens, StoreUnavailable, openWritePosition, revision, type ProjectionProgress } from '@headwater/event-sourcing';
import { AdvanceSignal, HeadwaterConfig, PositionWaiter, QueryParams, StopSignal } from '@headwater/platform';
import { CommandSide, caught } from '../testing/command-side.js';
import { WriteAnswers, indexingOf, type Written } from './write-answers.js';

type LastApplied = ProjectionProgress['lastApplied'];

const tokens = new SealedTokens([{ id: 'k1', secret: new Uint8Array(32) }]);

interface Answered {
  readonly answer: LightMyRequestResponse;
  readonly written: Written;
  /** What went to the service's log. */
  readonly logged: readonly string[];
}

async function answered(lastApplied: LastApplied, indexing: 'async' | 'sync'): Promise<Answered> {
  const side = await CommandSide.started();
  const written = await side.create('{"name":"x"}', { id: 'r' });
  const config = HeadwaterConfig.read({ HEADWATER_WAIT_TIMEOUT_MS: '30' });
  const advance = new AdvanceSignal({ onAdvance: () => () => undefined }, new StopSignal());
  const waiter = new PositionWaiter(config, side.store, { lastApplied }, advance, tokens);
  const logged: string[] = [];
  const answers = new WriteAnswers(config, waiter, tokens, side.urls, { error: (_details, message) => logged.push(message) });
  const server = fastify().post('/', (_request, reply) => answers.entity(reply, 201, written, indexing));
  return { answer: await server.inject({ method: 'POST', url: '/' }), written, logged };
}

const nowhere: LastApplied = (_projection, streams) => Promise.resolve(streams.map(() => ({ revision: revision(0) })));
const everywhere: LastApplied = (_projection, streams) => Promise.resolve(streams.map(() => ({ revision: revision(1) })));

describe('The answer to a write', () => {
  it('says where the write is, and waits for nothing', async () => {
    const { answer, written } = await answered(nowhere, 'async');
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ '@id': written.entity.id, _rev: 1 });
    expect(openWritePosition(tokens, String(answer.headers['headwater-position']))).toEqual(written.position);
  });

  it('waits where it is asked to', async () => {
    const asked: string[] = [];
    const { answer } = await answered((projection, streams) => {
      asked.push(projection);
      return everywhere(projection, streams);
    }, 'sync');
    expect(answer.statusCode).toBe(201);
    expect(asked.sort()).toEqual(['feed', 'links', 'resources']);
  });

  it.each<[string, LastApplied, number?]>([
    ['that do not get there in time', nowhere],
    [
      'that cannot apply it',
      (_projection, streams) => Promise.resolve(streams.map(() => ({ revision: revision(0), parkedAt: revision(1) }))),
    ],
    ['that cannot be asked', () => Promise.reject(new StoreUnavailable('gone')), 1],
  ])('is 503 IndexingFailed for indexes %s, and the write stands', async (_, lastApplied, faults = 0) => {
    const { answer, written, logged } = await answered(lastApplied, 'sync');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({
      '@context': 'https://bluebrain.github.io/nexus/contexts/error.json',
      '@type': 'IndexingFailed',
      reason: expect.stringContaining('was stored'),
      _resource: { '@id': written.entity.id, _rev: 1 },
    });
    expect(answer.headers['retry-after']).toBe('1');
    expect(logged).toHaveLength(faults);
    expect(openWritePosition(tokens, String(answer.headers['headwater-position']))).toEqual(written.position);
  });
});

describe('indexing', () => {
  it('is async, or sync, or refused', () => {
    expect(indexingOf(new QueryParams({}))).toBe('async');
    expect(indexingOf(new QueryParams({ indexing: 'async' }))).toBe('async');
    expect(indexingOf(new QueryParams({ indexing: 'sync' }))).toBe('sync');
    expect(caught(() => indexingOf(new QueryParams({ indexing: 'zzz' })))).toMatchObject({ code: 'MalformedQueryParamRejection' });
  });
});
