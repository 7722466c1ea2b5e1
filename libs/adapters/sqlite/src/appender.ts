import type { DatabaseSync } from 'node:sqlite';
import { offset, revision, type Commit, type LogEntry, type Receipt } from '@headwater/event-sourcing';
import { Query } from './database.js';
import { isFull, messageOf } from './errors.js';
import { CommitFields, type Field, type GroupFailure, type Unit, type UnitOutcome } from './messages.js';
import { ONLY_PARTITION } from './stored-log.js';
import type { Streams } from './streams.js';

/** A group that was not stored, or of which that is not known. */
export class GroupRefused extends Error {
  override readonly name = 'GroupRefused';
  constructor(
    readonly failure: GroupFailure,
    cause: unknown,
  ) {
    super(failure.message, { cause });
  }
}

/** Stores groups of commits, each group in one transaction. */
export class Appender {
  readonly #insert: Query;
  readonly #receipt: Query;
  readonly #lastSeq: Query<readonly [number | null]>;
  /** Sequence number of the newest event; none is left out, so that offsets are contiguous. */
  #seq: number;
  #entries: LogEntry[] = [];

  constructor(
    private readonly db: DatabaseSync,
    private readonly streams: Streams,
  ) {
    this.#insert = new Query(
      db,
      `INSERT INTO log (seq, stream, revision, base, event_id, after, source, compacted, head, expanded)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#receipt = new Query(db, 'INSERT INTO receipts (push, first, last, written) VALUES (?, ?, ?, ?)');
    this.#lastSeq = new Query(db, 'SELECT max(seq) FROM log');
    this.#seq = this.#lastSeq.get()?.[0] ?? 0;
  }

  /**
   * @param also stores something else in the same transaction, with what became of the units; where it throws, nothing is stored.
   * @returns each unit's outcome and the entries that the log has gained, once they are durable.
   * @throws GroupRefused
   */
  append(
    units: readonly Unit[],
    fields: readonly Field[],
    also?: (outcomes: readonly UnitOutcome[]) => void,
  ): { readonly outcomes: readonly UnitOutcome[]; readonly entries: readonly LogEntry[] } {
    this.#entries = [];
    const before = this.#seq;
    let committing = false;
    try {
      this.db.exec('BEGIN IMMEDIATE');
      const commits = new CommitFields(fields);
      const outcomes = units.map((unit) => this.#unit(unit, commits));
      also?.(outcomes);
      committing = true;
      this.db.exec('COMMIT');
      return { outcomes, entries: this.#entries };
    } catch (error) {
      this.#entries = [];
      this.#seq = before;
      const stored = this.#rollBack() && !(committing && !isFull(error)) ? 'no' : 'unknown';
      throw new GroupRefused({ stored, message: messageOf(error) }, error);
    }
  }

  /** @returns whether nothing of the transaction is left. */
  #rollBack(): boolean {
    try {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      return true;
    } catch {
      return false;
    } finally {
      this.streams.forget();
    }
  }

  #unit(unit: Unit, fields: CommitFields): UnitOutcome {
    if (unit.kind === 'together') {
      const commits = Array.from({ length: unit.commits }, () => fields.next());
      return { kind: 'together', conflicts: this.#together(commits, unit.receipt) };
    }
    const conflicts: number[] = [];
    for (let index = 0; index < unit.commits; index += 1) if (!this.#commit(fields.next())) conflicts.push(index);
    return { kind: 'each', conflicts };
  }

  #together(commits: readonly Commit[], receipt: Receipt | undefined): readonly number[] {
    // Looked at before anything is stored: others of the group must not be rolled back with these.
    const ends = new Map<string, number>();
    const conflicts: number[] = [];
    commits.forEach((commit, index) => {
      const end = ends.get(commit.stream) ?? this.streams.find(commit.stream)?.revision ?? 0;
      if (commit.base === end) ends.set(commit.stream, end + commit.events.length);
      else conflicts.push(index);
    });
    if (conflicts.length > 0) return conflicts;
    const first = this.#seq + 1;
    for (const commit of commits) {
      if (!this.#commit(commit)) throw new Error(`${commit.stream} changed while it was being written.`);
    }
    if (receipt !== undefined) this.#keep(receipt, commits, first);
    return [];
  }

  #keep({ push, written }: Receipt, commits: readonly Commit[], first: number): void {
    const asCommitted =
      written.length === commits.length &&
      commits.every(
        ({ stream, base, events }, index) => written[index]?.stream === stream && written[index].revision === base + events.length,
      );
    const range = commits.length === 0 || !asCommitted ? [null, null] : [first, this.#seq];
    const others = asCommitted ? null : JSON.stringify(written.map((one) => [one.stream, one.revision]));
    this.#receipt.run(push, ...range, others);
  }

  /** @returns false for a commit that is not based on its stream's newest revision. */
  #commit({ stream: name, base, events, after }: Commit): boolean {
    const known = this.streams.find(name);
    if ((known?.revision ?? 0) !== base) return false;
    const end = { base, revision: base + events.length, newest: this.#seq + events.length };
    const id = known?.id ?? this.streams.add(name, end).id;
    if (known !== undefined) this.streams.moved(known, end);
    const last = events.length - 1;
    events.forEach((event, index) => {
      const seq = (this.#seq += 1);
      const at = base + 1 + index;
      const { source = null, compacted = null, expanded = null } = event.content ?? {};
      this.#insert.run(seq, id, at, base, event.id, index === last ? after : null, source, compacted, event.head, expanded);
      this.#entries.push({ partition: ONLY_PARTITION, offset: offset(seq - 1), stream: name, revision: revision(at), event });
    });
    return true;
  }
}
