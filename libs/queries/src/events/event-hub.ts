import { Inject, Injectable } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { FeedPosition } from '@headwater/event-sourcing';
import { FEED_READER, HeadwaterConfig, LOGGER, Metrics, StopSignal } from '@headwater/platform';
import { PositionLost, type FeedReader, type FeedScope, type HistoryPage } from '@headwater/read-models';
import { rejection } from '@headwater/representations';
import { eventChunk } from './event-chunk.js';
import { EventConnection } from './event-connection.js';
import { EventFrames } from './event-frames.js';
import { covers, earlier, isWithin } from './event-history.js';
import { EventScopes } from './event-scopes.js';
import { EventTail } from './event-tail.js';

/** Entries of one page of history: with the largest events, some tens of megabytes for the moment of a write. */
const PAGE = 64;
const HEARTBEAT = eventChunk(':\n\n');
const HEARTBEAT_CHECKS = 4;
const RETRY_MS = 1000;
/** A tick saves writes to connections: it is no longer than these cost together where there are few. */
const TICK_MS_OF_A_CONNECTION = 1;

/**
 * Everybody who follows events. A client reads history from the read model until it meets the live tail, without gap or repetition, and is
 * then handed what happens, in ticks.
 */
@Injectable()
export class EventHub {
  readonly #connections = new Set<EventConnection>();
  readonly #scopes = new EventScopes();
  readonly #tail: EventTail;
  readonly #cutOff;
  #listening: (() => void) | undefined;
  #tick: NodeJS.Timeout | undefined;
  #lastTick = -Infinity;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(
    @Inject(FEED_READER) private readonly feed: FeedReader,
    private readonly frames: EventFrames,
    private readonly config: HeadwaterConfig,
    private readonly stop: StopSignal,
    @Inject(LOGGER) private readonly logger: Logger,
    metrics: Metrics,
  ) {
    this.#tail = new EventTail(feed, frames, this.#scopes);
    this.#cutOff = metrics.counter('headwater_sse_cut_off_total', 'Connections that were cut off because they were too slow.');
    metrics.gauge('headwater_sse_clients', 'Connections that follow events.', () => this.#connections.size);
    stop.onStop(() => this.#endAll());
  }

  /** @throws ServiceUnavailable where no more connections are taken */
  mustHaveRoom(): void {
    if (this.stop.stopping) throw rejection('ServiceUnavailable', 'The service is stopping.');
    if (this.#connections.size >= this.config.sseMaxClients) {
      throw rejection('ServiceUnavailable', 'Too many connections follow events at this moment.');
    }
  }

  /** Sends the events of a scope after a position, and goes on until one side ends. `response` is taken over; its head was sent. */
  follow(scope: FeedScope, after: FeedPosition, response: ServerResponse): void {
    const connection = new EventConnection(response, this.config.sseQueueBytes, Date.now(), () => this.#cutOff.inc());
    this.#connections.add(connection);
    response.on('close', () => this.#left(scope, connection));
    this.#listen();
    this.#catchUp(scope, after, connection).catch((error: unknown) => {
      this.logger.error({ err: error }, 'An event stream cannot go on.');
      connection.end();
    });
  }

  /** History first, without being live: it may be long, and what happens meanwhile is history by the time it is reached. */
  async #catchUp(scope: FeedScope, after: FeedPosition, connection: EventConnection): Promise<void> {
    let position = after;
    for (let more = true; more && !connection.isClosed();) {
      const page = await this.feed.history(scope, position, PAGE);
      this.#send(page.entries, position, connection);
      ({ position, more } = page);
      await connection.taken();
    }
    await this.#goLive(scope, position, connection);
  }

  /** The tail stands at or after `position`: what lies between is read once more from history, what comes after it waits for that. */
  async #goLive(scope: FeedScope, after: FeedPosition, connection: EventConnection): Promise<void> {
    await this.#tail.advance('now');
    const target = this.#tail.position;
    if (target === undefined || connection.isClosed()) return;
    connection.hold();
    this.#scopes.add(scope, connection);
    // What was told while nobody was live was not listened to.
    this.#advanceSoon();
    let position = after;
    while (!connection.isClosed() && !covers(position, target)) {
      const { entries, position: reached } = await this.feed.history(scope, position, PAGE);
      this.#send(
        entries.filter((entry) => isWithin(entry, target)),
        earlier(position, target),
        connection,
      );
      position = reached;
    }
    connection.release(Date.now());
  }

  #send(entries: HistoryPage['entries'], after: FeedPosition, connection: EventConnection): void {
    if (entries.length === 0 || connection.isClosed()) return;
    let position = after;
    let text = '';
    for (const entry of entries) {
      const frame = this.frames.frame(entry, position);
      text += frame.text;
      position = frame.position;
    }
    connection.send(eventChunk(text), Date.now());
  }

  #left(scope: FeedScope, connection: EventConnection): void {
    this.#connections.delete(connection);
    this.#scopes.remove(scope, connection);
    if (this.#connections.size > 0) return;
    this.#listening?.();
    this.#listening = undefined;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#tick);
    this.#tick = undefined;
  }

  #listen(): void {
    if (this.#listening !== undefined) return;
    this.#listening = this.feed.onAdvance(() => this.#advanceSoon());
    this.#heartbeat = setInterval(() => this.#beat(Date.now()), this.config.sseHeartbeatMs / HEARTBEAT_CHECKS);
  }

  /** What happens within one tick goes out together; after a rest, at once. */
  #advanceSoon(): void {
    const tick = Math.min(this.config.sseTickMs, this.#connections.size * TICK_MS_OF_A_CONNECTION);
    this.#advanceIn(Math.max(0, this.#lastTick + tick - performance.now()));
  }

  #advanceIn(milliseconds: number): void {
    this.#tick ??= setTimeout(() => {
      this.#tick = undefined;
      this.#lastTick = performance.now();
      if (this.#scopes.count === 0) return;
      this.#tail.advance('told').catch((error: unknown) => this.#stuck(error));
    }, milliseconds);
  }

  #stuck(error: unknown): void {
    this.logger.error({ err: error }, 'The feed cannot be read; streams of events wait.');
    // Another log is not this one going on: clients are told so when they come back with their last id.
    if (error instanceof PositionLost) this.#endAll();
    else if (this.#connections.size > 0) this.#advanceIn(RETRY_MS);
  }

  #beat(now: number): void {
    const quietSince = now - this.config.sseHeartbeatMs;
    for (const connection of this.#connections) if (connection.sentAt <= quietSince) connection.send(HEARTBEAT, now);
  }

  #endAll(): void {
    for (const connection of this.#connections) connection.end();
  }
}
