import { Inject, Injectable } from '@nestjs/common';
import { rejection } from '@headwater/representations';
import { StopSignal } from './stop-signal.js';
import { FEED_READER } from './tokens.js';

/** What tells that read models have moved on; the feed's reader does. */
export interface AdvanceSource {
  /** Calls back after the read models have moved on; returns what ends it. */
  onAdvance(listener: () => void): () => void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Lets requests wait until the read models have moved on. Listens once for all of them. */
@Injectable()
export class AdvanceSignal {
  readonly #waiters = new Set<Waiter>();
  readonly #end: () => void;
  #moves = 0;

  constructor(
    @Inject(FEED_READER) feed: AdvanceSource,
    private readonly stop: StopSignal,
  ) {
    this.#end = feed.onAdvance(() => this.#moved());
    stop.onStop(() => this.#stopped());
  }

  /** How often the read models have moved: to be read before they are asked, so that no move falls between question and wait. */
  get moves(): number {
    return this.#moves;
  }

  /**
   * Resolves once the read models have moved on since `moves` was read, at the latest after so many milliseconds.
   *
   * @throws Rejection ServiceUnavailable where the service stops.
   */
  after(moves: number, milliseconds: number): Promise<void> {
    if (this.stop.stopping) return Promise.reject(stopping());
    if (moves !== this.#moves) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const done = (end: () => void): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        end();
      };
      const waiter: Waiter = { resolve: () => done(resolve), reject: (error) => done(() => reject(error)) };
      const timer = setTimeout(waiter.resolve, milliseconds);
      this.#waiters.add(waiter);
    });
  }

  #moved(): void {
    this.#moves += 1;
    for (const waiter of [...this.#waiters]) waiter.resolve();
  }

  #stopped(): void {
    this.#end();
    for (const waiter of [...this.#waiters]) waiter.reject(stopping());
  }
}

const stopping = () => rejection('ServiceUnavailable', 'The service is stopping.');
