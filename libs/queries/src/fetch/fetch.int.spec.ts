import { sealWritePosition, streamName, revision } from '@headwater/event-sourcing';
import { entityStream } from '@headwater/event-contracts';
import type { Iri } from '@headwater/linked-data';
import { BASE, PROJECT, PUBLIC_URL, QueryService } from '../testing/query-service.js';

const path = (id: string, rest = ''): string => `/v1/resources/org/project/_/${encodeURIComponent(id)}${rest}`;
const ID = `${BASE}r1`;
const doc = { id: ID, types: ['https://e.org/vocab/Person'], name: 'Ada' };
const renamed = { ...doc, name: 'Ada L.' };

describe('Fetching', () => {
  let service: QueryService;
  beforeEach(async () => {
    service = await QueryService.start({ HEADWATER_CATCH_UP_MAX: '3' });
  });
  afterEach(() => service.stop());

  it('shows the document with its metadata', async () => {
    await service.world.create(doc);
    await service.memory.settle();
    const { status, headers, body } = await service.get(path(ID));
    expect([status, headers.get('content-type'), headers.get('vary')]).toEqual([200, 'application/ld+json', 'Accept, Accept-Encoding']);
    expect(body).toMatchObject({
      '@id': ID,
      '@type': 'https://e.org/vocab/Person',
      name: 'Ada',
      _rev: 1,
      _self: `${PUBLIC_URL}/v1/resources/org/project/_/https:%2F%2Fe.org%2Fbase%2Fr1`,
    });
  });

  describe('while projections stand still (invariant 6)', () => {
    it('is never older than the newest commit: what the read model lacks is folded', async () => {
      await service.world.create(doc);
      expect((await service.get(path(ID))).body).toMatchObject({ name: 'Ada', _rev: 1 });
      await service.memory.settle();
      await service.world.update(renamed, 1);
      await service.world.tag(doc, 2, 'v1', 1);
      const { body } = await service.get(path(ID));
      expect(body).toMatchObject({ name: 'Ada L.', _rev: 3 });
      expect((await service.get(path(ID, '/tags'))).body).toMatchObject({ tags: [{ rev: 1, tag: 'v1' }] });
      expect((await service.get(path(ID, '/source'))).body).toEqual({ '@id': ID, '@type': doc.types, name: 'Ada L.' });
      await service.memory.settle();
      expect((await service.get(path(ID))).body).toEqual(body);
    });

    it('answers the same however far behind the read model is, with the same ETag', async () => {
      await service.world.create(doc);
      await service.memory.settle();
      for (let rev = 1; rev <= 6; rev += 1) await service.world.update({ ...doc, name: `n${String(rev)}` }, rev);
      await service.world.deprecate(doc, 7);
      const behind = await service.get(path(ID));
      expect(behind.body).toMatchObject({ name: 'n6', _rev: 8, _deprecated: true });
      await service.memory.settle();
      const caughtUp = await service.get(path(ID));
      expect([caughtUp.text, caughtUp.headers.get('etag')]).toEqual([behind.text, behind.headers.get('etag')]);
    });

    it('is as the project is now, however it was when a request was read last', async () => {
      await service.world.create({ ...doc, id: 'https://elsewhere.org/r1' });
      await service.world.create(doc);
      expect((await service.get('/v1/resources/org/project/_/r1')).body).toMatchObject({ '@id': ID });
      const settings = { base: 'https://elsewhere.org/' as Iri, vocab: 'https://e.org/' as Iri, apiMappings: [], enforceSchema: false };
      await service.world.project({ type: 'UpdateProject', ref: PROJECT, rev: 1, settings });
      expect((await service.get('/v1/resources/org/project/_/r1')).body).toMatchObject({ '@id': 'https://elsewhere.org/r1' });
      expect((await service.get('/v1/resources/org/project/_/ex:a%20b')).body).toMatchObject({ '@type': 'InvalidResourceId' });
    });

    it('is 404 for what does not exist, and for what exists in another project', async () => {
      await service.addProject({ organization: 'org', project: 'other' });
      await service.world.create({ ...doc, project: { organization: 'org', project: 'other' } });
      expect((await service.get(path(ID))).body).toMatchObject({
        '@type': 'ResourceNotFound',
        reason: `Resource '${ID}' not found in project 'org/project'.`,
      });
    });
  });

  describe('a resource whose stream is parked', () => {
    it('is 503 and names the revision; its source and tags are told by the events', async () => {
      await service.world.create(doc);
      await service.memory.settle();
      await appendUnreadable(service);
      await service.memory.settle();
      const fetched = await service.get(path(ID));
      expect([fetched.status, fetched.headers.get('retry-after')]).toEqual([503, '1']);
      expect(fetched.body).toMatchObject({ '@type': 'ParkedResource', parkedAt: 2 });
      expect((await service.get(path(ID, '/source'))).body).toMatchObject({ name: 'Ada' });
      expect((await service.get(path(ID, '/tags'))).body).toMatchObject({ tags: [] });
    });

    it('shows the last applied state to whoever asks for it', async () => {
      await service.world.create(doc);
      await service.memory.settle();
      await appendUnreadable(service);
      const eventual = await service.get(path(ID), { 'headwater-consistency': 'eventual' });
      expect([eventual.status, eventual.body]).toEqual([200, expect.objectContaining({ name: 'Ada', _rev: 1 })]);
      expect((await service.get(path(ID), { 'headwater-consistency': 'strong' })).status).toBe(503);
      expect((await service.get(path(ID), { 'headwater-consistency': 'none' })).body).toMatchObject({
        '@type': 'MalformedHeaderRejection',
      });
    });

    it('is 503 everywhere where nothing of it can be read', async () => {
      await service.world.poison(ID, PROJECT);
      await service.memory.settle();
      for (const rest of ['', '/source', '/tags']) {
        expect((await service.get(path(ID, rest))).body).toMatchObject({ '@type': 'ParkedResource', parkedAt: 1 });
      }
    });
  });

  it('is 503 where the event store cannot be asked, and says so', async () => {
    await service.world.create(doc);
    await service.memory.settle();
    service.memory.store.faults.refuse('newest');
    const { status, headers, body } = await service.get(path(ID));
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    expect(body).toMatchObject({ '@type': 'ServiceUnavailable' });
  });

  it('is the last applied state for whoever asks for that, where the event store cannot be asked', async () => {
    const eventual = { 'headwater-consistency': 'eventual' };
    await service.world.create(doc);
    await service.memory.settle();
    await service.world.update(renamed, 1);
    const newest = await service.get(path(ID), eventual);
    expect(newest.body).toMatchObject({ name: 'Ada L.', _rev: 2 });
    const cold = await QueryService.over(service.memory);
    for (const asked of [service, cold]) {
      for (let call = 0; call < 4; call += 1) service.memory.store.faults.refuse('newest');
      const applied = await asked.get(path(ID), eventual);
      expect([applied.status, applied.body]).toEqual([200, expect.objectContaining({ name: 'Ada', _rev: 1 })]);
      expect((await asked.get(path(`${BASE}none`), eventual)).body).toMatchObject({ '@type': 'ResourceNotFound' });
      expect((await asked.get(path(ID).replace('/project/', '/none/'), eventual)).body).toMatchObject({ '@type': 'ProjectNotFound' });
      expect((await asked.get(path(ID), {})).status).toBe(503);
    }
    expect((await service.get(path(ID), eventual)).text).toBe(newest.text);
    await cold.stop();
  });

  it('takes a position that was issued, and refuses others', async () => {
    await service.world.create(doc);
    const position = sealWritePosition(service.tokens, {
      kind: 'revision',
      stream: entityStream(PROJECT, ID as Iri),
      revision: revision(1),
    });
    expect((await service.get(path(ID), { 'headwater-wait-for': position })).status).toBe(200);
    const unknown = sealWritePosition(service.tokens, { kind: 'revision', stream: streamName('entity/a/b/c'), revision: revision(9) });
    expect((await service.get(path(ID), { 'headwater-wait-for': unknown })).status).toBe(200);
    const refused = await service.get(path(ID), { 'headwater-wait-for': 'abc' });
    expect([refused.status, refused.body]).toEqual([400, expect.objectContaining({ '@type': 'MalformedHeaderRejection' })]);
  });
});

/** Revision 2 of the document: a content event without the texts that a projection needs, in a commit whose state is in order. */
async function appendUnreadable({ memory }: QueryService): Promise<void> {
  const stream = entityStream(PROJECT, ID as Iri);
  const [newest] = await memory.store.newest([stream]);
  const [created] = await memory.store.read(stream, revision(1), revision(1));
  const event = created?.events[0];
  if (newest === undefined || event === undefined) throw new Error('Nothing was created.');
  const base = newest.revision as number as typeof newest.base;
  const after = JSON.stringify({ ...(JSON.parse(newest.after) as object), rev: 2 });
  const head = event.head.replace('"ResourceCreated"', '"ResourceUpdated"');
  const unreadable = {
    id: `2-unreadable` as typeof event.id,
    head,
    content: { source: '{}', expanded: '[{"http://schema.org/name"', compacted: '{}' },
  };
  const [outcome] = await memory.store.append([{ stream, base, partition: newest.partition, events: [{ ...unreadable }], after }]);
  if (outcome?.status !== 'appended') throw new Error('The commit was not appended.');
}
