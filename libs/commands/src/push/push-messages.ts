import { Command } from '@nestjs/cqrs';
import type { Cause, WritePosition } from '@headwater/event-sourcing';
import type { ProjectRef } from '@headwater/event-contracts';
import type { Outcome } from '@headwater/datasets';

export interface Push {
  /** The dataset's name as it was asked for. */
  readonly dataset: string;
  readonly project: ProjectRef;
  /** The body as it was sent. */
  readonly text: string;
  /** Stores the good items although others are bad (`Prefer: handling=lenient`). */
  readonly lenient: boolean;
}

export interface PushAnswer {
  /** In the order of the items. */
  readonly outcomes: readonly Outcome[];
  readonly position: WritePosition;
}

/** Stores the items of a push, all or none. */
export class PushItems extends Command<PushAnswer> {
  constructor(
    readonly push: Push,
    readonly cause: Cause,
  ) {
    super();
  }
}
