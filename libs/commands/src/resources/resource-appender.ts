import { Inject, Injectable } from '@nestjs/common';
import { handleCommand, type Cause, type Commit, type EventStore, type NewestCommit } from '@headwater/event-sourcing';
import { entityCodec, entityStream, type ProjectRef } from '@headwater/event-contracts';
import type { Iri } from '@headwater/linked-data';
import { EVENT_STORE, HeadwaterConfig } from '@headwater/platform';
import { entityKind, resourceNotFound, type ResourceCommand } from '@headwater/resources';
import type { Written } from '../answers/write-answers.js';
import { mustFit } from './event-size.js';

export interface ResourceAppend {
  readonly project: ProjectRef;
  readonly id: Iri;
  readonly command: ResourceCommand;
  readonly cause: Cause;
  readonly newest: { readonly commit: NewestCommit | undefined } | undefined;
  /** What is refused only after the decision, by the order of section 3.8. */
  readonly check?: () => void;
}

/** Decides and appends one command of one resource. */
@Injectable()
export class ResourceAppender {
  constructor(
    private readonly config: HeadwaterConfig,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  /** @throws what handleCommand throws; EventTooLarge. */
  async append({ project, id, command, cause, newest, check }: ResourceAppend): Promise<Written> {
    const stream = entityStream(project, id);
    const { state, revision } = await handleCommand({
      store: this.store,
      codec: entityCodec,
      kind: entityKind,
      stream,
      command,
      cause,
      ...(newest === undefined ? {} : { newest }),
      check: (commit: Commit) => {
        check?.();
        mustFit(commit, this.config.eventMaxBytes);
      },
    });
    if (state.kind === 'absent') throw resourceNotFound(id, project);
    return { entity: state, position: { kind: 'revision', stream, revision } };
  }
}
