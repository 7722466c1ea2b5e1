import { setImmediate } from 'node:timers/promises';
import type { FeedPosition } from '@headwater/event-sourcing';
import type { FeedReader, HistoryBound } from '@headwater/read-models';
import type { EventFrames } from './event-frames.js';
import type { Delivery, EventScopes } from './event-scopes.js';

const PAGE = 100;
/** As many writes as take some milliseconds; then others have their turn. */
const WRITES_AT_ONCE = 500;
const GLOBAL = { kind: 'global' } as const;

/** The end of the feed, followed once for all live connections: what is new is rendered once and handed to those it concerns. */
export class EventTail {
  #position: FeedPosition | undefined;
  #running: Promise<void> = Promise.resolve();
  #queued: Promise<FeedPosition> | undefined;
  /** Of the advance that is queued. */
  #bound: HistoryBound = 'told';

  constructor(
    private readonly feed: FeedReader,
    private readonly frames: EventFrames,
    private readonly scopes: EventScopes,
  ) {}

  /** Where those stand who have everything that was handed out; undefined before the first advance. */
  get position(): FeedPosition | undefined {
    return this.#position;
  }

  /**
   * Hands out everything that is in the feed at a moment after this call, or that was there when those were told last who listen to the feed;
   * advances do not overlap, and calls before one begins share it.
   *
   * @returns the position reached. @throws PositionLost, StoreUnavailable
   */
  advance(bound: HistoryBound): Promise<FeedPosition> {
    if (bound === 'now') this.#bound = bound;
    this.#queued ??= this.#running.then(() => {
      this.#queued = undefined;
      const advanced = this.#advance(this.#bound);
      this.#bound = 'told';
      this.#running = advanced.then(
        () => undefined,
        () => undefined,
      );
      return advanced;
    });
    return this.#queued;
  }

  async #advance(bound: HistoryBound): Promise<FeedPosition> {
    if (this.scopes.count === 0 || this.#position === undefined) {
      const head = await this.feed.head();
      // Somebody may have gone live meanwhile, from where the tail was: then nothing may be left out.
      if (this.scopes.count === 0 || this.#position === undefined) return (this.#position = head);
    }
    let position = this.#position;
    for (;;) {
      const page = await this.feed.history(GLOBAL, position, PAGE, bound);
      let given = position;
      for (const entry of page.entries) {
        const { text, position: after } = this.frames.frame(entry, given);
        given = after;
        for (const followers of this.scopes.of(entry.stream)) followers.add(text);
      }
      // Together and without a wait: whoever goes live from here on stands exactly where the tail does.
      this.#position = position = page.position;
      await deliver(this.scopes.take());
      if (!page.more) return position;
      // After a burst there are many pages: others have their turn between them.
      await setImmediate();
    }
  }
}

async function deliver(deliveries: readonly Delivery[]): Promise<void> {
  const now = Date.now();
  let writes = 0;
  for (const { chunk, connections } of deliveries) {
    for (const connection of connections) {
      connection.deliver(chunk, now);
      writes += 1;
      if (writes % WRITES_AT_ONCE === 0) await setImmediate();
    }
  }
}
