import { randomUUID } from 'node:crypto';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { RevisionConflict, appendTogether, pushId, type EventStore, type PushId } from '@headwater/event-sourcing';
import { DirectoryLookup, mustBeWritable } from '@headwater/directory';
import { DIRECTORY_LOOKUP, EVENT_STORE, Problem } from '@headwater/platform';
import { PushItems, type PushAnswer } from './push-messages.js';
import type { PushPlan } from './push-plan.js';
import { PushReader } from './push-reader.js';

const MAX_TRIES = 10;

/** A push is one transaction with a receipt, opened only after all of it was read and decided (design.md, A write). */
@CommandHandler(PushItems)
export class PushItemsHandler implements ICommandHandler<PushItems> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DIRECTORY_LOOKUP) private readonly directory: DirectoryLookup,
    private readonly reader: PushReader,
  ) {}

  async execute({ push, cause }: PushItems): Promise<PushAnswer> {
    const located = await this.directory.located(push.project);
    mustBeWritable(located);
    const id = pushId(randomUUID());
    const { plan, outcomes } = await this.reader.read(push, id, located, cause);
    const bad = outcomes.filter(({ successful }) => !successful);
    if (bad.length > 0 && !push.lenient) throw invalidItems(bad);
    return { outcomes, position: (await this.#append(plan, id)) ? { kind: 'push', push: id } : { kind: 'nothing' } };
  }

  /** @returns whether there was anything to store. */
  async #append(plan: PushPlan, id: PushId): Promise<boolean> {
    for (let tries = 1; ; tries += 1) {
      const { commits } = plan;
      if (commits.length === 0) return false;
      const lost = await appendTogether(this.store, commits, { push: id, written: plan.written });
      if (lost.length === 0) return true;
      const conflicts = lost.flatMap((index) => commits[index] ?? []);
      const [first] = conflicts;
      if (tries === MAX_TRIES && first !== undefined) throw new RevisionConflict(first.stream, first.base);
      await plan.decideAgain(conflicts.map(({ stream }) => stream));
    }
  }
}

const invalidItems = (bad: PushAnswer['outcomes']) =>
  new Problem(
    'invalid-items',
    bad.length === 1
      ? 'One item cannot be stored, so nothing of the push was stored.'
      : `${bad.length} items cannot be stored, so nothing of the push was stored.`,
    { items: bad },
  );
