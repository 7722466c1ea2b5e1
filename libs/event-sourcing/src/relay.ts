import { offset, revision, type Offset, type Partition, type Revision, type StreamName } from './brand.js';
import type { Commit, Content, LogEntry } from './event.js';
import { LogTrimmed, type EventLog, type LogPublisher, type LogRecord, type ReadLimit } from './event-log.js';
import type { CommitKey, EventStore } from './event-store.js';
import type { Lease, Outbox } from './outbox.js';

/** A commit's events as records of the log. */
export const recordsOf = (commit: Commit): readonly LogRecord[] =>
  commit.events.map((event, index) => ({ stream: commit.stream, revision: revision(commit.base + 1 + index), event }));

/** Characters of a commit's events, by which batches and pages are bounded. */
export const charactersOf = ({ events }: Commit): number =>
  events.reduce((sum, { head, content }) => sum + head.length + (content === undefined ? 0 : charactersOfContent(content)), 0);

const charactersOfContent = ({ source, expanded, compacted }: Content): number => source.length + expanded.length + compacted.length;

export interface RelayBounds {
  /** Commits that are read, and sent, at once. */
  readonly commits: number;
  /** Characters of events that are sent at once; a commit that has more is sent alone. */
  readonly characters: number;
}

/**
 * Publishes commits and notes them as published, in the order given. A publish that fails has an unknown outcome: what was not noted is still
 * pending.
 *
 * @param mayPublish asked before each publish: where it says no, the rest is left pending.
 * @returns how many commits were published.
 */
export async function publishCommits(
  outbox: Pick<Outbox, 'published'>,
  log: LogPublisher,
  partition: Partition,
  commits: readonly Commit[],
  { characters }: Pick<RelayBounds, 'characters'>,
  mayPublish: () => boolean = () => true,
): Promise<number> {
  let published = 0;
  for (const batch of batchesOf(commits, characters)) {
    if (!mayPublish()) break;
    const reached = await log.publish(partition, batch.flatMap(recordsOf));
    await outbox.published(partition, batch, reached);
    published += batch.length;
  }
  return published;
}

/**
 * Publishes pending commits of a partition once through, in the order of each stream. Whoever calls it holds the lease; one that does not
 * any more can only repeat what consumers drop.
 *
 * @param mayPublish asked before each publish: where it says no, the rest is left pending.
 * @param found told what is pending before it is published.
 * @returns how many commits were published.
 */
export async function relayPartition(
  outbox: Outbox,
  log: LogPublisher,
  partition: Partition,
  bounds: RelayBounds,
  mayPublish: () => boolean = () => true,
  found: (commits: readonly Commit[]) => void = () => undefined,
): Promise<number> {
  let published = 0;
  let after: CommitKey | undefined;
  for (;;) {
    const commits = await outbox.pending(partition, after, bounds.commits, bounds.characters);
    found(commits);
    const sent = await publishCommits(outbox, log, partition, commits, bounds, mayPublish);
    published += sent;
    if (sent < commits.length) return published;
    const read = commits.reduce((sum, commit) => sum + charactersOf(commit), 0);
    const last = commits.at(-1);
    // A short page ends the scan: what is appended behind it is found by the next one.
    if (last === undefined || (commits.length < bounds.commits && read < bounds.characters)) return published;
    after = { stream: last.stream, base: last.base };
  }
}

/** Commits in batches of at most so many characters, each of at least one commit. */
function* batchesOf(commits: readonly Commit[], characters: number): Generator<readonly Commit[]> {
  let batch: Commit[] = [];
  let size = 0;
  for (const commit of commits) {
    const more = charactersOf(commit);
    if (batch.length > 0 && size + more > characters) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(commit);
    size += more;
  }
  if (batch.length > 0) yield batch;
}

/**
 * Notes as published what the log has after the offset that the store has noted: whoever published it could not say so any more. To be called
 * on taking a partition, before anything is published to it.
 *
 * @throws StoreBehindLog; LogTrimmed where the log ends before what the store has noted: what was acknowledged is in it no more.
 */
export async function reconcile(
  store: Pick<EventStore, 'read'> & Pick<Outbox, 'published'>,
  log: Pick<EventLog, 'read' | 'last'>,
  { partition, published }: Pick<Lease, 'partition' | 'published'>,
  limit: ReadLimit,
): Promise<void> {
  const last = await log.last(partition);
  if (last < published) throw new LogTrimmed(partition, offset(published + 1), last);
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
