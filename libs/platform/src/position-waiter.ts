import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  TokenRefused,
  openWritePosition,
  type EventStore,
  type ProjectionName,
  type ProjectionProgress,
  type Revision,
  type SealedTokens,
  type StreamName,
  type WritePosition,
} from '@headwater/event-sourcing';
import { PROJECTIONS } from '@headwater/read-models';
import { malformedHeader, rejection } from '@headwater/representations';
import { AdvanceSignal } from './advance-signal.js';
import { HeadwaterConfig } from './config.js';
import { EVENT_STORE, PROJECTION_PROGRESS, SEALED_TOKENS } from './tokens.js';

interface Wanted {
  readonly stream: StreamName;
  readonly revision: Revision;
}

/** Asked again after this long even if nothing was heard: a notification is a hint, not a promise. */
const ASK_AGAIN_MS = 250;
const HEADER = 'headwater-wait-for';

/**
 * Waits until projections have what a write made (ruling 11). Asks the projections once, then again only after they have moved on, and only
 * for what was missing. Bounded in time and in the number of those who wait.
 */
@Injectable()
export class PositionWaiter {
  #waiting = 0;

  constructor(
    private readonly config: HeadwaterConfig,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(PROJECTION_PROGRESS) private readonly progress: ProjectionProgress,
    private readonly advance: AdvanceSignal,
    @Inject(SEALED_TOKENS) private readonly tokens: SealedTokens,
  ) {}

  /** How many requests wait at this moment. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Waits for what the request's `Headwater-Wait-For` names; at once where there is none.
   *
   * @throws MalformedHeaderRejection for a value that this service did not issue; what `wait` throws.
   */
  waitFor(request: FastifyRequest, projections: readonly ProjectionName[]): Promise<void> | undefined {
    const header = request.headers[HEADER];
    if (header === undefined) return undefined;
    return this.wait(this.#opened(String(header)), projections, this.config.waitTimeoutMs);
  }

  /**
   * @throws PositionNotReached in time or while too many wait; ParkedResource at once where a projection cannot apply the stream;
   *   what the store throws.
   */
  async wait(position: WritePosition, projections: readonly ProjectionName[], timeoutMs: number): Promise<void> {
    const wanted = await this.#wantedBy(position);
    if (wanted.length === 0) return;
    let moves = this.advance.moves;
    let missing = await this.#missing(projections.map((projection) => ({ projection, wanted: wanted.filter(isOf(projection)) })));
    if (missing.length === 0) return;
    if (this.#waiting >= this.config.maxWaiters) throw notReached('Too many requests wait for their position at this moment.');
    const deadline = Date.now() + timeoutMs;
    this.#waiting += 1;
    try {
      while (missing.length > 0) {
        const left = deadline - Date.now();
        if (left <= 0) throw notReached(`The position was not reached within ${String(timeoutMs)} ms.`);
        await this.advance.after(moves, Math.min(left, ASK_AGAIN_MS));
        moves = this.advance.moves;
        missing = await this.#missing(missing);
      }
    } finally {
      this.#waiting -= 1;
    }
  }

  #opened(header: string): WritePosition {
    try {
      return openWritePosition(this.tokens, header);
    } catch (error) {
      if (error instanceof TokenRefused) throw malformedHeader('Headwater-Wait-For', 'It is not a position that this service has issued.');
      throw error;
    }
  }

  async #wantedBy(position: WritePosition): Promise<readonly Wanted[]> {
    switch (position.kind) {
      case 'nothing':
        return [];
      case 'revision':
        return [position];
      case 'push': {
        const receipt = await this.store.receipt(position.push);
        if (receipt === undefined) throw rejection('PositionLost', 'The push that the position is of is not in the event store any more.');
        return receipt.written;
      }
    }
  }

  async #missing(asked: readonly Missing[]): Promise<readonly Missing[]> {
    const answers = await Promise.all(asked.map((one) => this.#missingIn(one)));
    return answers.filter(({ wanted }) => wanted.length > 0);
  }

  async #missingIn({ projection, wanted }: Missing): Promise<Missing> {
    if (wanted.length === 0) return { projection, wanted };
    const streams = wanted.map(({ stream }) => stream);
    const found = await this.progress.lastApplied(projection, streams);
    const missing = wanted.filter(({ stream, revision }, index) => {
      const progress = found[index];
      if (progress === undefined) return true;
      if (progress.revision >= revision) return false;
      if (progress.parkedAt !== undefined && progress.parkedAt <= revision) throw parked(projection, stream, progress.parkedAt);
      return true;
    });
    return { projection, wanted: missing };
  }
}

/** Whether a projection will ever have what is wanted: a stream that it does not consume keeps nobody waiting for it. */
const isOf = (name: ProjectionName): ((wanted: Wanted) => boolean) => {
  const projection = PROJECTIONS.find((one) => one.name === name);
  return ({ stream }) => projection?.consumes(stream) ?? true;
};

interface Missing {
  readonly projection: ProjectionName;
  readonly wanted: readonly Wanted[];
}

const notReached = (reason: string) => rejection('PositionNotReached', reason);

const parked = (projection: ProjectionName, stream: StreamName, at: Revision) =>
  rejection(
    'ParkedResource',
    `Revision ${String(at)} of '${stream}' could not be applied to '${projection}', which therefore shows an older one.`,
    {
      parkedAt: at,
    },
  );
