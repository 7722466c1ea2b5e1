import {
  InvalidDocument,
  parseJsonSource,
  type ContextLoader,
  type Document,
  type DocumentRequest,
  type Iri,
  type JsonObject,
  type JsonValue,
  type LoadedContext,
} from '@headwater/linked-data';
import { JsonLdDocumentReader } from '../jsonld-document-reader.js';

export const base = 'https://example.org/base/' as Iri;
export const vocab = 'https://example.org/vocab/' as Iri;
export const generated = 'https://example.org/base/generated' as Iri;
export const iri = (text: string): Iri => text as Iri;

/** Contexts that are resources, and which calls were made for them. */
export class KnownContexts implements ContextLoader {
  readonly calls: (readonly Iri[])[] = [];
  private readonly known = new Map<Iri, LoadedContext>();

  constructor(contexts: Readonly<Record<string, JsonValue>> = {}, project = 'o/p') {
    for (const [name, context] of Object.entries(contexts)) this.known.set(iri(name), { context, project, rev: 1 });
  }

  load(iris: readonly Iri[]): Promise<ReadonlyMap<Iri, LoadedContext>> {
    this.calls.push(iris);
    const found = new Map<Iri, LoadedContext>();
    for (const name of iris) {
      const context = this.known.get(name);
      if (context !== undefined) found.set(name, context);
    }
    return Promise.resolve(found);
  }
}

const shared = new JsonLdDocumentReader();

/** Reads a value or a JSON text with the defaults of these specs. */
export function read(body: JsonValue, options: Partial<DocumentRequest> = {}, reader = shared): Promise<Document> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return reader.read({
    source: parseJsonSource(text),
    base,
    vocab,
    generateId: () => generated,
    contexts: new KnownContexts(),
    ...options,
  });
}

/** The refusal of a document. */
export async function refusal(
  body: JsonValue,
  options: Partial<DocumentRequest> = {},
  reader = shared,
): Promise<InvalidDocument['reason']> {
  try {
    await read(body, options, reader);
  } catch (error) {
    if (error instanceof InvalidDocument) return error.reason;
    throw error;
  }
  throw new Error('nothing was refused');
}

export const compacted = async (body: JsonValue, options?: Partial<DocumentRequest>): Promise<JsonObject> =>
  JSON.parse((await read(body, options)).compacted) as JsonObject;

export const expanded = async (body: JsonValue, options?: Partial<DocumentRequest>): Promise<JsonObject> => {
  const [node] = JSON.parse((await read(body, options)).expanded) as readonly JsonObject[];
  return node ?? {};
};
