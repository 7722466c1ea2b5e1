import { randomUUID } from 'node:crypto';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Rejection, type Cause } from '@headwater/event-sourcing';
import { contentHash } from '@headwater/datasets';
import { mustBeWritable } from '@headwater/directory';
import { entityStream } from '@headwater/event-contracts';
import { expandSegment, isIri, isJsonObject, member, mustNotBeReserved, type Iri } from '@headwater/linked-data';
import type { Written } from '../answers/write-answers.js';
import { Documents } from './documents.js';
import { FirstAnswers, idFor } from './idempotency.js';
import { mayBeUnconstrained, schemaNotResolved, schemaSegment, type ProjectNames } from './located-project.js';
import { ResourceAppender } from './resource-appender.js';
import { ResourceLookup, type Found } from './resource-lookup.js';
import { CreateResource, type NewResource } from './resource-messages.js';

/** The order of checks is section 3.8's: the document, then existence, then what is reserved, then the schema. */
@CommandHandler(CreateResource)
export class CreateResourceHandler implements ICommandHandler<CreateResource> {
  constructor(
    private readonly lookup: ResourceLookup,
    private readonly documents: Documents,
    private readonly appender: ResourceAppender,
    private readonly first: FirstAnswers,
  ) {}

  async execute({ resource, cause }: CreateResource): Promise<Written> {
    const { address, idempotencyKey } = resource;
    const found = await this.lookup.find(address.project, (names) => expectedId(resource, names, cause));
    if (idempotencyKey !== undefined) return this.#createOnce(resource, idFor(idempotencyKey, cause.actor, found.names), found, cause);
    const made = (found.located.project.base + randomUUID()) as Iri;
    // An id that was made up this moment has no stream yet.
    return this.#create(resource, { ...found, newestOf: (id) => (id === made ? NO_COMMIT : found.newestOf(id)) }, cause, () => made);
  }

  /**
   * A request that is sent again gets the first answer again, whether the first is over or wins the race for the id. A document that turns
   * out to have an id of its own (by a context that calls `@id` otherwise) is created as without a key.
   */
  async #createOnce(resource: NewResource, derived: Iri, found: Found, cause: Cause): Promise<Written> {
    const stream = entityStream(resource.address.project, derived);
    const sent = { hash: contentHash(resource.source), tag: resource.tag };
    if (await this.first.exists(stream, found.newestOf(derived))) return this.first.of(stream, sent);
    try {
      return await this.#create(resource, found, cause, () => derived);
    } catch (error) {
      const raced = error instanceof Rejection && error.code === 'ResourceAlreadyExists' && (await this.first.exists(stream));
      if (raced) return this.first.of(stream, sent);
      throw error;
    }
  }

  async #create(resource: NewResource, found: Found, cause: Cause, generateId: () => Iri): Promise<Written> {
    const { address, source, tag } = resource;
    const { located, names } = found;
    mustBeWritable(located);
    const schema = schemaSegment(address.schema, names);
    const id = address.id === undefined ? {} : { id: expandSegment(address.id, names) };
    const content = await this.documents.read({ located, source, generateId, ...id });
    return this.appender.append({
      project: address.project,
      id: content.id,
      command: { type: 'CreateResource', content, ...(tag === undefined ? {} : { tag }) },
      cause,
      newest: found.newestOf(content.id),
      check: () => {
        mustNotBeReserved(content);
        if (schema.kind === 'other') throw schemaNotResolved(schema.iri, address.project);
        mayBeUnconstrained(located, content.types);
      },
    });
  }
}

const NO_COMMIT = { commit: undefined } as const;

/** The id that a create will most likely have, to be looked up with its project. */
function expectedId({ address, source, idempotencyKey }: NewResource, names: ProjectNames, { actor }: Cause): Iri | undefined {
  if (address.id !== undefined) return expandSegment(address.id, names);
  if (idempotencyKey !== undefined) return idFor(idempotencyKey, actor, names);
  const id = isJsonObject(source.value) ? member(source.value, '@id') : undefined;
  return typeof id === 'string' && isIri(id) ? id : undefined;
}
