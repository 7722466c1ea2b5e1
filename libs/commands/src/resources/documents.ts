import { Inject, Injectable } from '@nestjs/common';
import { contentHash } from '@headwater/datasets';
import type { Located } from '@headwater/directory';
import { projectName } from '@headwater/event-contracts';
import type { DocumentReader, Iri, JsonSource } from '@headwater/linked-data';
import { DOCUMENT_READER } from '@headwater/platform';
import { UNCONSTRAINED, type ReadContent } from '@headwater/resources';
import { EventStoreContexts } from './event-store-contexts.js';

export interface DocumentToRead {
  readonly located: Located;
  readonly source: JsonSource;
  /** The id that it must have, or may leave out. */
  readonly id?: Iri;
  /** The content's hash, where it is known already. */
  readonly hash?: string;
  readonly generateId?: () => Iri;
}

/** Reads a document once, for its event: nothing downstream expands or resolves again (design.md, Events). */
@Injectable()
export class Documents {
  constructor(
    @Inject(DOCUMENT_READER) private readonly reader: DocumentReader,
    private readonly contexts: EventStoreContexts,
  ) {}

  /** @throws InvalidDocument; what the store throws. */
  async read({ located, source, id, hash, generateId = noId }: DocumentToRead): Promise<ReadContent> {
    const { project } = located;
    const ref = { organization: project.organization, project: project.label };
    const document = await this.reader.read({
      source,
      base: project.base,
      vocab: project.vocab,
      ...(id === undefined ? {} : { id }),
      generateId,
      contexts: this.contexts.of(ref),
    });
    return {
      id: document.id,
      organization: ref.organization,
      project: ref.project,
      organizationUuid: project.organizationUuid,
      projectUuid: project.uuid,
      types: document.types,
      schema: { id: UNCONSTRAINED, project: projectName(ref) },
      links: document.links,
      contexts: document.contexts,
      hash: hash ?? contentHash(source),
      content: { source: source.text, expanded: document.expanded, compacted: document.compacted },
    };
  }
}

function noId(): never {
  throw new Error('A document whose id is given needs none made.');
}
