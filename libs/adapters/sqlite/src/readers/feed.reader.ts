import {
  BEFORE_FIRST,
  epoch,
  eventId,
  markOf,
  movedTo,
  offset,
  offsetIn,
  startOf,
  type Epoch,
  type FeedPosition,
  type Offset,
} from '@headwater/event-sourcing';
import { projectName, type ProjectRef } from '@headwater/event-contracts';
import {
  FEED,
  PositionLost,
  type ChangedItem,
  type ChangesPage,
  type FeedReader,
  type FeedScope,
  type HistoryPage,
} from '@headwater/read-models';
import { Query, asking, inSnapshot } from '../database.js';
import { charactersOfEvent } from '../messages.js';
import { ENTRY_COLUMNS, ONLY_PARTITION, logEntry, within, type EntryRow } from '../stored-log.js';
import { decodeFeedRow, feedColumns, feedTable, historyTable, type FeedColumns } from '../tables/feed.tables.js';
import { PerCopy, type Served } from './served.js';

type ChangeRow = readonly [name: string, source: string | null, ...FeedColumns];

interface Statements {
  readonly copy: number;
  readonly changes: Query<ChangeRow>;
  readonly moreChanges: Query<readonly [number]>;
  readonly globally: Query<EntryRow>;
  readonly ofOrganization: Query<EntryRow>;
  readonly ofProject: Query<EntryRow>;
}

/**
 * Reads the feed. Everything that a page says was so at one moment: the watermark that bounds it is read first, in the same transaction as
 * its rows, so that no row can have moved behind the position that the page ends at.
 */
export class SqliteFeedReader implements FeedReader {
  readonly #statements: PerCopy<Statements>;
  readonly #eventId: Query<readonly [string]>;
  readonly #epoch: Epoch;
  readonly #listeners = new Set<() => void>();
  /** Where the feed stood when it was asked last: those who poll ask more often than it moves, and entries of the log stay. */
  #head: FeedPosition | undefined;

  constructor(
    private readonly served: Served,
    private readonly pageCharacters: number,
  ) {
    const { db } = served;
    this.#statements = new PerCopy(served, FEED, (copy) => {
      const [feed, history] = [feedTable(copy), historyTable(copy)];
      const events = (scope: string): string =>
        `SELECT ${ENTRY_COLUMNS} FROM ${history} h CROSS JOIN log l ON l.seq = h.offset + 1 CROSS JOIN streams s ON s.id = l.stream
         WHERE ${scope} h.offset > ? AND h.offset <= ? ORDER BY h.offset LIMIT ?`;
      const range = 'project = ? AND offset > ? AND offset <= ? AND item = 1';
      return {
        copy,
        changes: new Query(
          db,
          `SELECT s.name, l.source, ${feedColumns('f')} FROM ${feed} f CROSS JOIN streams s ON s.id = f.stream
           LEFT JOIN log l ON l.seq = f.content WHERE ${range} ORDER BY f.offset LIMIT ?`,
        ),
        moreChanges: new Query(db, `SELECT 1 FROM ${feed} WHERE ${range} LIMIT 1`),
        globally: new Query(db, events('')),
        ofOrganization: new Query(db, events('h.organization = ? AND')),
        ofProject: new Query(db, events('h.project = ? AND')),
      };
    });
    this.#eventId = new Query(db, 'SELECT event_id FROM log WHERE seq = ?');
    // An epoch is one life of the log: a file never changes its own.
    this.#epoch = epoch(new Query<readonly [string]>(db, "SELECT value FROM meta WHERE key = 'epoch'").get()?.[0] ?? '');
  }

  async head(): Promise<FeedPosition> {
    return asking(() => {
      const at = this.served.watermark(this.#statements.now.copy);
      if (this.#head === undefined || offsetIn(this.#head, ONLY_PARTITION) !== at) this.#head = this.#at(startOf(this.#epoch), at);
      return this.#head;
    });
  }

  async start(): Promise<FeedPosition> {
    return startOf(this.#epoch);
  }

  async verify(position: FeedPosition): Promise<void> {
    if (position.epoch !== this.#epoch) throw new PositionLost('The position is of another life of the log.');
    asking(() => this.#verify(position));
  }

  #verify({ partitions }: FeedPosition): void {
    for (const [partition, { offset: at, mark }] of partitions) {
      if (at === BEFORE_FIRST) continue;
      if (partition !== ONLY_PARTITION) throw new PositionLost(`The log has no partition ${partition}.`);
      const [id] = this.#eventId.get(at + 1) ?? [];
      if (id === undefined) throw new PositionLost(`The log does not reach the position ${at}.`);
      if (markOf(eventId(id)) !== mark) throw new PositionLost(`The log has another event at the position ${at}.`);
    }
  }

  async history(scope: FeedScope, after: FeedPosition, limit: number): Promise<HistoryPage> {
    return inSnapshot(this.served.db, () => {
      const statements = this.#statements.now;
      const since = offsetIn(after, ONLY_PARTITION);
      const upper = Math.max(since, this.served.watermark(statements.copy));
      if (upper === since) return { entries: [], position: after, more: false };
      const entries = within(this.#events(statements, scope, since, upper, limit), this.pageCharacters, (row) => {
        const entry = logEntry(row);
        return [entry, charactersOfEvent(entry.event)];
      });
      const last = entries.at(-1);
      const [next] = last === undefined ? [] : this.#events(statements, scope, last.offset, upper, 1);
      if (last === undefined || next === undefined) return { entries, position: this.#at(after, offset(upper)), more: false };
      return { entries, position: movedTo(after, ONLY_PARTITION, last.offset, last.event.id), more: true };
    });
  }

  #events(statements: Statements, scope: FeedScope, since: number, upper: number, limit: number): Iterable<EntryRow> {
    const { terms } = this.served;
    switch (scope.kind) {
      case 'global':
        return statements.globally.iterate(since, upper, limit);
      case 'organization': {
        const organization = terms.idOf(scope.organization);
        return organization === undefined ? [] : statements.ofOrganization.iterate(organization, since, upper, limit);
      }
      case 'project': {
        const project = terms.idOf(projectName(scope));
        return project === undefined ? [] : statements.ofProject.iterate(project, since, upper, limit);
      }
    }
  }

  async changes(project: ProjectRef, since: FeedPosition, limit: number): Promise<ChangesPage> {
    return inSnapshot(this.served.db, () => {
      const statements = this.#statements.now;
      const from = offsetIn(since, ONLY_PARTITION);
      const upper = Math.max(from, this.served.watermark(statements.copy));
      if (upper === from) return { items: [], position: since, more: false };
      const id = this.served.terms.idOf(projectName(project));
      if (id === undefined) return { items: [], position: this.#at(since, offset(upper)), more: false };
      let lastId = '';
      const items = within(
        statements.changes.iterate(id, from, upper, limit),
        this.pageCharacters,
        (row): readonly [ChangedItem, number] => {
          const [name, source, ...columns] = row;
          if (source === null) throw new Error(`The content of ${name} is not in the log.`);
          lastId = columns[2];
          return [{ row: decodeFeedRow(name, project.organization, project.project, columns), source }, source.length];
        },
      );
      const last = items.at(-1)?.row.offset;
      const next = last === undefined ? undefined : statements.moreChanges.get(id, last, upper);
      if (last === undefined || next === undefined) return { items, position: this.#at(since, offset(upper)), more: false };
      return { items, position: movedTo(since, ONLY_PARTITION, last, eventId(lastId)), more: true };
    });
  }

  /** The position with the partition moved to an offset of the log. */
  #at(position: FeedPosition, to: Offset): FeedPosition {
    if (to === BEFORE_FIRST) return position;
    const [id] = this.#eventId.get(to + 1) ?? [];
    if (id === undefined) throw new Error(`The log has no entry at ${to}, which the feed has applied.`);
    return movedTo(position, ONLY_PARTITION, to, eventId(id));
  }

  onAdvance(listener: () => void): () => void {
    // A function of its own, so that the same listener may be given twice.
    const call = (): void => listener();
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  /** Tells the listeners that there is more, in the feed or in what is projected beside it. */
  advanced(): void {
    for (const call of this.#listeners) call();
  }
}
