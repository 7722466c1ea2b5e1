import { describe, expect, it } from '@jest/globals';
import { pushId } from '@headwater/event-sourcing';
import { recordedAt, specificationOf, stateAfter } from '@headwater/event-sourcing/testing';
import { exampleContent, exampleIdentity, type ExampleDocument } from '@headwater/event-contracts/testing';
import type { EntityEvent, Pushed, ResourceEvent } from '@headwater/event-contracts';
import type { Iri } from '@headwater/linked-data';
import type { Entity } from './entity-state.js';
import type { ResourceRejectionCode } from './rejection.js';
import type { ResourceCommand, Target } from './resource-commands.js';
import { entityKind, resourceDecider } from './resource.decider.js';

const given = specificationOf<ReturnType<typeof resourceDecider.evolve>, ResourceCommand, EntityEvent, ResourceRejectionCode>(
  resourceDecider,
  (actual, expected) => expect(actual).toEqual(expected),
);

const SCHEMA = 'https://example.org/schema' as Iri;
const MAX_TAGS = 3;

const document = (version: string, more: Partial<ExampleDocument> = {}): ExampleDocument => ({
  id: 'https://example.org/a',
  types: ['https://example.org/T'],
  source: `{"version":"${version}"}`,
  ...more,
});
const content = (version: string, more: Partial<ExampleDocument> = {}) => exampleContent(document(version, more));
const identity = exampleIdentity(document('v1'));

const created: ResourceEvent = { type: 'ResourceCreated', data: content('v1') };
const updated = (version: string): ResourceEvent => ({ type: 'ResourceUpdated', data: content(version) });
const tagged = (tag: string, targetRev: number): ResourceEvent => ({ type: 'ResourceTagAdded', data: { ...identity, tag, targetRev } });
const untagged = (tag: string): ResourceEvent => ({ type: 'ResourceTagDeleted', data: { ...identity, tag } });
const deprecated: ResourceEvent = { type: 'ResourceDeprecated', data: identity };
const undeprecated: ResourceEvent = { type: 'ResourceUndeprecated', data: identity };
const resolver: EntityEvent = {
  type: 'ResolverCreated',
  data: { ...identity, value: { type: 'InProject', priority: 1 }, content: content('v1').content },
};

const create = (version = 'v1'): ResourceCommand => ({ type: 'CreateResource', content: content(version) });
const update = (version: string, rev: number, more: { tag?: string; skipUnchanged?: boolean; schema?: string } = {}): ResourceCommand => {
  const { schema, tag, skipUnchanged = false } = more;
  return {
    type: 'UpdateResource',
    rev,
    content: content(version, schema === undefined ? {} : { schema }),
    ...(tag === undefined ? {} : { tag }),
    skipUnchanged,
    maxTags: MAX_TAGS,
  };
};
const target = (schema?: Iri): Target => ({ identity, ...(schema === undefined ? {} : { schema }) });
const tag = (name: string, targetRev: number, rev: number, schema?: Iri): ResourceCommand => ({
  ...target(schema),
  type: 'TagResource',
  rev,
  tag: name,
  targetRev,
  maxTags: MAX_TAGS,
});
const untag = (name: string, rev: number, schema?: Iri): ResourceCommand => ({ ...target(schema), type: 'UntagResource', rev, tag: name });
const deprecate = (rev: number, schema?: Iri): ResourceCommand => ({ ...target(schema), type: 'DeprecateResource', rev });
const undeprecate = (rev: number, schema?: Iri): ResourceCommand => ({ ...target(schema), type: 'UndeprecateResource', rev });

describe('A resource', () => {
  describe('is created', () => {
    it('where there is none', () => given().when(create()).then(created));
    it('with a tag of this revision', () =>
      given()
        .when({ type: 'CreateResource', content: content('v1'), tag: 'first' })
        .then({ type: 'ResourceCreated', data: { ...content('v1'), tag: 'first' } }));
    it('once', () => given(created).when(create('v2')).thenRejects('ResourceAlreadyExists'));
    it('not where a deprecated one is', () => given(created, deprecated).when(create()).thenRejects('ResourceAlreadyExists'));
    it('not where another kind of entity has the id', () => given(resolver).when(create()).thenRejects('ResourceAlreadyExists'));
  });

  describe('is updated', () => {
    it('at its revision', () => given(created).when(update('v2', 1)).then(updated('v2')));
    it('with the same content too, as a revision of its own (ruling 5)', () => given(created).when(update('v1', 1)).then(updated('v1')));
    it('not with the same content, where the switch says so (ruling 5)', () =>
      given(created)
        .when(update('v1', 1, { skipUnchanged: true }))
        .thenNothing());
    it('with the same content under another schema, whatever the switch says', () =>
      given(created)
        .when(update('v1', 1, { skipUnchanged: true, schema: SCHEMA }))
        .then({ type: 'ResourceUpdated', data: content('v1', { schema: SCHEMA }) }));
    it('with the same content and a tag, whatever the switch says', () =>
      given(created)
        .when(update('v1', 1, { skipUnchanged: true, tag: 'now' }))
        .then({ type: 'ResourceUpdated', data: { ...content('v1'), tag: 'now' } }));

    it('1. not where there is none', () => given().when(update('v2', 1)).thenRejects('ResourceNotFound'));
    it('1. not where another kind of entity has the id', () => given(resolver).when(update('v2', 1)).thenRejects('ResourceNotFound'));
    it('2. not at a stale revision, deprecated or not', () => {
      given(created, updated('v2')).when(update('v3', 1)).thenRejects('IncorrectRev', { provided: 1, expected: 2 });
      given(created, deprecated).when(update('v3', 1)).thenRejects('IncorrectRev', { provided: 1, expected: 2 });
    });
    it('2. not at a revision to come', () =>
      given(created).when(update('v2', 2)).thenRejects('IncorrectRev', { provided: 2, expected: 1 }));
    it('3. not while it is deprecated (ruling 4)', () =>
      given(created, deprecated).when(update('v2', 2)).thenRejects('ResourceIsDeprecated'));
    it('3. not while it is deprecated, also where nothing would change', () =>
      given(created, deprecated)
        .when(update('v1', 2, { skipUnchanged: true }))
        .thenRejects('ResourceIsDeprecated'));
    it('4. not with one tag more than it may have', () =>
      given(created, tagged('a', 1), tagged('b', 1), tagged('c', 1))
        .when(update('v2', 4, { tag: 'd' }))
        .thenRejects('TooManyTags'));
    it('with a tag that it has, however many there are', () =>
      given(created, tagged('a', 1), tagged('b', 1), tagged('c', 1))
        .when(update('v2', 4, { tag: 'b' }))
        .then({ type: 'ResourceUpdated', data: { ...content('v2'), tag: 'b' } }));
  });

  describe('is tagged', () => {
    it('at a revision it has', () =>
      given(created, updated('v2'))
        .when(tag('old', 1, 2))
        .then(tagged('old', 1)));
    it('with a name that another revision had: it moves', () =>
      given(created, updated('v2'), tagged('name', 1))
        .when(tag('name', 2, 3))
        .then(tagged('name', 2)));
    it('not again with the tag it has: no revision (ruling 14)', () =>
      given(created, tagged('name', 1))
        .when(tag('name', 1, 2))
        .thenNothing());
    it('under the schema it has', () =>
      given({ type: 'ResourceCreated', data: content('v1', { schema: SCHEMA }) })
        .when(tag('name', 1, 1, SCHEMA))
        .then(tagged('name', 1)));

    it('1. not where there is none', () =>
      given()
        .when(tag('name', 1, 1))
        .thenRejects('ResourceNotFound'));
    it('2. not at a stale revision, whatever the schema', () =>
      given(created, updated('v2'))
        .when(tag('name', 1, 1, SCHEMA))
        .thenRejects('IncorrectRev', { provided: 1, expected: 2 }));
    it('3. not under another schema, deprecated or not', () => {
      given(created)
        .when(tag('name', 9, 1, SCHEMA))
        .thenRejects('UnexpectedResourceSchema');
      given(created, deprecated)
        .when(tag('name', 9, 2, SCHEMA))
        .thenRejects('UnexpectedResourceSchema');
    });
    it('4. not while it is deprecated (ruling 4)', () =>
      given(created, deprecated)
        .when(tag('name', 9, 2))
        .thenRejects('ResourceIsDeprecated'));
    it.each([0, -1, 2, 99])('5. not at revision %d, which it does not have', (targetRev) =>
      given(created)
        .when(tag('name', targetRev, 1))
        .thenRejects('RevisionNotFound'),
    );
    it('6. not with more tags than it may have (invariant 7), but one of them may move', () => {
      const full = given(created, tagged('a', 1), tagged('b', 1), tagged('c', 1));
      full.when(tag('d', 1, 4)).thenRejects('TooManyTags');
      full.when(tag('b', 4, 4)).then(tagged('b', 4));
      full.when(tag('b', 1, 4)).thenNothing();
    });
  });

  describe('is untagged', () => {
    it('where it has the tag', () => given(created, tagged('name', 1)).when(untag('name', 2)).then(untagged('name')));
    it('1. not where there is none', () => given().when(untag('name', 1)).thenRejects('ResourceNotFound'));
    it('2. not at a stale revision', () =>
      given(created, tagged('name', 1))
        .when(untag('name', 1, SCHEMA))
        .thenRejects('IncorrectRev'));
    it('3. not under another schema', () =>
      given(created, deprecated)
        .when(untag('name', 2, SCHEMA))
        .thenRejects('UnexpectedResourceSchema'));
    it('4. not while it is deprecated (ruling 4)', () =>
      given(created, deprecated).when(untag('name', 2)).thenRejects('ResourceIsDeprecated'));
    it('5. not of a tag that it does not have', () =>
      given(created, tagged('name', 1), untagged('name')).when(untag('name', 3)).thenRejects('TagNotFound'));
  });

  describe('is deprecated', () => {
    it('at its revision', () => given(created).when(deprecate(1)).then(deprecated));
    it('1. not where there is none', () => given().when(deprecate(1)).thenRejects('ResourceNotFound'));
    it('2. not at a stale revision', () =>
      given(created, deprecated).when(deprecate(1, SCHEMA)).thenRejects('IncorrectRev', { provided: 1, expected: 2 }));
    it('3. not twice, whatever the schema (ruling 4)', () =>
      given(created, deprecated).when(deprecate(2, SCHEMA)).thenRejects('ResourceIsDeprecated'));
    it('4. not under another schema', () => given(created).when(deprecate(1, SCHEMA)).thenRejects('UnexpectedResourceSchema'));
  });

  describe('is brought back', () => {
    it('where it is deprecated: the one way back (ruling 4)', () => given(created, deprecated).when(undeprecate(2)).then(undeprecated));
    it('and may be changed again', () => given(created, deprecated, undeprecated).when(update('v2', 3)).then(updated('v2')));
    it('1. not where there is none', () => given().when(undeprecate(1)).thenRejects('ResourceNotFound'));
    it('2. not at a stale revision', () => given(created, deprecated).when(undeprecate(1, SCHEMA)).thenRejects('IncorrectRev'));
    it('3. not under another schema', () => given(created).when(undeprecate(1, SCHEMA)).thenRejects('UnexpectedResourceSchema'));
    it('4. not where it is not deprecated', () => given(created).when(undeprecate(1)).thenRejects('ResourceIsNotDeprecated'));
  });
});

describe('A pushed item', () => {
  const pushed: Pushed = { dataset: 'cows', push: pushId('push-1'), identity: { kind: 'id', id: 'a' } };
  const item = (version: string, hash?: string) => content(version, hash === undefined ? {} : { hash });
  const push = (version: string, hash?: string): ResourceCommand => ({ type: 'StorePushedItem', content: item(version, hash), pushed });
  const remove: ResourceCommand = { type: 'DeletePushedItem', pushed };
  const stored: ResourceEvent = { type: 'ResourceCreated', data: { ...item('v1'), pushed } };
  const gone: ResourceEvent = { type: 'ResourceDeprecated', data: { ...identity, pushed } };
  const back: ResourceEvent = { type: 'ResourceUndeprecated', data: { ...identity, pushed } };
  const changed = (version: string, hash?: string): ResourceEvent => ({
    type: 'ResourceUpdated',
    data: { ...item(version, hash), pushed },
  });

  it('creates what is not there', () => given().when(push('v1')).then(stored));
  it('updates what is there, also what was written through /v1', () => {
    given(stored).when(push('v2')).then(changed('v2'));
    given(created).when(push('v2')).then(changed('v2'));
  });
  it('that is equal to what is stored makes no event (datasets.md, ruling 4)', () => {
    given(stored).when(push('v1')).thenNothing();
    given(created).when(push('v1')).thenNothing();
  });
  it('is compared without its meta.modified (datasets.md, ruling 14)', () => {
    const dated: ResourceEvent = { type: 'ResourceCreated', data: { ...item('v1', 'content.monday'), pushed } };
    given(dated).when(push('v1', 'content.tuesday')).thenNothing();
    given(dated).when(push('v1', 'content')).thenNothing();
    given(dated).when(push('v1', 'other.monday')).then(changed('v1', 'other.monday'));
  });
  it('that says it is deleted is deprecated (datasets.md, rulings 4 and 15)', () => {
    given(stored).when(remove).then(gone);
    given(created, updated('v2')).when(remove).then(gone);
  });
  it('that says it is deleted changes nothing where it is unknown or deleted already (datasets.md, ruling 4)', () => {
    given().when(remove).thenNothing();
    given(stored, gone).when(remove).thenNothing();
    given(resolver).when(remove).thenNothing();
  });
  it('brings back what was deleted, in one commit with what it changes (datasets.md, ruling 15)', () => {
    given(stored, gone).when(push('v1')).then(back);
    given(stored, gone).when(push('v2')).then(back, changed('v2'));
  });
  it('has no way to the id of another kind of entity', () => given(resolver).when(push('v1')).thenRejects('ResourceAlreadyExists'));
});

describe('A project’s own resolver', () => {
  const command: ResourceCommand = { type: 'CreateDefaultResolver', identity, content: content('v1').content };
  it('is created with the project', () => given().when(command).then(resolver));
  it('is created once', () => given(resolver).when(command).thenRejects('ResourceAlreadyExists'));
});

describe('The state of a resource', () => {
  const after = (...events: readonly EntityEvent[]): Entity => {
    const state = stateAfter(resourceDecider, events);
    if (state.kind === 'absent') throw new Error('There is no resource.');
    return state;
  };

  it('has what decisions and answers ask about', () => {
    const first = recordedAt<EntityEvent>({ type: 'ResourceCreated', data: { ...content('v1'), tag: 'first' } }, 1);
    const state = resourceDecider.evolve(resourceDecider.initialState, { ...first, actor: { type: 'User', realm: 'r', subject: 's' } });
    expect(resourceDecider.evolve(state, recordedAt<EntityEvent>(updated('v2'), 2))).toEqual({
      kind: 'resource',
      ...identity,
      rev: 2,
      contentRev: 2,
      contentBase: 1,
      createdAt: '2026-01-01T00:00:01.000Z',
      createdBy: { type: 'User', realm: 'r', subject: 's' },
      updatedAt: '2026-01-01T00:00:02.000Z',
      updatedBy: { type: 'Anonymous' },
      deprecated: false,
      schema: content('v2').schema,
      tags: [{ tag: 'first', rev: 1 }],
      hash: content('v2').hash,
    });
  });

  it('keeps the content’s revision and commit through events without content', () => {
    expect(after(created, updated('v2'), tagged('a', 1), deprecated)).toMatchObject({
      rev: 4,
      contentRev: 2,
      contentBase: 1,
      deprecated: true,
    });
  });

  it('has its tags by name, each once', () => {
    const state = after(created, tagged('b', 1), tagged('a', 2), tagged('b', 3), tagged('c', 1), untagged('c'));
    expect(state.tags).toEqual([
      { tag: 'a', rev: 2 },
      { tag: 'b', rev: 3 },
    ]);
  });

  it('follows schema and types of its content', () => {
    const moved: EntityEvent = { type: 'ResourceUpdated', data: content('v2', { schema: SCHEMA, types: ['https://example.org/U'] }) };
    expect(after(created, moved)).toMatchObject({ schema: { id: SCHEMA }, types: ['https://example.org/U'] });
  });

  it('knows how an item was named when it was pushed last', () => {
    const identityOf = (sourceId: string) => ({ kind: 'source', source: 's', sourceId }) as const;
    const pushedAs = (sourceId: string): EntityEvent => ({
      type: 'ResourceUpdated',
      data: { ...content('v2'), pushed: { dataset: 'd', push: pushId('p'), identity: identityOf(sourceId) } },
    });
    expect(after(created)).not.toHaveProperty('pushed');
    expect(after(created, pushedAs('1'), pushedAs('2'), updated('v3'))).toMatchObject({
      pushed: { dataset: 'd', identity: identityOf('2') },
    });
  });

  it('is kept and found again', () => {
    const state = after(created, tagged('a', 1), deprecated);
    expect(entityKind.states.decode(entityKind.states.encode(state))).toEqual(state);
    expect(entityKind.lastInstant(state)).toBe('2026-01-01T00:00:03.000Z');
    expect(entityKind.lastInstant(resourceDecider.initialState)).toBeUndefined();
  });

  it('of another format is not guessed at', () => expect(entityKind.states.decode('{"format":2,"kind":"resource"}')).toBeUndefined());

  it('does not come out of events that cannot have happened', () => {
    for (const event of [tagged('a', 1), untagged('a'), deprecated, undeprecated])
      expect(() => after(event)).toThrow('does not exist before it');
  });
});
