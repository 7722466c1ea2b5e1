import type { DatabaseSync } from 'node:sqlite';
import {
  BEFORE_FIRST,
  epoch,
  eventId,
  offset,
  partition,
  revision,
  streamName,
  type Epoch,
  type EventLog,
  type LogEntry,
  type Offset,
  type Partition,
  type ReadLimit,
  type StoredEvent,
} from '@headwater/event-sourcing';
import { Query } from './database.js';
import { charactersOfEvent } from './messages.js';

/** SQLite has one partition. */
export const ONLY_PARTITION = partition(0);

export type EventColumns = readonly [
  eventId: string,
  head: string,
  source: string | null,
  compacted: string | null,
  expanded: string | null,
];

export const EVENT_COLUMNS = 'l.event_id, l.head, l.source, l.compacted, l.expanded';

export function storedEvent([id, head, source, compacted, expanded]: EventColumns): StoredEvent {
  const event = { id: eventId(id), head };
  return source === null || compacted === null || expanded === null ? event : { ...event, content: { source, compacted, expanded } };
}

export type EntryRow = readonly [seq: number, stream: string, revision: number, ...EventColumns];

export const ENTRY_COLUMNS = `l.seq, s.name, l.revision, ${EVENT_COLUMNS}`;

export function logEntry([seq, stream, at, ...event]: EntryRow): LogEntry {
  return {
    partition: ONLY_PARTITION,
    offset: offset(seq - 1),
    stream: streamName(stream),
    revision: revision(at),
    event: storedEvent(event),
  };
}

/** Reads rows until there are enough of them, or of their characters; at least one. */
export function within<Row, Value>(rows: Iterable<Row>, characters: number, read: (row: Row) => readonly [Value, number]): Value[] {
  const values: Value[] = [];
  let left = characters;
  for (const row of rows) {
    const [value, size] = read(row);
    values.push(value);
    left -= size;
    if (left <= 0) break;
  }
  return values;
}

/** The log as the file holds it: an entry's offset is its sequence number less one. */
export class StoredLog implements EventLog {
  readonly #read: Query<EntryRow>;
  readonly #last: Query<readonly [number | null]>;
  readonly #epoch: Query<readonly [string]>;

  constructor(db: DatabaseSync) {
    this.#read = new Query(
      db,
      `SELECT ${ENTRY_COLUMNS} FROM log l CROSS JOIN streams s ON s.id = l.stream WHERE l.seq > ? ORDER BY l.seq LIMIT ?`,
    );
    this.#last = new Query(db, 'SELECT max(seq) FROM log');
    this.#epoch = new Query(db, "SELECT value FROM meta WHERE key = 'epoch'");
  }

  async epoch(): Promise<Epoch> {
    return this.epochNow();
  }

  epochNow(): Epoch {
    return epoch(this.#epoch.get()?.[0] ?? '');
  }

  async partitions(): Promise<readonly Partition[]> {
    return [ONLY_PARTITION];
  }

  async read(_partition: Partition, after: Offset, limit: ReadLimit): Promise<readonly LogEntry[]> {
    return this.readNow(after, limit);
  }

  readNow(after: Offset, { entries, characters }: ReadLimit): readonly LogEntry[] {
    return within(this.#read.iterate(after + 1, entries), characters, (row) => {
      const entry = logEntry(row);
      return [entry, charactersOfEvent(entry.event)];
    });
  }

  async last(): Promise<Offset> {
    return this.lastNow();
  }

  lastNow(): Offset {
    const [seq] = this.#last.get() ?? [null];
    return seq === null ? BEFORE_FIRST : offset(seq - 1);
  }
}

/**
 * The log as the writer's thread sees it. It keeps the newest entries, which the projections want next, as they came: nothing is read back
 * and decoded that has just been written.
 */
export class RecentLog implements EventLog {
  readonly #stored: StoredLog;
  #recent: LogEntry[] = [];
  #characters = 0;
  /** What was read last from the file, for looking entries up again. */
  #page: readonly LogEntry[] = [];
  #last: Offset;

  constructor(
    db: DatabaseSync,
    private readonly bound: number,
  ) {
    this.#stored = new StoredLog(db);
    this.#last = this.#stored.lastNow();
  }

  epoch(): Promise<Epoch> {
    return this.#stored.epoch();
  }

  partitions(): Promise<readonly Partition[]> {
    return this.#stored.partitions();
  }

  async last(): Promise<Offset> {
    return this.#last;
  }

  get lastOffset(): Offset {
    return this.#last;
  }

  /** Takes in what has been made durable. */
  add(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      this.#recent.push(entry);
      this.#characters += charactersOfEvent(entry.event);
      this.#last = entry.offset;
    }
    if (this.#characters > this.bound) this.#forgetOldest();
  }

  /** Looks at the file again, where it is not known what became of a write. */
  refresh(): void {
    this.#recent = [];
    this.#characters = 0;
    this.#last = this.#stored.lastNow();
  }

  /** An entry, if it is among those that are kept. */
  kept(at: Offset): LogEntry | undefined {
    return entryIn(this.#recent, at) ?? entryIn(this.#page, at);
  }

  async read(_partition: Partition, after: Offset, limit: ReadLimit): Promise<readonly LogEntry[]> {
    if (after >= this.#last) return [];
    const { entries } = limit;
    const first = this.#recent[0]?.offset;
    if (first === undefined || after + 1 < first) {
      this.#page = this.#stored.readNow(after, { entries, characters: limit.characters });
      return this.#page;
    }
    const from = after + 1 - first;
    const page: LogEntry[] = [];
    let left = limit.characters;
    for (let index = from; index < this.#recent.length && page.length < entries && left > 0; index += 1) {
      const entry = this.#recent[index];
      if (entry === undefined) break;
      page.push(entry);
      left -= charactersOfEvent(entry.event);
    }
    return page;
  }

  #forgetOldest(): void {
    let forget = 0;
    // Half of them at once, so that the list is not copied for every append.
    while (this.#characters > this.bound / 2) {
      const oldest = this.#recent[forget];
      if (oldest === undefined) break;
      this.#characters -= charactersOfEvent(oldest.event);
      forget += 1;
    }
    this.#recent = this.#recent.slice(forget);
  }
}

function entryIn(entries: readonly LogEntry[], at: Offset): LogEntry | undefined {
  const first = entries[0]?.offset;
  return first === undefined ? undefined : entries[at - first];
}
