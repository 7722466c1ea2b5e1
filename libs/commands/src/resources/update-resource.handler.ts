import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { mustBeWritable } from '@headwater/directory';
import { expandSegment, mustNotBeReserved } from '@headwater/linked-data';
import { HeadwaterConfig } from '@headwater/platform';
import type { Written } from '../answers/write-answers.js';
import { Documents } from './documents.js';
import { schemaNotResolved, schemaSegment } from './located-project.js';
import { ResourceAppender } from './resource-appender.js';
import { ResourceLookup } from './resource-lookup.js';
import { UpdateResource } from './resource-messages.js';

@CommandHandler(UpdateResource)
export class UpdateResourceHandler implements ICommandHandler<UpdateResource> {
  constructor(
    private readonly config: HeadwaterConfig,
    private readonly lookup: ResourceLookup,
    private readonly documents: Documents,
    private readonly appender: ResourceAppender,
  ) {}

  async execute({ resource, cause }: UpdateResource): Promise<Written> {
    const { address, source, rev, tag } = resource;
    const { located, names, newestOf } = await this.lookup.find(address.project, (of) => expandSegment(address.id, of));
    mustBeWritable(located);
    const schema = schemaSegment(address.schema, names);
    const id = expandSegment(address.id, names);
    const content = await this.documents.read({ located, source, id });
    const { skipUnchangedUpdates: skipUnchanged, maxTags } = this.config;
    return this.appender.append({
      project: address.project,
      id,
      command: { type: 'UpdateResource', rev, content, skipUnchanged, maxTags, ...(tag === undefined ? {} : { tag }) },
      cause,
      newest: newestOf(id),
      check: () => {
        mustNotBeReserved(content);
        if (schema.kind === 'other') throw schemaNotResolved(schema.iri, address.project);
      },
    });
  }
}
