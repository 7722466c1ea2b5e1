import type { DatabaseSync } from 'node:sqlite';
import {
  BEFORE_FIRST,
  CopyDropped,
  StreamUnparked,
  WatermarkMoved,
  epoch as asEpoch,
  eventId,
  offset,
  partition,
  projectionName,
  revision,
  streamName,
  type Epoch,
  type LogEntry,
  type Offset,
  type ParkedEvent,
  type ParkedStream,
  type Partition,
  type ProjectionBatch,
  type ProjectionCopies,
  type ProjectionName,
  type ProjectionStore,
  type Revision,
  type Row,
  type StreamName,
} from '@headwater/event-sourcing';
import { Query } from './database.js';
import type { ServedCopy } from './messages.js';
import { ONLY_PARTITION } from './stored-log.js';
import type { Streams } from './streams.js';
import { kindOf } from './tables/kinds.js';
import type { ProjectionTables, Shared } from './tables/tables.js';
import { TermReader, TermWriter } from './terms.js';

interface Copy {
  readonly id: number;
  readonly name: ProjectionName;
  readonly version: number;
  readonly epoch: Epoch;
  state: 'building' | 'served' | 'retired';
  tables: ProjectionTables | undefined;
  /** Parked events, so that the usual case, none, asks nothing. */
  parked: number;
}

/** How many rows of a retired copy are deleted at once. */
const DISCARDED_ROWS = 2000;

/**
 * The read models' writing side, on the connection that writes. Copies live side by side, each with tables of its own that are named by
 * the copy's number in `projection_copies`.
 *
 * Its transactions need not be on the disk when they end: what a power cut takes is replayed from the watermark that it leaves, the log
 * itself is, and the write-ahead log keeps their order.
 */
export class SqliteProjectionStore implements ProjectionStore {
  readonly #shared: Shared;
  readonly #copies = new Map<string, Copy>();
  readonly #watermark: Query<readonly [number]>;
  readonly #move: Query;
  readonly #begin: Query;
  readonly #park: Query;
  readonly #unpark: Query;
  readonly #stands: Query<readonly [number]>;
  readonly #parkedAmong: Query<readonly [at: number, last: number, eventId: string]>;
  readonly #parked: Query<ParkedRow>;
  readonly #parkedOf: Query<ParkedRow>;

  constructor(
    private readonly db: DatabaseSync,
    streams: Streams,
    kept: (at: Offset) => LogEntry | undefined,
    cached: number,
  ) {
    this.#shared = { db, streams, terms: new TermWriter(db, cached), read: new TermReader(db, cached), kept, cached };
    this.#watermark = new Query(db, 'SELECT offset FROM watermarks WHERE copy = ? AND partition = ?');
    this.#move = new Query(db, 'UPDATE watermarks SET offset = ? WHERE copy = ? AND partition = ? AND offset = ?');
    this.#begin = new Query(db, 'INSERT INTO watermarks (copy, partition, offset) VALUES (?, ?, ?)');
    this.#park = new Query(
      db,
      'INSERT INTO parked (copy, stream, revision, event_id, partition, offset, reason, after) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#unpark = new Query(db, 'DELETE FROM parked WHERE copy = ? AND stream = ? AND revision <= ?');
    this.#stands = new Query(db, 'SELECT 1 FROM parked WHERE copy = ? AND stream = ? AND revision = ?');
    this.#parkedAmong = new Query(
      db,
      `SELECT (SELECT min(f.revision) FROM parked f WHERE f.copy = p.copy AND f.stream = p.stream), p.revision, p.event_id
       FROM parked p WHERE p.copy = ? AND p.stream = ? ORDER BY p.revision DESC LIMIT 1`,
    );
    const parked = `SELECT s.name, p.revision, p.event_id, p.partition, p.offset, p.reason, p.after FROM parked p
       CROSS JOIN streams s ON s.id = p.stream WHERE p.copy = ?`;
    this.#parked = new Query(db, `${parked} ORDER BY s.name, p.revision LIMIT ?`);
    this.#parkedOf = new Query(db, `${parked} AND p.stream = ? ORDER BY p.revision LIMIT ?`);
    this.#readCopies();
  }

  #readCopies(): void {
    this.#copies.clear();
    const copies = new Query<readonly [number, string, number, string, Copy['state'], number]>(
      this.db,
      `SELECT c.id, c.name, c.version, c.epoch, c.state, (SELECT count(*) FROM parked p WHERE p.copy = c.id)
       FROM projection_copies c ORDER BY c.id`,
    );
    for (const [id, name, version, of, state, parked] of copies.all()) {
      const copy = { id, name: projectionName(name), version, epoch: asEpoch(of), state, tables: undefined, parked };
      this.#copies.set(keyOf(copy.name, version), copy);
    }
  }

  async watermark(projection: ProjectionName, version: number, of: Partition): Promise<Offset> {
    return this.#standsAt(this.#copy(projection, version), of);
  }

  #standsAt(copy: Copy, of: Partition): Offset {
    const [at] = this.#watermark.get(copy.id, of) ?? [];
    return at === undefined ? BEFORE_FIRST : offset(at);
  }

  async load(projection: ProjectionName, version: number, streams: readonly StreamName[]): Promise<readonly (Row<unknown> | undefined)[]> {
    const copy = this.#find(projection, version);
    if (copy === undefined) return streams.map(() => undefined);
    const tables = this.#tables(copy);
    const watermark = this.#standsAt(copy, ONLY_PARTITION);
    return streams.map((stream) => {
      const known = this.#shared.streams.find(stream);
      if (known === undefined) return undefined;
      // What began after the watermark cannot be here yet: most of what is written is new.
      if (known.first !== undefined && known.first - 1 > watermark) {
        tables.absent(known.id);
        return undefined;
      }
      return tables.load(known.id, stream);
    });
  }

  async parkedAmong(
    projection: ProjectionName,
    version: number,
    streams: readonly StreamName[],
  ): Promise<ReadonlyMap<StreamName, ParkedStream>> {
    const parked = new Map<StreamName, ParkedStream>();
    const copy = this.#find(projection, version);
    if (copy === undefined || copy.parked === 0) return parked;
    for (const stream of streams) {
      const known = this.#shared.streams.find(stream);
      const found = known === undefined ? undefined : this.#parkedAmong.get(copy.id, known.id);
      if (found === undefined) continue;
      const [at, last, id] = found;
      parked.set(stream, { at: revision(at), last: { revision: revision(last), eventId: eventId(id) } });
    }
    return parked;
  }

  async commit(batches: readonly ProjectionBatch[]): Promise<void> {
    const parked = new Map<Copy, number>();
    this.#transaction(() => {
      for (const batch of batches) {
        const copy = this.#copy(batch.projection, batch.version);
        this.#advance(copy, batch);
        this.#apply(copy, batch);
        parked.set(copy, (parked.get(copy) ?? 0) + batch.parked.length);
      }
    });
    for (const [copy, count] of parked) {
      copy.parked += count;
      copy.tables?.settled();
    }
  }

  #advance(copy: Copy, { partition: of, expected, watermark }: ProjectionBatch): void {
    if (this.#move.run(watermark, copy.id, of, expected) === 1) return;
    const found = this.#standsAt(copy, of);
    if (found !== expected || this.#watermark.get(copy.id, of) !== undefined) throw new WatermarkMoved(copy.name, of, expected, found);
    this.#begin.run(copy.id, of, watermark);
  }

  #apply(copy: Copy, { rows, counters, history, parked }: ProjectionBatch): void {
    const { streams } = this.#shared;
    const tables = this.#tables(copy);
    for (const row of rows) tables.put(streams.idOf(row.stream), row);
    tables.count(counters);
    if (history.length > 0) tables.keep(history);
    for (const event of parked) {
      const { stream: name, revision: at, eventId: id, partition: of, offset: place, reason, after } = event;
      const stream = streams.idOf(name);
      if (after !== undefined && this.#stands.get(copy.id, stream, after) === undefined) throw new StreamUnparked(copy.name, name);
      this.#park.run(copy.id, stream, at, id, of, place, reason, after ?? null);
    }
  }

  async parked(projection: ProjectionName, version: number, limit: number, stream?: StreamName): Promise<readonly ParkedEvent[]> {
    const copy = this.#find(projection, version);
    const known = stream === undefined ? undefined : this.#shared.streams.find(stream);
    if (copy === undefined || (stream !== undefined && known === undefined)) return [];
    return (known === undefined ? this.#parked.all(copy.id, limit) : this.#parkedOf.all(copy.id, known.id, limit)).map(parkedEvent);
  }

  async unpark(
    projection: ProjectionName,
    version: number,
    expected: Revision | 0,
    row: Row<unknown>,
    counters: ReadonlyMap<string, number>,
  ): Promise<boolean> {
    const copy = this.#copy(projection, version);
    const tables = this.#tables(copy);
    let forgotten: number | undefined;
    this.#transaction(() => {
      const stream = this.#shared.streams.idOf(row.stream);
      if ((tables.load(stream, row.stream)?.revision ?? 0) === expected) {
        tables.put(stream, row);
        forgotten = this.#unpark.run(copy.id, stream, row.revision);
        tables.count(counters);
      }
    });
    tables.settled();
    copy.parked -= forgotten ?? 0;
    return forgotten !== undefined;
  }

  async versions(projection: ProjectionName): Promise<ProjectionCopies> {
    const copies = [...this.#copies.values()].filter(({ name }) => name === projection).sort((a, b) => a.version - b.version);
    const served = copies.find(({ state }) => state === 'served');
    const building = copies.filter(({ state }) => state === 'building').map(({ version, epoch }) => ({ version, epoch }));
    return { ...(served === undefined ? {} : { served: { version: served.version, epoch: served.epoch } }), building };
  }

  async create(projection: ProjectionName, version: number, epoch: Epoch): Promise<void> {
    if (this.#find(projection, version) !== undefined) return;
    this.#transaction(() => {
      const insert = new Query(this.db, "INSERT INTO projection_copies (name, version, epoch, state) VALUES (?, ?, ?, 'building')");
      const id = insert.insert(projection, version, epoch);
      this.db.exec(kindOf(projection).create(id));
    });
    this.#readCopies();
  }

  /** The copies that are not served any more stay until `discard`: a reader on another thread may still be asking them. */
  async serve(projection: ProjectionName, version: number): Promise<void> {
    const copy = this.#copy(projection, version);
    if (copy.state === 'served') return;
    this.#transaction(() => {
      new Query(
        this.db,
        "UPDATE projection_copies SET state = 'retired' WHERE name = ? AND id <> ? AND (version < ? OR state = 'served')",
      ).run(projection, copy.id, version);
      new Query(this.db, "UPDATE projection_copies SET state = 'served' WHERE id = ?").run(copy.id);
    });
    this.#readCopies();
  }

  /** The served copies of all projections, with the watermark of a partition. */
  served(of: Partition): readonly ServedCopy[] {
    return [...this.#copies.values()]
      .filter(({ state }) => state === 'served')
      .map((copy) => ({ projection: copy.name, copy: copy.id, watermark: this.#standsAt(copy, of) }));
  }

  /**
   * Throws away some of the rows of a copy that nobody is served from, and its tables once they are empty: bounded, because a large table
   * takes long to drop and appends wait meanwhile.
   *
   * @returns whether anything was left to do.
   */
  discard(inUse: ReadonlySet<number>): boolean {
    const copy = [...this.#copies.values()].find(({ state, id }) => state === 'retired' && !inUse.has(id));
    if (copy === undefined) return false;
    copy.tables = undefined;
    const tables = kindOf(copy.name).tables(copy.id);
    this.#transaction(() => {
      for (const { name, key } of tables) {
        const deleted = new Query(
          this.db,
          `DELETE FROM ${name} WHERE (${key}) IN (SELECT ${key} FROM ${name} ORDER BY ${key} LIMIT ${String(DISCARDED_ROWS)})`,
        ).run();
        if (deleted > 0) return;
      }
      for (const { name } of tables) this.db.exec(`DROP TABLE ${name}`);
      for (const table of ['parked', 'watermarks']) new Query(this.db, `DELETE FROM ${table} WHERE copy = ?`).run(copy.id);
      new Query(this.db, 'DELETE FROM projection_copies WHERE id = ?').run(copy.id);
    });
    if (new Query(this.db, 'SELECT id FROM projection_copies WHERE id = ?').get(copy.id) === undefined) this.#readCopies();
    return true;
  }

  /** Every line of a served copy, in order (`ProjectionTables.lines`). */
  lines(projection: ProjectionName): Iterable<string> {
    const copy = [...this.#copies.values()].find(({ name, state }) => name === projection && state === 'served');
    return copy === undefined ? [] : this.#tables(copy).lines();
  }

  /** Forgets whatever a transaction may have left in memory that was rolled back. */
  forget(): void {
    const { streams, terms, read } = this.#shared;
    streams.forget();
    terms.forget();
    read.forget();
    for (const { tables } of this.#copies.values()) tables?.forget();
  }

  #find(projection: ProjectionName, version: number): Copy | undefined {
    const copy = this.#copies.get(keyOf(projection, version));
    return copy?.state === 'retired' ? undefined : copy;
  }

  #copy(projection: ProjectionName, version: number): Copy {
    const copy = this.#find(projection, version);
    if (copy === undefined) throw new CopyDropped(projection, version);
    return copy;
  }

  #tables(copy: Copy): ProjectionTables {
    return (copy.tables ??= kindOf(copy.name).open(this.#shared, copy.id));
  }

  #transaction(change: () => void): void {
    const { db } = this;
    db.exec('PRAGMA synchronous = NORMAL');
    try {
      db.exec('BEGIN IMMEDIATE');
      change();
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      this.forget();
      throw error;
    } finally {
      db.exec('PRAGMA synchronous = FULL');
    }
  }
}

type ParkedRow = readonly [
  stream: string,
  revision: number,
  eventId: string,
  partition: number,
  offset: number,
  reason: string,
  after: number | null,
];

const parkedEvent = ([stream, at, id, of, place, reason, after]: ParkedRow): ParkedEvent => ({
  stream: streamName(stream),
  revision: revision(at),
  eventId: eventId(id),
  partition: partition(of),
  offset: offset(place),
  reason,
  ...(after === null ? {} : { after: revision(after) }),
});

const keyOf = (projection: ProjectionName, version: number): string => `${projection} ${String(version)}`;
