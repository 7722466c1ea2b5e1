import { ANONYMOUS, commandId, recordedIn, revision, type Cause, type Recorded } from '@headwater/event-sourcing';
import { InMemoryEventStore } from '@headwater/event-sourcing/testing';
import { entityCodec, entityStream, type EntityEvent, type ProjectRef } from '@headwater/event-contracts';
import { DirectoryLookup } from '@headwater/directory';
import {
  InvalidDocument,
  isIri,
  isJsonObject,
  member,
  parseJsonSource,
  type Document,
  type DocumentReader,
  type DocumentRequest,
  type Iri,
} from '@headwater/linked-data';
import { HeadwaterConfig } from '@headwater/platform';
import { Urls } from '@headwater/representations';
import { ChangeOrganizationHandler } from '../directory/change-organization.handler.js';
import { ChangeProjectHandler } from '../directory/change-project.handler.js';
import { CreateProjectHandler } from '../directory/create-project.handler.js';
import { ChangeOrganization } from '../directory/organization-commands.js';
import { ChangeProject, CreateProject } from '../directory/project-commands.js';
import { PushItemsHandler } from '../push/push-items.handler.js';
import { PushItems, type PushAnswer } from '../push/push-messages.js';
import { PushReader } from '../push/push-reader.js';
import { ChangeResourceHandler } from '../resources/change-resource.handler.js';
import { CreateResourceHandler } from '../resources/create-resource.handler.js';
import { Documents } from '../resources/documents.js';
import { EventStoreContexts } from '../resources/event-store-contexts.js';
import { FirstAnswers } from '../resources/idempotency.js';
import { ResourceAppender } from '../resources/resource-appender.js';
import { ResourceLookup } from '../resources/resource-lookup.js';
import { ChangeResource, CreateResource, UpdateResource, type NewResource, type ResourceChange } from '../resources/resource-messages.js';
import { UpdateResourceHandler } from '../resources/update-resource.handler.js';
import type { Written } from '../answers/write-answers.js';

/**
 * Reads just enough of a document for the rules of the command side: its id, its type, and a context by IRI. What JSON-LD makes of a
 * document is the business of the adapter's own specs and of the end-to-end suite.
 */
export class PlainDocumentReader implements DocumentReader {
  reads = 0;

  async read({ source, base, id, generateId, contexts }: DocumentRequest): Promise<Document> {
    this.reads += 1;
    const { value, text } = source;
    if (!isJsonObject(value)) throw new InvalidDocument({ code: 'MalformedRequestContentRejection', details: 'no object' });
    // As with a context that calls `@id` so.
    const own = member(value, '@id') ?? member(value, 'aliased-id');
    const named = typeof own === 'string' ? ((isIri(own) ? own : base + own) as Iri) : undefined;
    if (id !== undefined && named !== undefined && named !== id)
      throw new InvalidDocument({ code: 'UnexpectedId', urlId: id, payloadId: named });
    const context = member(value, '@context');
    const used = typeof context === 'string' ? await contexts.load([context as Iri]) : new Map<Iri, { project: string; rev: number }>();
    if (typeof context === 'string' && used.size === 0) {
      throw new InvalidDocument({ code: 'InvalidJsonLdFormat', cause: { kind: 'ContextNotFound', iri: context } });
    }
    const type = member(value, '@type');
    return {
      id: id ?? named ?? generateId(),
      types: typeof type === 'string' ? [type as Iri] : [],
      expanded: `[${text}]`,
      compacted: text,
      links: [],
      contexts: [...used].map(([iri, { project, rev }]) => ({ iri, kind: 'resource', project, rev })),
    };
  }
}

/** The handlers of the command side on a store in memory, without HTTP. */
export class CommandSide {
  readonly store = new InMemoryEventStore();
  readonly reader = new PlainDocumentReader();
  readonly config: HeadwaterConfig;
  readonly contexts = new EventStoreContexts(this.store);
  readonly urls = new Urls('http://localhost:8080');
  readonly project: ProjectRef = { organization: 'org', project: 'proj' };
  readonly base = 'https://example.org/base/' as Iri;
  /** What `now` is for the next command. */
  now = Date.parse('2026-11-24T10:00:00.000Z');
  readonly #directory = new DirectoryLookup(this.store);
  readonly #organizations = new ChangeOrganizationHandler(this.store);
  readonly #createProject = new CreateProjectHandler(this.store);
  readonly #changeProject = new ChangeProjectHandler(this.store, this.#directory);
  readonly #create: CreateResourceHandler;
  readonly #update: UpdateResourceHandler;
  readonly #change: ChangeResourceHandler;
  readonly #push: PushItemsHandler;

  constructor(settings: Readonly<Record<string, string>> = {}) {
    this.config = HeadwaterConfig.read(settings);
    const documents = new Documents(this.reader, this.contexts);
    const appender = new ResourceAppender(this.config, this.store);
    const lookup = new ResourceLookup(this.store, this.#directory);
    this.#create = new CreateResourceHandler(lookup, documents, appender, new FirstAnswers(this.store));
    this.#update = new UpdateResourceHandler(this.config, lookup, documents, appender);
    this.#change = new ChangeResourceHandler(this.config, lookup, appender);
    this.#push = new PushItemsHandler(this.store, this.#directory, new PushReader(this.config, this.store, documents));
  }

  /** With an organisation and a project in it. */
  static async started(settings?: Readonly<Record<string, string>>): Promise<CommandSide> {
    const side = new CommandSide(settings);
    await side.organization({ type: 'CreateOrganization', label: 'org', uuid: 'org-uuid' });
    await side.createProject();
    return side;
  }

  cause(): Cause {
    return { actor: ANONYMOUS, commandId: commandId('command'), now: this.now };
  }

  organization(command: ChangeOrganization['command']) {
    return this.#organizations.execute(new ChangeOrganization(command, this.cause()));
  }

  createProject(project = 'proj', organization = 'org', enforceSchema = false) {
    const settings = { base: this.base, vocab: 'https://example.org/vocab/' as Iri, apiMappings: [], enforceSchema };
    return this.#createProject.execute(new CreateProject({ organization, project }, settings, this.cause()));
  }

  changeProject(command: ChangeProject['command']) {
    return this.#changeProject.execute(new ChangeProject(command, this.cause()));
  }

  create(body: string, more: Partial<Omit<NewResource, 'address' | 'source'>> & { id?: string; schema?: string } = {}): Promise<Written> {
    const { id, schema = '_', ...rest } = more;
    const address = { project: this.project, schema, ...(id === undefined ? {} : { id }) };
    return this.#create.execute(new CreateResource({ address, source: parseJsonSource(body), ...rest }, this.cause()));
  }

  update(id: string, rev: number, body: string, { schema = '_', ...more }: { tag?: string; schema?: string } = {}): Promise<Written> {
    const address = { project: this.project, schema, id };
    return this.#update.execute(new UpdateResource({ address, rev, source: parseJsonSource(body), ...more }, this.cause()));
  }

  change(id: string, change: ResourceChange, schema = '_'): Promise<Written> {
    return this.#change.execute(new ChangeResource({ project: this.project, schema, id }, change, this.cause()));
  }

  push(items: readonly object[] | string, { lenient = false } = {}): Promise<PushAnswer> {
    const text = typeof items === 'string' ? items : JSON.stringify(items);
    return this.#push.execute(new PushItems({ dataset: 'org.proj', project: this.project, text, lenient }, this.cause()));
  }

  /** Every event of an entity's stream. */
  async events(id: string): Promise<readonly Recorded<EntityEvent>[]> {
    const stream = entityStream(this.project, (isIri(id) ? id : this.base + id) as Iri);
    const [newest] = await this.store.newest([stream]);
    if (newest === undefined) return [];
    const commits = await this.store.read(stream, revision(1), newest.revision);
    return commits.flatMap((commit) => recordedIn(commit, entityCodec));
  }

  /** The types of an entity's events, in order. */
  async history(id: string): Promise<readonly string[]> {
    return (await this.events(id)).map(({ type }) => type);
  }
}

/** What became of calls that ran at the same time: the codes of those that were refused, and how many were not. */
export async function race(calls: readonly Promise<unknown>[]): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const result of await Promise.allSettled(calls)) {
    const reason = result.status === 'rejected' ? (result.reason as { readonly code?: string; readonly name?: string }) : undefined;
    const key = reason === undefined ? 'done' : (reason.code ?? reason.name ?? 'error');
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

export const refused = (code: string, more: object = {}): unknown => expect.objectContaining({ code, ...more });

/** What a call throws; undefined where it does not. */
export function caught(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}
