import type { DatabaseSync } from 'node:sqlite';
import { Fork, Gap, LogTrimmed, ProjectionRunner, UnknownEvent } from '@headwater/event-sourcing';
import { eventCodec, type HeadwaterEvent } from '@headwater/event-contracts';
import { PROJECTIONS } from '@headwater/read-models';
import { Appender, GroupRefused } from './appender.js';
import { Checkpoints } from './checkpoint.js';
import { limitSize } from './database.js';
import { messageOf } from './errors.js';
import { EventReader } from './event-reader.js';
import type { Field, FromWriter, ProjectionState, ToWriter } from './messages.js';
import type { StoreBounds } from './options.js';
import { SqliteProjectionStore } from './projection-store.js';
import { ONLY_PARTITION, RecentLog } from './stored-log.js';
import { Streams } from './streams.js';

/** Where messages come from and go to. */
export interface WriterPort {
  post(message: FromWriter): void;
  /** The next message that has arrived. */
  next(): ToWriter | undefined;
  /** Resolves when there may be another message, or after the time, which may be infinite. */
  arrival(milliseconds: number): Promise<void>;
}

const FIRST_RETRY = 100;
const LAST_RETRY = 5000;
const IDLE_BEFORE_CHECKPOINT = 1000;

/**
 * What the writer's thread does, over and over: one group of appends, if one waits, and its outcomes at once; then one step of the
 * projections, if they are behind. Neither can starve the other.
 */
export class WriterLoop {
  readonly #streams: Streams;
  readonly #appender: Appender;
  readonly #log: RecentLog;
  readonly #projections: SqliteProjectionStore;
  readonly #runner: ProjectionRunner<HeadwaterEvent>;
  readonly #events: EventReader;
  readonly #checkpoints: Checkpoints;
  #parts: Field[] = [];
  /** Copies that readers may be asking; until they have said it, any. */
  #inUse: ReadonlySet<number> | undefined;
  /** Whether there may be something to apply or to serve. */
  #behind = true;
  #stopped: string | undefined;
  #failing: string | undefined;
  #retryAt = 0;
  #retryAfter = FIRST_RETRY;
  /** Entries that have gathered since the last step. */
  #gathered = 0;
  #steppedAt = -Infinity;
  #hurry = false;
  #checkpointed = true;

  constructor(
    private readonly db: DatabaseSync,
    private readonly port: WriterPort,
    private readonly bounds: StoreBounds,
  ) {
    this.#streams = new Streams(db, bounds.cachedNames);
    this.#appender = new Appender(db, this.#streams);
    this.#log = new RecentLog(db, bounds.recentCharacters);
    this.#projections = new SqliteProjectionStore(db, this.#streams, (at) => this.#log.kept(at), bounds.cachedNames);
    this.#runner = new ProjectionRunner({
      log: this.#log,
      store: this.#projections,
      codec: eventCodec,
      projections: PROJECTIONS,
      limit: { entries: bounds.stepEntries, characters: bounds.stepCharacters },
    });
    this.#events = new EventReader(db, bounds.pageCharacters);
    this.#checkpoints = new Checkpoints(db, bounds.walPages, bounds.busyMilliseconds);
  }

  /** Works until it is told to close. */
  async run(): Promise<void> {
    await this.#runner.prepare();
    this.port.post({ type: 'ready', ...this.#state() });
    for (;;) {
      const message = this.port.next();
      if (message?.type === 'close') break;
      if (message !== undefined) await this.#handle(message);
      const worked = await this.#project();
      if (message !== undefined || worked) this.#checkpoint();
      if (message === undefined && !worked && !this.#discard()) await this.#rest();
    }
    this.#checkpointWhole();
    this.db.close();
    this.port.post({ type: 'closed' });
  }

  async #handle(message: Exclude<ToWriter, { readonly type: 'close' }>): Promise<void> {
    switch (message.type) {
      case 'part':
        // Not spread: there may be more of them than a call takes arguments.
        for (const field of message.fields) this.#parts.push(field);
        return;
      case 'append':
        this.#append(message);
        return;
      case 'hurry':
        this.#hurry = true;
        return;
      case 'switched':
        this.#inUse = new Set(message.copies);
        return;
      case 'limit':
        limitSize(this.db, message.maxBytes);
        this.#tryAgain();
        this.port.post({ type: 'answer', id: message.id });
        return;
      case 'resume':
        this.#tryAgain();
        this.port.post({ type: 'answer', id: message.id });
        return;
      case 'rebuild':
        await this.#answer(message.id, async () => {
          await this.#runner.rebuild(message.projection);
          this.#tryAgain();
          this.#report(0, performance.now());
          return true;
        });
        return;
      case 'redrive':
        await this.#answer(message.id, async () => {
          const projection = PROJECTIONS.find(({ name }) => name === message.projection);
          if (projection === undefined) throw new Error(`There is no projection ${message.projection}.`);
          const applied = await this.#runner.redrive(projection, message.stream, this.#events);
          this.#report(0, performance.now());
          return applied;
        });
    }
  }

  async #answer(id: number, work: () => Promise<boolean>): Promise<void> {
    try {
      this.port.post({ type: 'answer', id, value: await work() });
    } catch (error) {
      this.port.post({ type: 'answer', id, error: messageOf(error) });
    }
  }

  #append({ id, units, fields }: Extract<ToWriter, { readonly type: 'append' }>): void {
    const started = performance.now();
    const all = this.#parts.length === 0 ? fields : [...this.#parts, ...fields];
    this.#parts = [];
    try {
      const { outcomes, entries } = this.#appender.append(units, all);
      this.port.post({ type: 'outcomes', id, outcomes, milliseconds: performance.now() - started });
      if (entries.length === 0) return;
      this.#log.add(entries);
      this.#gathered += entries.length;
      this.#behind = true;
      this.#checkpointed = false;
    } catch (error) {
      if (!(error instanceof GroupRefused)) throw error;
      this.#projections.forget();
      if (error.failure.stored === 'unknown') this.#log.refresh();
      this.port.post({ type: 'refused', id, failure: error.failure, milliseconds: performance.now() - started });
    }
  }

  /** @returns whether there was something to do. */
  async #project(): Promise<boolean> {
    if (this.#wait() > 0) return false;
    this.#steppedAt = performance.now();
    this.#gathered = 0;
    this.#hurry = false;
    const started = performance.now();
    const building = this.#runner.building.size;
    try {
      const entries = await this.#runner.step(ONLY_PARTITION);
      const failing = this.#failing;
      this.#failing = undefined;
      this.#retryAfter = FIRST_RETRY;
      if (entries === 0) this.#behind = false;
      if (entries > 0 || failing !== undefined || building !== this.#runner.building.size) this.#report(entries, started);
      return entries > 0;
    } catch (error) {
      this.#fail(error);
      this.#report(0, started);
      return false;
    }
  }

  #fail(error: unknown): void {
    if (error instanceof Gap || error instanceof Fork || error instanceof UnknownEvent || error instanceof LogTrimmed) {
      this.#stopped = error.message;
      return;
    }
    this.#failing = messageOf(error);
    this.#retryAt = performance.now() + this.#retryAfter;
    this.#retryAfter = Math.min(LAST_RETRY, this.#retryAfter * 2);
  }

  #checkpoint(): void {
    try {
      this.#checkpoints.whenGrown();
    } catch {
      // The log goes on growing; whether there is room for it, the next append will say.
    }
  }

  #tryAgain(): void {
    this.#hurry = true;
    this.#stopped = undefined;
    this.#retryAt = 0;
    this.#behind = true;
  }

  #report(entries: number, started: number): void {
    this.port.post({ type: 'progress', entries, milliseconds: performance.now() - started, ...this.#state() });
  }

  #state(): ProjectionState {
    return {
      served: this.#projections.served(ONLY_PARTITION),
      building: [...this.#runner.building],
      ...(this.#stopped === undefined ? {} : { stopped: this.#stopped }),
      ...(this.#failing === undefined ? {} : { failing: this.#failing }),
    };
  }

  /** How many milliseconds the next step has to wait; infinite where there is nothing to do. */
  #wait(): number {
    if (!this.#behind || this.#stopped !== undefined) return Infinity;
    const now = performance.now();
    const { stepAtEntries, stepEveryMilliseconds } = this.bounds;
    const due = this.#hurry || this.#gathered === 0 || this.#gathered >= stepAtEntries ? 0 : this.#steppedAt + stepEveryMilliseconds - now;
    return Math.max(0, due, this.#retryAt - now);
  }

  #discard(): boolean {
    if (this.#inUse === undefined) return false;
    try {
      return this.#projections.discard(this.#inUse);
    } catch {
      // Room that is not given back yet is tried for again when there is nothing else to do.
      return false;
    }
  }

  async #rest(): Promise<void> {
    const idle = this.#checkpointed ? undefined : IDLE_BEFORE_CHECKPOINT;
    const before = performance.now();
    await this.port.arrival(Math.min(this.#wait(), idle ?? Infinity));
    if (idle === undefined || performance.now() - before < idle) return;
    this.#checkpointWhole();
  }

  #checkpointWhole(): void {
    this.#checkpointed = true;
    try {
      this.#checkpoints.whole();
    } catch {
      // Written back later, by the next write or the next start.
    }
  }
}
