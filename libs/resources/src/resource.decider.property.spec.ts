import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ANONYMOUS, Rejection, commandId, fold, handleCommand, pushId, recordedIn, revision } from '@headwater/event-sourcing';
import { InMemoryEventStore } from '@headwater/event-sourcing/testing';
import { entityCodec, entityStream } from '@headwater/event-contracts';
import { EXAMPLE_PROJECT, exampleContent, exampleIdentity } from '@headwater/event-contracts/testing';
import type { Iri } from '@headwater/linked-data';
import type { EntityState } from './entity-state.js';
import type { ResourceCommand } from './resource-commands.js';
import { entityKind, resourceDecider } from './resource.decider.js';

const ID = 'https://example.org/a' as Iri;
const MAX_TAGS = 3;
const SCHEMAS = ['https://example.org/s1', 'https://example.org/s2'] as const;

/** What a client says; revisions are said relative to the newest, as most clients are right most of the time. */
interface Said {
  readonly verb: 'create' | 'update' | 'tag' | 'untag' | 'deprecate' | 'undeprecate' | 'push' | 'delete';
  readonly content: number;
  readonly behind: number;
  readonly tag: string;
  readonly withTag: boolean;
  readonly target: number;
  readonly schema: (typeof SCHEMAS)[number] | undefined;
  readonly skipUnchanged: boolean;
  readonly clock: number;
}

const said: fc.Arbitrary<Said> = fc.record({
  verb: fc.constantFrom('create', 'update', 'update', 'tag', 'tag', 'untag', 'deprecate', 'undeprecate', 'push', 'push', 'delete'),
  content: fc.nat(2),
  behind: fc.constantFrom(0, 0, 0, 0, 1, -1),
  tag: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  withTag: fc.boolean(),
  target: fc.nat(3),
  schema: fc.constantFrom(...SCHEMAS, undefined, undefined),
  skipUnchanged: fc.boolean(),
  clock: fc.integer({ min: -5000, max: 5000 }),
});

/** A resource as the specification tells it, without events: what the decider's state is compared with. */
class Model {
  rev = 0;
  content = 0;
  contentRev = 0;
  schema: string | undefined;
  deprecated = false;
  tags = new Map<string, number>();

  /** The rejection's code; undefined where the command is accepted. */
  say({ verb, content, behind, tag, withTag, target, schema, skipUnchanged }: Said): string | undefined {
    const exists = this.rev > 0;
    if (verb === 'push') {
      const changed = !exists || content !== this.content;
      if (this.deprecated) this.rev += 1;
      this.deprecated = false;
      if (changed) this.#write(content, SCHEMAS[0]);
      return undefined;
    }
    if (verb === 'delete') {
      if (exists && !this.deprecated) this.#move(true);
      return undefined;
    }
    if (verb === 'create') {
      if (exists) return 'ResourceAlreadyExists';
      this.#write(content, schema ?? SCHEMAS[0]);
      if (withTag) this.tags.set(tag, this.rev);
      return undefined;
    }
    if (!exists) return 'ResourceNotFound';
    if (behind !== 0) return 'IncorrectRev';
    const otherSchema = schema !== undefined && schema !== this.schema;
    const room = this.tags.has(tag) || this.tags.size < MAX_TAGS;
    switch (verb) {
      case 'update': {
        if (this.deprecated) return 'ResourceIsDeprecated';
        const next = schema ?? this.schema ?? SCHEMAS[0];
        if (skipUnchanged && !withTag && content === this.content && next === this.schema) return undefined;
        if (withTag && !room) return 'TooManyTags';
        this.#write(content, next);
        if (withTag) this.tags.set(tag, this.rev);
        return undefined;
      }
      case 'tag':
        if (otherSchema) return 'UnexpectedResourceSchema';
        if (this.deprecated) return 'ResourceIsDeprecated';
        if (target < 1 || target > this.rev) return 'RevisionNotFound';
        if (this.tags.get(tag) === target) return undefined;
        if (!room) return 'TooManyTags';
        this.tags.set(tag, target);
        this.rev += 1;
        return undefined;
      case 'untag':
        if (otherSchema) return 'UnexpectedResourceSchema';
        if (this.deprecated) return 'ResourceIsDeprecated';
        if (!this.tags.delete(tag)) return 'TagNotFound';
        this.rev += 1;
        return undefined;
      case 'deprecate':
        if (this.deprecated) return 'ResourceIsDeprecated';
        if (otherSchema) return 'UnexpectedResourceSchema';
        this.#move(true);
        return undefined;
      case 'undeprecate':
        if (otherSchema) return 'UnexpectedResourceSchema';
        if (!this.deprecated) return 'ResourceIsNotDeprecated';
        this.#move(false);
        return undefined;
    }
  }

  #write(content: number, schema: string): void {
    this.rev += 1;
    Object.assign(this, { content, schema, contentRev: this.rev });
  }

  #move(deprecated: boolean): void {
    this.rev += 1;
    this.deprecated = deprecated;
  }

  matches(state: EntityState): void {
    if (this.rev === 0) {
      expect(state).toEqual({ kind: 'absent' });
      return;
    }
    expect(state).toMatchObject({
      kind: 'resource',
      rev: this.rev,
      contentRev: this.contentRev,
      deprecated: this.deprecated,
      schema: { id: this.schema },
      hash: hashOf(this.content),
      tags: [...this.tags].sort(([a], [b]) => (a < b ? -1 : 1)).map(([tag, rev]) => ({ tag, rev })),
    });
  }
}

const hashOf = (content: number): string => `hash${String(content)}`;

function commandOf(one: Said, { rev, schema: current }: Model): ResourceCommand {
  const { verb, tag, withTag, target: targetRev, skipUnchanged } = one;
  const content = (schema: string) => exampleContent({ id: ID, schema, hash: hashOf(one.content), name: hashOf(one.content) });
  const at = { rev: rev - one.behind };
  const target = { identity: exampleIdentity({ id: ID }), ...(one.schema === undefined ? {} : { schema: one.schema as Iri }) };
  const tagged = withTag ? { tag } : {};
  const pushed = { dataset: 'd', push: pushId('p'), identity: { kind: 'id', id: 'a' } } as const;
  switch (verb) {
    case 'create':
      return { type: 'CreateResource', content: content(one.schema ?? SCHEMAS[0]), ...tagged };
    case 'update':
      return {
        type: 'UpdateResource',
        ...at,
        content: content(one.schema ?? current ?? SCHEMAS[0]),
        ...tagged,
        skipUnchanged,
        maxTags: MAX_TAGS,
      };
    case 'tag':
      return { type: 'TagResource', ...target, ...at, tag, targetRev, maxTags: MAX_TAGS };
    case 'untag':
      return { type: 'UntagResource', ...target, ...at, tag };
    case 'deprecate':
      return { type: 'DeprecateResource', ...target, ...at };
    case 'undeprecate':
      return { type: 'UndeprecateResource', ...target, ...at };
    case 'push':
      return { type: 'StorePushedItem', content: content(SCHEMAS[0]), pushed };
    case 'delete':
      return { type: 'DeletePushedItem', pushed };
  }
}

describe('Any history of commands', () => {
  it('gives the state that the specification tells, and each commit the fold of all events (invariants 1, 3 and 4)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(said, { maxLength: 25, size: 'max' }), async (history) => {
        const store = new InMemoryEventStore();
        const stream = entityStream(EXAMPLE_PROJECT, ID);
        const model = new Model();
        let now = Date.UTC(2026, 0, 1);
        for (const one of history) {
          now += one.clock;
          const command = commandOf(one, model);
          const cause = { actor: ANONYMOUS, commandId: commandId('c'), now };
          const handled = handleCommand({ store, codec: entityCodec, kind: entityKind, stream, command, cause });
          const refusal = model.say(one);
          if (refusal === undefined) {
            const { state, revision: at } = await handled;
            expect(at).toBe(model.rev);
            model.matches(state);
          } else {
            const error = await handled.then(
              () => undefined,
              (reason: unknown) => reason,
            );
            expect(error).toBeInstanceOf(Rejection);
            expect(error).toMatchObject({ code: refusal });
          }
        }
        const [newest] = await store.newest([stream]);
        expect(newest?.revision ?? 0).toBe(model.rev);
        if (newest === undefined) return;
        const commits = await store.read(stream, revision(1), newest.revision);
        let state: EntityState = resourceDecider.initialState;
        let instant = '';
        let rev = 0;
        for (const commit of commits) {
          expect(commit.base).toBe(rev);
          for (const event of recordedIn(commit, entityCodec)) {
            expect([event.revision, event.base]).toEqual([(rev += 1), commit.base]);
            expect(event.instant >= instant).toBe(true);
            ({ instant } = event);
            state = resourceDecider.evolve(state, event);
          }
          expect(entityKind.states.encode(state)).toBe(commit.after);
          expect(entityKind.states.decode(commit.after)).toEqual(await fold(store, entityCodec, resourceDecider, stream, revision(rev)));
        }
      }),
      { numRuns: 150 },
    );
  });
});
