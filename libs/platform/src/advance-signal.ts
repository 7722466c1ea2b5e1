import { Inject, Injectable } from '@nestjs/common';
import { rejection } from '@headwater/representations';
import { StopSignal } from './stop-signal.js';
import { FEED_READER } from './tokens.js';

/** What tells that read models have moved on; the feed's reader does. */
export interface AdvanceSource {
  /** Calls back after the read models have moved on; returns what ends it. */
  onAdvance(listener: () => void): () => void;
}

/** Lets a request wait until the read models have moved on. */
@Injectable()
export class AdvanceSignal {
  constructor(
    @Inject(FEED_READER) private readonly feed: AdvanceSource,
    private readonly stop: StopSignal,
  ) {}

  /**
   * Resolves at the next move of the read models, at the latest after so many milliseconds.
   *
   * @throws Rejection ServiceUnavailable where the service stops.
   */
  next(milliseconds: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        end();
        resolve();
      };
      if (this.stop.stopping) {
        reject(stopping());
        return;
      }
      const timer = setTimeout(done, milliseconds);
      const endAdvance = this.feed.onAdvance(done);
      const endStop = this.stop.onStop(() => {
        end();
        reject(stopping());
      });
      const end = (): void => {
        clearTimeout(timer);
        endAdvance();
        endStop();
      };
    });
  }
}

const stopping = () => rejection('ServiceUnavailable', 'The service is stopping.');
