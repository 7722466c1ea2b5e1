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

/** Nobody asks for this long: it stops listening. Whoever watches a database asks it again and again while somebody listens. */
const QUIET_MS = 1000;

/** Lets requests wait until the read models have moved on. Listens once for all of them, and not while there are none. */
@Injectable()
export class AdvanceSignal {
  readonly #waiters = new Set<Waiter>();
  #end: (() => void) | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #moves = 0;

  constructor(
    @Inject(FEED_READER) private readonly feed: AdvanceSource,
    private readonly stop: StopSignal,
  ) {
    stop.onStop(() => this.#stopped());
  }

  /** How often the read models have moved: to be read before they are asked, so that no move falls between question and wait. */
  get moves(): number {
    this.#listen();
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
        this.#listen();
        end();
      };
      const waiter: Waiter = { resolve: () => done(resolve), reject: (error) => done(() => reject(error)) };
      const timer = setTimeout(waiter.resolve, milliseconds);
      this.#waiters.add(waiter);
    });
  }

  /** Listens from now on, until nobody has asked or waited for a while. */
  #listen(): void {
    if (this.stop.stopping) return;
    this.#end ??= this.feed.onAdvance(() => this.#moved());
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#quietened(), QUIET_MS).unref();
  }

  #quietened(): void {
    if (this.#waiters.size === 0) this.#unlisten();
  }

  #unlisten(): void {
    clearTimeout(this.#quiet);
    this.#end?.();
    this.#end = undefined;
  }

  #moved(): void {
    this.#moves += 1;
    for (const waiter of [...this.#waiters]) waiter.resolve();
  }

  #stopped(): void {
    this.#unlisten();
    for (const waiter of [...this.#waiters]) waiter.reject(stopping());
  }
}

const stopping = () => rejection('ServiceUnavailable', 'The service is stopping.');
