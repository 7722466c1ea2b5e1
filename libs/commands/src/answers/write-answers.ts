import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Rejection, projectionName, sealWritePosition, type SealedTokens, type WritePosition } from '@headwater/event-sourcing';
import { HeadwaterConfig, LOGGER, PositionWaiter, SEALED_TOKENS, URLS, sendJson, type QueryParams } from '@headwater/platform';
import { errorBody, malformedParameter, writtenEntity, type Urls } from '@headwater/representations';
import type { Entity } from '@headwater/resources';

/** `async` answers once the write is durable, `sync` once the read models show it too. */
export type Indexing = 'async' | 'sync';

/** What became of a write to an entity. */
export interface Written {
  readonly entity: Entity;
  readonly position: WritePosition;
}

/** What `indexing=sync` waits for, by name: the command side knows nothing else of read models. */
const INDEXES = ['resources', 'links', 'feed'].map(projectionName);
const RETRY_AFTER_S = '1';

/** @throws MalformedQueryParamRejection */
export function indexingOf(query: QueryParams): Indexing {
  const value = query.one('indexing');
  if (value === undefined || value === 'async' || value === 'sync') return value ?? 'async';
  throw malformedParameter('indexing', "Invalid value of indexing type, allowed values are 'async' or 'sync'.");
}

/** What of the service's log these answers need. */
export interface FaultLog {
  error(details: object, message: string): void;
}

/** Answers to writes: each says where the write is in the log, for `Headwater-Wait-For` (ruling 11). */
@Injectable()
export class WriteAnswers {
  constructor(
    private readonly config: HeadwaterConfig,
    private readonly waiter: PositionWaiter,
    @Inject(SEALED_TOKENS) private readonly tokens: SealedTokens,
    @Inject(URLS) private readonly urls: Urls,
    @Inject(LOGGER) private readonly log: FaultLog,
  ) {}

  /** The headers of an answer to a write. */
  headers(position: WritePosition): Readonly<Record<string, string>> {
    return { 'headwater-position': sealWritePosition(this.tokens, position) };
  }

  /** The metadata of the entity that was written (section 1.4). */
  async entity(reply: FastifyReply, status: number, { entity, position }: Written, indexing: Indexing): Promise<FastifyReply> {
    const body = writtenEntity(this.urls, entity);
    const headers = this.headers(position);
    const failure = indexing === 'async' ? undefined : await this.#notIndexed(position);
    if (failure === undefined) return sendJson(reply, status, body, { headers });
    // The write stands: whoever asked to wait is told so, with what it would have got.
    const refusal = errorBody('IndexingFailed', failure, { _resource: JSON.parse(body) as object });
    return sendJson(reply, 503, refusal, { headers: { ...headers, 'retry-after': RETRY_AFTER_S } });
  }

  async #notIndexed(position: WritePosition): Promise<string | undefined> {
    try {
      await this.waiter.wait(position, INDEXES, this.config.waitTimeoutMs);
      return undefined;
    } catch (error) {
      if (error instanceof Rejection) return `The resource was stored, but lists, links and feeds do not show it yet. ${error.message}`;
      // The answer must say that the write stands, so the fault goes to the log here rather than where faults are answered.
      this.log.error({ err: error }, 'A write was stored, but waiting for the read models failed.');
      return 'The resource was stored, but whether lists, links and feeds show it is not known.';
    }
  }
}
