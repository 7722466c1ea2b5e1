import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { mustBeWritable } from '@headwater/directory';
import { expandSegment } from '@headwater/linked-data';
import { HeadwaterConfig } from '@headwater/platform';
import type { ResourceCommand, Target } from '@headwater/resources';
import type { Written } from '../answers/write-answers.js';
import { schemaAsked, schemaSegment } from './located-project.js';
import { ResourceAppender } from './resource-appender.js';
import { ResourceLookup } from './resource-lookup.js';
import { ChangeResource, type ResourceChange } from './resource-messages.js';

/** Tags, deprecation and its end: what needs no document to be read. */
@CommandHandler(ChangeResource)
export class ChangeResourceHandler implements ICommandHandler<ChangeResource> {
  constructor(
    private readonly config: HeadwaterConfig,
    private readonly lookup: ResourceLookup,
    private readonly appender: ResourceAppender,
  ) {}

  async execute({ address, change, cause }: ChangeResource): Promise<Written> {
    const { project } = address;
    const { located, names, newestOf } = await this.lookup.find(project, (of) => expandSegment(address.id, of));
    mustBeWritable(located);
    const schema = schemaAsked(schemaSegment(address.schema, names));
    const id = expandSegment(address.id, names);
    const target: Target = { identity: { ...project, id }, ...(schema === undefined ? {} : { schema }) };
    return this.appender.append({ project, id, command: this.#command(change, target), cause, newest: newestOf(id) });
  }

  #command(change: ResourceChange, target: Target): ResourceCommand {
    return change.type === 'TagResource' ? { ...change, ...target, maxTags: this.config.maxTags } : { ...change, ...target };
  }
}
