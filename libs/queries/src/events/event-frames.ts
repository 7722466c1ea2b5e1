import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import {
  movedTo,
  openFeedPosition,
  sealFeedPosition,
  type EventCodec,
  type FeedPosition,
  type LogEntry,
  type SealedTokens,
} from '@headwater/event-sourcing';
import { eventCodec, type EntityEvent } from '@headwater/event-contracts';
import { LOGGER, SEALED_TOKENS, URLS } from '@headwater/platform';
import { renderedEvent, renderedFault, type Urls } from '@headwater/representations';

const PURPOSE = 'event';
const codec = eventCodec as unknown as EventCodec<EntityEvent>;

/** An event as a stream shows it, and where a reader stands who has it. */
export interface EventFrame {
  readonly text: string;
  readonly position: FeedPosition;
}

/** Puts events into the form of an event stream (resources.md 5.1). Ids are positions of the log, so that they are valid in every scope. */
@Injectable()
export class EventFrames {
  constructor(
    @Inject(URLS) private readonly urls: Urls,
    @Inject(SEALED_TOKENS) private readonly tokens: SealedTokens,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param before where a reader stands who has everything before the event. */
  frame(entry: LogEntry, before: FeedPosition): EventFrame {
    const position = movedTo(before, entry.partition, entry.offset, entry.event.id);
    const { type, data } = this.#shown(entry);
    return { text: `data:${data}\nevent:${type}\nid:${sealFeedPosition(this.tokens, PURPOSE, '', position)}\n\n`, position };
  }

  /** @throws TokenRefused for an id that this service did not issue */
  positionOf(id: string): FeedPosition {
    return openFeedPosition(this.tokens, PURPOSE, '', id);
  }

  /** What cannot be shown takes its place as an error: a reader sees that something was there (design.md, Projections). */
  #shown({ stream, revision, event }: LogEntry): { readonly type: string; readonly data: string } {
    try {
      const recorded = codec.decode(stream, revision, event);
      return { type: recorded.type, data: renderedEvent(this.urls, recorded) };
    } catch (error) {
      this.logger.error({ err: error, stream, revision }, 'An event cannot be shown in event streams.');
      return { type: 'Error', data: renderedFault(stream, revision, 'This event cannot be shown.') };
    }
  }
}
