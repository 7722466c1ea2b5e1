import { createHash } from 'node:crypto';
import {
  BEFORE_FIRST,
  recordsOf,
  type Commit,
  type EventLog,
  type EventStore,
  type LogEntry,
  type StreamName,
} from '@headwater/event-sourcing';
import { StreamFold } from './stream-fold.js';

const PAGE = { entries: 2000, characters: 16 * 1024 * 1024 };

/** How far a stream goes in the log, and what its events are, in order. */
interface InLog {
  revision: number;
  /** The id of that revision. */
  last: string;
  /** Over the ids of all its events. */
  digest: string;
}

const extended = (digest: string, id: string): string => createHash('sha256').update(digest).update(id).digest('base64url');

/** What a log holds of each stream; memory grows with the streams, not with their events. */
export class LogDigest {
  readonly #streams = new Map<StreamName, InLog>();
  events = 0;
  repetitions = 0;

  /** Reads all of a log. A first appearance out of order, and a repetition that is another event, are problems. */
  static async of(log: EventLog, problem: (text: string) => void): Promise<LogDigest> {
    const digest = new LogDigest();
    for (const partition of await log.partitions()) {
      let after = BEFORE_FIRST;
      for (;;) {
        const entries = await log.read(partition, after, PAGE);
        const last = entries.at(-1);
        if (last === undefined) break;
        for (const entry of entries) {
          if (entry.offset !== after + 1)
            problem(`Partition ${String(partition)} of the log goes on at ${String(entry.offset)} after ${String(after)}.`);
          after = entry.offset;
          digest.#take(entry, problem);
        }
      }
    }
    return digest;
  }

  get streams(): number {
    return this.#streams.size;
  }

  #take({ stream, revision, partition, offset, event: { id } }: LogEntry, problem: (text: string) => void): void {
    const place = `at ${String(offset)} of partition ${String(partition)}`;
    const known = this.#streams.get(stream) ?? { revision: 0, last: '', digest: '' };
    if (revision <= known.revision) {
      this.repetitions += 1;
      if (revision === known.revision && id !== known.last)
        problem(`Revision ${String(revision)} of ${stream} is in the log as two events, the second ${place}.`);
      return;
    }
    if (revision !== known.revision + 1)
      problem(`The log goes on at revision ${String(revision)} of ${stream} after ${String(known.revision)}, ${place}.`);
    this.events += 1;
    this.#streams.set(stream, { revision, last: id, digest: extended(known.digest, id) });
  }

  /**
   * Checks the event store in itself, and against the log: revisions without a gap, states equal to the fold of the events, the same events
   * in the log, and nothing there that is not in the store.
   *
   * @returns how many events and streams the store has, and how many of its events the log has not.
   */
  async compare(
    store: Pick<EventStore, 'scan'>,
    problem: (text: string) => void,
  ): Promise<{ readonly events: number; readonly streams: number; readonly unpublished: number }> {
    const missing = new Set(this.#streams.keys());
    let [events, streams, unpublished] = [0, 0, 0];
    let current: StoredStream | undefined;
    const finish = (): void => {
      if (current === undefined) return;
      unpublished += current.end(this.#streams.get(current.stream));
      missing.delete(current.stream);
    };
    for (let next: string | undefined, first = true; first || next !== undefined; first = false) {
      const page = await store.scan(next);
      for (const commit of page.commits) {
        if (current?.stream !== commit.stream) {
          finish();
          current = new StoredStream(commit.stream, this.#streams.get(commit.stream)?.revision ?? 0, problem);
          streams += 1;
        }
        current.take(commit);
        events += commit.events.length;
      }
      next = page.next;
    }
    finish();
    for (const stream of missing) problem(`The log has ${stream}, which the event store lacks.`);
    return { events, streams, unpublished };
  }
}

/** One stream of the event store, commit by commit. */
class StoredStream {
  readonly #fold: StreamFold;
  #revision = 0;
  #digest = '';
  /** The digest at the revision that the log ends at. */
  #published: string | undefined;

  constructor(
    readonly stream: StreamName,
    private readonly inLog: number,
    private readonly problem: (text: string) => void,
  ) {
    this.#fold = new StreamFold(stream, problem);
  }

  take(commit: Commit): void {
    if (commit.base !== this.#revision)
      this.problem(`${this.stream} has a commit at ${String(commit.base)} after revision ${String(this.#revision)}.`);
    const records = recordsOf(commit);
    records.forEach(({ revision, event }, index) => {
      this.#fold.take(revision, event, index === records.length - 1 ? commit.after : undefined);
      this.#revision = revision;
      this.#digest = extended(this.#digest, event.id);
      if (revision === this.inLog) this.#published = this.#digest;
    });
  }

  /** @returns how many of its events the log has not. */
  end(log: InLog | undefined): number {
    if (log === undefined) return this.#revision;
    if (log.revision > this.#revision)
      this.problem(
        `The log has revision ${String(log.revision)} of ${this.stream}, which ends at ${String(this.#revision)} in the event store.`,
      );
    else if (this.#published !== log.digest) this.problem(`The log has other events of ${this.stream} than the event store.`);
    return Math.max(0, this.#revision - log.revision);
  }
}
