import { revision, type Offset, type Partition, type Revision, type StreamName } from './brand.js';
import type { Commit, LogEntry } from './event.js';
import type { EventLog, LogPublisher, LogRecord, ReadLimit } from './event-log.js';
import type { CommitKey, EventStore } from './event-store.js';
import type { Lease, Outbox } from './outbox.js';

/** A commit's events as records of the log. */
export const recordsOf = (commit: Commit): readonly LogRecord[] =>
  commit.events.map((event, index) => ({ stream: commit.stream, revision: revision(commit.base + 1 + index), event }));

/**
 * Publishes pending commits of a partition once through, in the order of each stream. Whoever calls it holds the lease; one that does not
 * any more can only repeat what consumers drop. A publish that fails has an unknown outcome and is left pending.
 *
 * @returns how many commits were published.
 */
export async function relayPartition(outbox: Outbox, log: LogPublisher, partition: Partition, batch: number): Promise<number> {
  let published = 0;
  let after: CommitKey | undefined;
  for (;;) {
    const commits = await outbox.pending(partition, after, batch);
    const last = commits.at(-1);
    if (last === undefined) return published;
    const reached = await log.publish(partition, commits.flatMap(recordsOf));
    await outbox.published(partition, commits, reached);
    published += commits.length;
    after = { stream: last.stream, base: last.base };
  }
}

/**
 * Notes as published what the log has after the offset that the store has noted: whoever published it could not say so any more. To be called
 * on taking a partition, before anything is published to it.
 *
 * @throws StoreBehindLog
 */
export async function reconcile(
  store: Pick<EventStore, 'read'> & Pick<Outbox, 'published'>,
  log: Pick<EventLog, 'read'>,
  { partition, published }: Pick<Lease, 'partition' | 'published'>,
  limit: ReadLimit,
): Promise<void> {
  let after = published;
  for (;;) {
    const entries = await log.read(partition, after, limit);
    const last = entries.at(-1);
    if (last === undefined) return;
    const found: CommitKey[] = [];
    for (const [stream, ofStream] of Map.groupBy(entries, (entry) => entry.stream))
      found.push(...(await confirmed(store, stream, ofStream)));
    await store.published(partition, found, last.offset);
    after = last.offset;
  }
}

/** The commits of a stream that are in the log with all their events. @throws StoreBehindLog */
async function confirmed(store: Pick<EventStore, 'read'>, stream: StreamName, entries: readonly LogEntry[]): Promise<readonly CommitKey[]> {
  const revisions = entries.map((entry) => entry.revision);
  const commits = await store.read(stream, revision(Math.min(...revisions)), revision(Math.max(...revisions)));
  const stored = new Map(commits.flatMap(recordsOf).map((record) => [record.revision, record.event.id]));
  for (const { partition, offset, revision: at, event } of entries) {
    if (stored.get(at) !== event.id) throw new StoreBehindLog(partition, offset, stream, at);
  }
  const logged = new Set(revisions);
  return commits.filter((commit) => recordsOf(commit).every((record) => logged.has(record.revision)));
}

/** The log has an event that the store lacks: an older state of the store was restored. Needs a re-log, never a write on top. */
export class StoreBehindLog extends Error {
  override readonly name = 'StoreBehindLog';
  constructor(
    readonly partition: Partition,
    readonly offset: Offset,
    readonly stream: StreamName,
    readonly revision: Revision,
  ) {
    super(
      `Partition ${String(partition)} of the log has revision ${String(revision)} of ${stream} at ${String(offset)}, which the event store lacks: ` +
        'an older state of the store was restored. The log must be made anew from the store before anything else is published.',
    );
  }
}
