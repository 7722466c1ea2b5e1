import { Worker } from 'node:worker_threads';
import {
  StoreOverloaded,
  StoreUnavailable,
  type AppendOutcome,
  type AppendTogetherOutcome,
  type Commit,
  type ProjectionName,
  type Receipt,
  type StreamName,
} from '@headwater/event-sourcing';
import { ImportUnfinished } from '@headwater/transfer';
import { DataFolderTooNew, DataFolderUnreadable } from './errors.js';
import {
  charactersOf,
  putCommit,
  type Field,
  type FromWriter,
  type GroupFailure,
  type OpeningError,
  type ProjectionState,
  type ToWriter,
  type Unit,
  type UnitOutcome,
  type WriterData,
} from './messages.js';
import type { StoreBounds, StoreObserver } from './options.js';

/** An append that waits: its commits, and who is told. */
interface Waiting {
  readonly unit: Unit;
  readonly commits: readonly Commit[];
  readonly characters: number;
  readonly stored: (outcome: UnitOutcome) => void;
  readonly refused: (failure: GroupFailure) => void;
}

interface Answer {
  readonly resolve: (value: boolean) => void;
  readonly reject: (error: Error) => void;
}

/** Milliseconds since 1970, and what went wrong. */
export interface Refused {
  readonly at: number;
  readonly reason: string;
}

export interface WriterOptions {
  readonly data: WriterData;
  readonly observer: StoreObserver;
  /** Told whenever the projections have moved. */
  readonly progressed: (state: ProjectionState) => void;
}

/** Characters in one message: what is copied at once, so that the caller's thread is not held up by a large group. */
const MESSAGE_CHARACTERS = 1024 * 1024;
const FIRST_RESTART = 100;
const LAST_RESTART = 10_000;

const UNAVAILABLE: GroupFailure = { stored: 'no', message: 'The writer has stopped and is being started again.' };

/**
 * The caller's side of the writer's thread. One group of appends is under way at a time; what comes meanwhile waits here, bounded, and
 * makes the next group. A thread that dies is started again: what was under way then has an unknown outcome, what waited is refused.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #bounds: StoreBounds;
  #worker: Worker | undefined;
  #state: 'starting' | 'ready' | 'down' | 'closing' | 'closed' = 'starting';
  #queue: Waiting[] = [];
  #queuedCommits = 0;
  #queuedCharacters = 0;
  #underWay: readonly Waiting[] | undefined;
  #scheduled = false;
  #hurried = false;
  #ids = 0;
  readonly #answers = new Map<number, Answer>();
  #restartAfter = FIRST_RESTART;
  #restart: NodeJS.Timeout | undefined;
  #idle: (() => void) | undefined;
  #refused: Refused | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#bounds = options.data.bounds;
  }

  get queued(): { readonly commits: number; readonly characters: number } {
    return { commits: this.#queuedCommits, characters: this.#queuedCharacters };
  }

  /** When and why the newest group was not stored; undefined where it was. */
  get refused(): Refused | undefined {
    return this.#refused;
  }

  get ready(): boolean {
    return this.#state === 'ready';
  }

  get #closing(): boolean {
    return this.#state === 'closing' || this.#state === 'closed';
  }

  /** Starts the thread. @throws what is wrong with the data folder */
  start(): Promise<ProjectionState> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./writer.worker.js', import.meta.url), {
        name: 'sqlite-writer',
        workerData: this.#options.data,
        // What the writer makes lives until its step is over: a larger young generation only costs memory.
        resourceLimits: { maxYoungGenerationSizeMb: 16 },
      });
      this.#worker = worker;
      this.#state = 'starting';
      let failure: Error | undefined;
      worker.on('message', (message: FromWriter) => {
        if (message.type === 'ready') {
          // A close that was asked for meanwhile stays asked for.
          if (this.#state === 'starting') this.#state = 'ready';
          resolve(message);
        } else if (message.type === 'failed') failure = asError(message.error, this.#options.data.dataDir);
        else this.#receive(message);
      });
      worker.on('error', (error) => {
        failure = error instanceof Error ? error : new Error(String(error));
      });
      worker.on('exit', () => {
        const began = this.#state === 'starting';
        this.#died(failure);
        if (began) reject(failure ?? new Error('The writer ended before it was ready.'));
      });
    });
  }

  append(commits: readonly Commit[]): Promise<readonly AppendOutcome[]> {
    if (commits.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.#enqueue(commits, { kind: 'each', commits: commits.length }, reject, {
        stored: ({ conflicts }) => {
          const lost = new Set(conflicts);
          resolve(commits.map((_, index) => (lost.has(index) ? { status: 'conflict' } : { status: 'appended' })));
        },
        unknown: (cause) => resolve(commits.map(() => ({ status: 'unknown', cause }))),
      });
    });
  }

  appendTogether(commits: readonly Commit[], receipt?: Receipt): Promise<AppendTogetherOutcome> {
    if (commits.length === 0 && receipt === undefined) return Promise.resolve({ status: 'appended' });
    return new Promise((resolve, reject) => {
      const unit: Unit = { kind: 'together', commits: commits.length, ...(receipt === undefined ? {} : { receipt }) };
      this.#enqueue(commits, unit, reject, {
        stored: ({ conflicts }) => resolve(conflicts.length === 0 ? { status: 'appended' } : { status: 'conflict', conflicts }),
        unknown: (cause) => resolve({ status: 'unknown', cause }),
      });
    });
  }

  rebuild(projection: ProjectionName): Promise<boolean> {
    return this.#ask((id) => ({ type: 'rebuild', id, projection }));
  }

  redrive(projection: ProjectionName, stream: StreamName): Promise<boolean> {
    return this.#ask((id) => ({ type: 'redrive', id, projection, stream }));
  }

  resume(): Promise<boolean> {
    return this.#ask((id) => ({ type: 'resume', id }));
  }

  limit(maxBytes: number): Promise<boolean> {
    return this.#ask((id) => ({ type: 'limit', id, maxBytes }));
  }

  /** Asks for a step of the projections now; once is enough until they have moved. */
  hurry(): void {
    if (this.#hurried) return;
    this.#hurried = true;
    this.#post({ type: 'hurry' });
  }

  /** Tells that readers use these copies now. */
  switched(copies: readonly number[]): void {
    this.#post({ type: 'switched', copies });
  }

  /** Resolves when everything that was accepted has its outcome; nothing is accepted any more. */
  async drain(): Promise<void> {
    if (this.#state !== 'closed') this.#state = 'closing';
    clearTimeout(this.#restart);
    if (this.#underWay !== undefined || this.#queue.length > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  /** Ends the thread after what it is doing. To be called after `drain`. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) {
      this.#state = 'closed';
      return;
    }
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
      this.#post({ type: 'close' });
    });
    this.#state = 'closed';
  }

  /** Ends the thread at once, as a crash would: for tests of what happens then. */
  async kill(): Promise<void> {
    await this.#worker?.terminate();
  }

  #enqueue(
    commits: readonly Commit[],
    unit: Unit,
    reject: (error: Error) => void,
    { stored, unknown }: { readonly stored: (outcome: UnitOutcome) => void; readonly unknown: (cause: unknown) => void },
  ): void {
    if (this.#state !== 'ready') {
      reject(new StoreUnavailable(this.#closing ? 'The store is closed.' : UNAVAILABLE.message));
      return;
    }
    const { queuedCommits, queuedCharacters } = this.#bounds;
    if (this.#queuedCommits >= queuedCommits || this.#queuedCharacters >= queuedCharacters) {
      reject(new StoreOverloaded(`${this.#queuedCommits} commits wait to be stored: no more are taken just now.`));
      return;
    }
    const empty = commits.find(({ events }) => events.length === 0);
    if (empty !== undefined) {
      reject(new RangeError(`A commit of ${empty.stream} has no event.`));
      return;
    }
    let characters = 0;
    for (const commit of commits) characters += charactersOf(commit);
    this.#queue.push({
      unit,
      commits,
      characters,
      stored,
      refused: ({ stored: what, message }) => {
        if (what === 'no') reject(new StoreUnavailable(`The store cannot write just now: ${message}`));
        else unknown(new Error(message));
      },
    });
    this.#queuedCommits += commits.length;
    this.#queuedCharacters += characters;
    this.#schedule();
  }

  /** Sends after this turn of the event loop, so that what arrives in one turn is one group. */
  #schedule(): void {
    if (this.#scheduled || this.#underWay !== undefined || this.#queue.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#underWay === undefined && this.#worker !== undefined) void this.#send();
    });
  }

  async #send(): Promise<void> {
    const group = this.#nextGroup();
    if (group.length === 0) return;
    this.#underWay = group;
    const id = (this.#ids += 1);
    let fields: Field[] = [];
    let characters = 0;
    for (const { commits } of group) {
      for (const commit of commits) {
        if (characters > MESSAGE_CHARACTERS) {
          this.#post({ type: 'part', fields });
          fields = [];
          characters = 0;
          await new Promise(setImmediate);
          // The thread may have died in the meantime, and everybody been told.
          if (this.#underWay !== group) return;
        }
        putCommit(fields, commit);
        characters += charactersOf(commit);
      }
    }
    this.#post({ type: 'append', id, units: group.map(({ unit }) => unit), fields });
  }

  #nextGroup(): readonly Waiting[] {
    const { groupCommits, groupCharacters } = this.#bounds;
    let [commits, characters, taken] = [0, 0, 0];
    for (const waiting of this.#queue) {
      if (taken > 0 && (commits + waiting.commits.length > groupCommits || characters + waiting.characters > groupCharacters)) break;
      commits += waiting.commits.length;
      characters += waiting.characters;
      taken += 1;
    }
    this.#queuedCommits -= commits;
    this.#queuedCharacters -= characters;
    return this.#queue.splice(0, taken);
  }

  #receive(message: Exclude<FromWriter, { readonly type: 'ready' | 'failed' }>): void {
    switch (message.type) {
      case 'outcomes':
        this.#refused = undefined;
        this.#settle(message.milliseconds, ({ stored }, index) => {
          const outcome = message.outcomes[index];
          if (outcome !== undefined) stored(outcome);
        });
        return;
      case 'refused':
        this.#refused = { at: Date.now(), reason: message.failure.message };
        this.#settle(message.milliseconds, ({ refused }) => refused(message.failure));
        return;
      case 'progress': {
        const { entries, milliseconds, ...state } = message;
        this.#hurried = false;
        this.#restartAfter = FIRST_RESTART;
        if (entries > 0) this.#options.observer.projected?.(entries, milliseconds);
        this.#options.progressed(state);
        return;
      }
      case 'answer': {
        const answer = this.#answers.get(message.id);
        this.#answers.delete(message.id);
        if (message.error === undefined) answer?.resolve(message.value ?? true);
        else answer?.reject(new Error(message.error));
        return;
      }
      case 'closed':
        return;
    }
  }

  #settle(milliseconds: number, tell: (waiting: Waiting, index: number) => void): void {
    const group = this.#underWay ?? [];
    this.#underWay = undefined;
    const commits = group.reduce((sum, { commits: more }) => sum + more.length, 0);
    this.#options.observer.appended?.(commits, milliseconds, this.#queuedCommits);
    group.forEach(tell);
    this.#schedule();
    this.#whenIdle();
  }

  #whenIdle(): void {
    if (this.#underWay !== undefined || this.#queue.length > 0) return;
    this.#idle?.();
    this.#idle = undefined;
  }

  #died(cause: Error | undefined): void {
    this.#worker = undefined;
    this.#hurried = false;
    const underWay = this.#underWay ?? [];
    const waiting = this.#queue;
    this.#underWay = undefined;
    this.#queue = [];
    this.#queuedCommits = 0;
    this.#queuedCharacters = 0;
    const message = `The writer stopped in the middle of it${cause === undefined ? '' : ` (${cause.message})`}.`;
    for (const { refused } of underWay) refused({ stored: 'unknown', message });
    for (const { refused } of waiting) refused(UNAVAILABLE);
    for (const { reject } of this.#answers.values()) reject(new StoreUnavailable(message));
    this.#answers.clear();
    this.#whenIdle();
    if (this.#state === 'ready' || this.#state === 'down') this.#startAgain();
  }

  #startAgain(): void {
    this.#state = 'down';
    this.#restart = setTimeout(() => {
      this.start().then(
        (state) => {
          this.#options.progressed(state);
          this.switched(state.served.map(({ copy }) => copy));
        },
        () => {
          if (!this.#closing) this.#startAgain();
        },
      );
    }, this.#restartAfter).unref();
    this.#restartAfter = Math.min(LAST_RESTART, this.#restartAfter * 2);
  }

  #ask(message: (id: number) => ToWriter): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#state !== 'ready') {
        reject(new StoreUnavailable(UNAVAILABLE.message));
        return;
      }
      const id = (this.#ids += 1);
      this.#answers.set(id, { resolve, reject });
      this.#post(message(id));
    });
  }

  #post(message: ToWriter): void {
    this.#worker?.postMessage(message);
  }
}

function asError(error: OpeningError, folder: string): Error {
  switch (error.kind) {
    case 'too new':
      return new DataFolderTooNew(folder, error.found, error.known);
    case 'unreadable':
      return new DataFolderUnreadable(folder, error.reason);
    case 'import unfinished':
      return new ImportUnfinished(folder);
    case 'other':
      return new DataFolderUnreadable(folder, error.message);
  }
}
