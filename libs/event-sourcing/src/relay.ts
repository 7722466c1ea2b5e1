import { revision, type Partition } from './brand.js';
import type { Commit } from './event.js';
import type { LogPublisher, LogRecord } from './event-log.js';
import type { CommitKey } from './event-store.js';
import type { Outbox } from './outbox.js';

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
    await log.publish(partition, commits.flatMap(recordsOf));
    await outbox.published(commits);
    published += commits.length;
    after = { stream: last.stream, base: last.base };
  }
}
