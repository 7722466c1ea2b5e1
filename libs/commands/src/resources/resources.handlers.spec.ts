import { CommandSide, race, refused } from '../testing/command-side.js';

const created = '{"name":"v1"}';

describe('Resources', () => {
  it('are created once, also by 64 at one time', async () => {
    const side = await CommandSide.started();
    const calls = Array.from({ length: 64 }, (_, at) => side.create(`{"at":${at}}`, { id: 'r' }));
    expect(await race(calls)).toEqual({ done: 1, ResourceAlreadyExists: 63 });
    expect(await side.history('r')).toEqual(['ResourceCreated']);
  });

  it('are updated by one of 64 that saw the same revision', async () => {
    const side = await CommandSide.started();
    await side.create(created, { id: 'r' });
    const calls = Array.from({ length: 64 }, (_, at) => side.update('r', 1, `{"at":${at}}`));
    const results = await Promise.allSettled(calls);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toEqual(refused('IncorrectRev', { extra: { provided: 1, expected: 2 } }));
    }
  });

  it('make a revision of the same content too, unless configured otherwise', async () => {
    const side = await CommandSide.started();
    await side.create(created, { id: 'r' });
    expect((await side.update('r', 1, created)).entity.rev).toBe(2);
    const frugal = await CommandSide.started({ HEADWATER_SKIP_UNCHANGED_UPDATES: 'true' });
    await frugal.create('{"a":1,"b":2}', { id: 'r' });
    expect((await frugal.update('r', 1, '{"b":2,"a":1}')).entity.rev).toBe(1);
    expect((await frugal.update('r', 1, '{"b":2,"a":1}', { tag: 't' })).entity.rev).toBe(2);
    expect((await frugal.update('r', 2, '{"b":2}')).entity.rev).toBe(3);
  });

  it('take the id of the document, or get one below the base', async () => {
    const side = await CommandSide.started();
    expect((await side.create('{"@id":"https://x.org/1"}')).entity.id).toBe('https://x.org/1');
    expect((await side.create('{"@id":"rel"}')).entity.id).toBe(`${side.base}rel`);
    const { entity, position } = await side.create('{}');
    expect(entity.id).toMatch(new RegExp(`^${side.base}[0-9a-f]{8}-[0-9a-f]{4}-4`));
    expect(position).toEqual({ kind: 'revision', stream: `entity/org/proj/${entity.id}`, revision: 1 });
    await expect(side.create('{"@id":"https://x.org/1"}', { id: 'other' })).rejects.toMatchObject({ code: 'UnexpectedId' });
  });

  it('are checked in the order of the specification', async () => {
    const side = await CommandSide.started();
    await side.create(created, { id: 'r' });
    const reserved = '{"@type":"https://bluebrain.github.io/nexus/vocabulary/Schema"}';
    const schema = 'https://x.org/schema';
    // The document, existence, what is reserved, the schema.
    await expect(side.create('{"@context":"https://x.org/none"}', { id: 'r', schema })).rejects.toMatchObject({
      code: 'InvalidJsonLdFormat',
    });
    await expect(side.create(reserved, { id: 'r', schema })).rejects.toEqual(refused('ResourceAlreadyExists'));
    await expect(side.create(reserved, { id: 'n', schema })).rejects.toMatchObject({ code: 'ReservedResourceTypes' });
    await expect(side.create(created, { id: 'n', schema })).rejects.toEqual(refused('InvalidSchemaRejection'));
    await expect(side.create(created, { id: 'https://bluebrain.github.io/nexus/contexts/x' })).rejects.toMatchObject({
      code: 'ReservedResourceId',
    });
    await expect(side.update('n', 1, created, { schema })).rejects.toEqual(refused('ResourceNotFound'));
    await expect(side.update('r', 7, created, { schema })).rejects.toEqual(refused('IncorrectRev'));
    await expect(side.update('r', 1, created, { schema })).rejects.toEqual(
      refused('InvalidSchemaRejection', {
        extra: {
          '@context': [
            'https://bluebrain.github.io/nexus/contexts/resolvers.json',
            'https://bluebrain.github.io/nexus/contexts/error.json',
          ],
          report: { history: [expect.objectContaining({ success: false, resolverId: expect.stringContaining('defaultInProject') })] },
        },
      }),
    );
    await expect(side.change('r', { type: 'DeprecateResource', rev: 1 }, schema)).rejects.toEqual(refused('UnexpectedResourceSchema'));
    expect(await side.history('r')).toEqual(['ResourceCreated']);
    expect(await side.history('n')).toEqual([]);
  });

  it.each(['_', 'resource', 'https://bluebrain.github.io/nexus/schemas/unconstrained.json'])(
    'are unconstrained under %s',
    async (schema) => {
      const side = await CommandSide.started();
      const { entity } = await side.create(created, { id: 'r', schema });
      expect(entity.schema.id).toBe('https://bluebrain.github.io/nexus/schemas/unconstrained.json');
      expect((await side.update('r', 1, created, { schema })).entity.rev).toBe(2);
      expect((await side.change('r', { type: 'DeprecateResource', rev: 2 }, schema)).entity.deprecated).toBe(true);
    },
  );

  it('have no type where their project demands schemas', async () => {
    const side = new CommandSide();
    await side.organization({ type: 'CreateOrganization', label: 'org', uuid: 'u' });
    await side.createProject('proj', 'org', true);
    await expect(side.create('{"@type":"https://x.org/T"}', { id: 'r' })).rejects.toEqual(refused('SchemaIsMandatory'));
    await expect(side.push([{ id: 'r', '@type': 'https://x.org/T' }])).rejects.toMatchObject({
      extra: { items: [{ successful: false, index: 0, error: expect.stringContaining('schema') }] },
    });
    await side.create('{"@context":{}}', { id: 'context' });
    // What is unconstrained already may stay so (section 6.6).
    expect((await side.update('context', 1, '{"@type":"https://x.org/T"}')).entity.rev).toBe(2);
  });

  it('are tagged, untagged, deprecated, brought back', async () => {
    const side = await CommandSide.started({ HEADWATER_MAX_TAGS: '2' });
    await side.create(created, { id: 'r', tag: 'first' });
    expect((await side.change('r', { type: 'TagResource', rev: 1, tag: 'v1', targetRev: 1 })).entity.tags).toHaveLength(2);
    await expect(side.change('r', { type: 'TagResource', rev: 2, tag: 'v2', targetRev: 1 })).rejects.toEqual(refused('TooManyTags'));
    await expect(side.update('r', 2, created, { tag: 'v2' })).rejects.toEqual(refused('TooManyTags'));
    await side.change('r', { type: 'UntagResource', rev: 2, tag: 'v1' });
    await side.change('r', { type: 'DeprecateResource', rev: 3 });
    await expect(side.change('r', { type: 'TagResource', rev: 4, tag: 'v2', targetRev: 1 })).rejects.toEqual(
      refused('ResourceIsDeprecated'),
    );
    await side.change('r', { type: 'UndeprecateResource', rev: 4 });
    expect(await side.history('r')).toEqual([
      'ResourceCreated',
      'ResourceTagAdded',
      'ResourceTagDeleted',
      'ResourceDeprecated',
      'ResourceUndeprecated',
    ]);
  });

  it('are stored once although the answer to the append was lost', async () => {
    const side = await CommandSide.started();
    side.store.faults.loseAnswer('append');
    expect((await side.create(created, { id: 'r' })).entity.rev).toBe(1);
    expect(await side.history('r')).toHaveLength(1);
  });

  it('must fit into an event', async () => {
    const side = await CommandSide.started({ HEADWATER_EVENT_MAX_BYTES: '4096' });
    await expect(side.create(`{"x":"${'y'.repeat(1500)}"}`, { id: 'r' })).rejects.toEqual(refused('EventTooLarge'));
    await expect(side.create(`{"x":"${'日'.repeat(500)}"}`, { id: 'r' })).rejects.toEqual(refused('EventTooLarge'));
    expect(await side.history('r')).toEqual([]);
    await side.create(`{"x":"${'y'.repeat(800)}"}`, { id: 'r' });
    // A message of the log has the name of the stream, and with it the id, four times more.
    await expect(side.create('{}', { id: 'i'.repeat(800) })).rejects.toEqual(refused('EventTooLarge'));
  });

  it('see at once that their project was given another base by someone else', async () => {
    const side = await CommandSide.started();
    await side.create(created, { id: 'r' });
    const settings = { base: 'https://other.org/' as typeof side.base, vocab: side.base, apiMappings: [], enforceSchema: false };
    await side.changeProject({ type: 'UpdateProject', ref: side.project, rev: 1, settings });
    // The guess that saves a round is wrong now; the answer is right all the same.
    expect((await side.create(created, { id: 'r' })).entity.id).toBe('https://other.org/r');
    await expect(side.update('https://other.org/r', 7, created)).rejects.toEqual(refused('IncorrectRev'));
  });
});

describe('A create with an Idempotency-Key', () => {
  const idempotencyKey = 'key-1';

  it('makes one resource of 64 requests at one time, and answers all of them', async () => {
    const side = await CommandSide.started();
    const answers = await Promise.all(Array.from({ length: 64 }, () => side.create(created, { idempotencyKey })));
    expect(new Set(answers.map(({ entity }) => entity.id)).size).toBe(1);
    expect(answers.every(({ entity }) => entity.rev === 1)).toBe(true);
    expect(await side.history(answers[0]?.entity.id ?? '')).toEqual(['ResourceCreated']);
  });

  it('gets the first answer again, as it was', async () => {
    const side = await CommandSide.started();
    const first = await side.create('{"a":1,"b":2}', { idempotencyKey });
    await side.update(first.entity.id, 1, '{"a":3}');
    await side.change(first.entity.id, { type: 'DeprecateResource', rev: 2 });
    side.now += 60_000;
    expect(await side.create('{ "b":2, "a":1 }', { idempotencyKey })).toEqual(first);
    await side.changeProject({ type: 'DeprecateProject', ref: side.project, rev: 1 });
    expect(await side.create('{ "b":2, "a":1 }', { idempotencyKey })).toEqual(first);
  });

  it('is ignored where the document turns out to have an id of its own', async () => {
    const side = await CommandSide.started();
    const named = '{"aliased-id":"https://x.org/1"}';
    expect((await side.create(named, { idempotencyKey })).entity.id).toBe('https://x.org/1');
    await expect(side.create(named, { idempotencyKey })).rejects.toEqual(refused('ResourceAlreadyExists'));
    expect((await side.create(created, { idempotencyKey })).entity.rev).toBe(1);
  });

  it('is refused with another body or tag, and free with another key', async () => {
    const side = await CommandSide.started();
    const first = await side.create(created, { idempotencyKey });
    await expect(side.create('{"name":"v2"}', { idempotencyKey })).rejects.toEqual(refused('IdempotencyKeyReused'));
    await expect(side.create(created, { idempotencyKey, tag: 't' })).rejects.toEqual(refused('IdempotencyKeyReused'));
    const other = await side.create(created, { idempotencyKey: 'key-2' });
    expect(other.entity.id).not.toBe(first.entity.id);
    expect(other.entity.id).toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('is stored once although the answer to the append was lost', async () => {
    const side = await CommandSide.started();
    side.store.faults.loseAnswer('append');
    const first = await side.create(created, { idempotencyKey });
    expect(await side.create(created, { idempotencyKey })).toEqual(first);
  });
});
