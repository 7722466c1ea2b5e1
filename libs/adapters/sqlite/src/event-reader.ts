import type { DatabaseSync } from 'node:sqlite';
import {
  baseAt,
  epoch,
  partition,
  pushId,
  revision,
  streamName,
  type Commit,
  type CommitKey,
  type CommitPage,
  type Epoch,
  type EventStore,
  type NewestCommit,
  type PushId,
  type Receipt,
  type Revision,
  type StreamName,
  type TokenKey,
} from '@headwater/event-sourcing';
import { Query, asking, inSnapshot } from './database.js';
import { EVENT_COLUMNS, ONLY_PARTITION, storedEvent, within, type EventColumns } from './stored-log.js';

type CommitRow = readonly [seq: number, stream: string, revision: number, base: number, after: string | null, ...EventColumns];

const COMMIT_COLUMNS = `l.seq, s.name, l.revision, l.base, l.after, ${EVENT_COLUMNS}`;

/** How many rows are looked at at once to find the end of a commit. */
const PAGE = 64;
const SCAN_PAGE = 1000;

/** The reading half of the event store. Every question is one short read transaction on the connection that it is given. */
export class EventReader implements Omit<EventStore, 'append' | 'appendTogether'> {
  readonly #newest: Query<readonly [revision: number, base: number, after: string]>;
  readonly #inRange: Query<CommitRow>;
  readonly #from: Query<CommitRow>;
  readonly #baseOf: Query<readonly [base: number]>;
  readonly #scan: Query<CommitRow>;
  readonly #receipt: Query<readonly [first: number | null, last: number | null, written: string | null]>;
  readonly #ends: Query<readonly [stream: string, revision: number]>;
  readonly #meta: Query<readonly [string]>;
  readonly #keys: Query<readonly [id: string, secret: Uint8Array<ArrayBuffer>]>;

  constructor(
    private readonly db: DatabaseSync,
    private readonly pageCharacters: number,
  ) {
    this.#newest = new Query(db, 'SELECT s.revision, s.base, l.after FROM streams s CROSS JOIN log l ON l.seq = s.newest WHERE s.name = ?');
    const ofStream = `SELECT ${COMMIT_COLUMNS} FROM streams s CROSS JOIN log l ON l.stream = s.id WHERE s.name = ?`;
    this.#inRange = new Query(db, `${ofStream} AND l.revision BETWEEN ? AND ? ORDER BY l.revision`);
    this.#from = new Query(db, `${ofStream} AND l.revision >= ? ORDER BY l.revision LIMIT ?`);
    this.#baseOf = new Query(db, 'SELECT l.base FROM streams s CROSS JOIN log l ON l.stream = s.id WHERE s.name = ? AND l.revision = ?');
    this.#scan = new Query(
      db,
      `SELECT ${COMMIT_COLUMNS} FROM log l CROSS JOIN streams s ON s.id = l.stream WHERE l.seq > ? AND l.seq <= ? ORDER BY l.seq LIMIT ?`,
    );
    this.#receipt = new Query(db, 'SELECT first, last, written FROM receipts WHERE push = ?');
    this.#ends = new Query(
      db,
      `SELECT s.name, l.revision FROM log l CROSS JOIN streams s ON s.id = l.stream
       WHERE l.seq BETWEEN ? AND ? AND l.after IS NOT NULL ORDER BY l.seq`,
    );
    this.#meta = new Query(db, 'SELECT value FROM meta WHERE key = ?');
    this.#keys = new Query(db, 'SELECT id, secret FROM token_keys ORDER BY position DESC');
  }

  async newest(streams: readonly StreamName[]): Promise<readonly (NewestCommit | undefined)[]> {
    const ask = (): readonly (NewestCommit | undefined)[] => streams.map((stream) => this.#newestOf(stream));
    // One statement is a snapshot by itself.
    return streams.length === 1 ? asking(ask) : inSnapshot(this.db, ask);
  }

  #newestOf(stream: StreamName): NewestCommit | undefined {
    const found = this.#newest.get(stream);
    if (found === undefined) return undefined;
    const [at, base, after] = found;
    return { stream, base: baseAt(revision(base)), revision: revision(at), partition: ONLY_PARTITION, after };
  }

  async read(stream: StreamName, from: Revision, to: Revision): Promise<readonly Commit[]> {
    return inSnapshot(this.db, () => {
      // Commits are given whole, so the first may begin before `from` and the last may end after `to`.
      const begin = (this.#baseOf.get(stream, Math.max(from, 1))?.[0] ?? from - 1) + 1;
      const rows = [...this.#inRange.all(stream, begin, to)];
      if (rows.length > 0) this.#complete(stream, rows);
      return commitsOf(rows);
    });
  }

  /** Reads on until the last row ends its commit. */
  #complete(stream: StreamName, rows: CommitRow[]): void {
    for (let last = rows.at(-1); last?.[4] === null; last = rows.at(-1)) {
      for (const row of this.#from.iterate(stream, last[2] + 1, PAGE)) {
        rows.push(row);
        if (row[4] !== null) break;
      }
      if (rows.at(-1) === last) throw new Error(`The last commit of ${stream} has no end.`);
    }
  }

  async commits(keys: readonly CommitKey[]): Promise<readonly (Commit | undefined)[]> {
    return inSnapshot(this.db, () =>
      keys.map(({ stream, base }) => {
        const rows = [...this.#inRange.all(stream, base + 1, base + 1)];
        if (rows[0]?.[3] !== base) return undefined;
        this.#complete(stream, rows);
        return commitsOf(rows)[0];
      }),
    );
  }

  /** @param upTo the sequence number at which a commit ends, and the scan with it. */
  async scan(after?: string, upTo = Number.MAX_SAFE_INTEGER): Promise<CommitPage> {
    const start = after === undefined ? 0 : Number(after);
    return inSnapshot(this.db, () => {
      const rows = within(this.#scan.iterate(start, upTo, SCAN_PAGE), this.pageCharacters, (row) => [row, sizeOf(row)]);
      for (let last = rows.at(-1); last?.[4] === null; last = rows.at(-1)) {
        rows.push(...this.#scan.all(last[0], upTo, 1));
        if (rows.at(-1) === last) throw new Error('The last commit of the log has no end.');
      }
      const last = rows.at(-1);
      const more = last !== undefined && this.#scan.get(last[0], upTo, 1) !== undefined;
      return { commits: commitsOf(rows), ...(more ? { next: String(last[0]) } : {}) };
    });
  }

  async receipt(push: PushId): Promise<Receipt | undefined> {
    return inSnapshot(this.db, () => {
      const found = this.#receipt.get(push);
      if (found === undefined) return undefined;
      const [first, last, written] = found;
      const pairs =
        written !== null
          ? (JSON.parse(written) as readonly (readonly [string, number])[])
          : first === null || last === null
            ? []
            : this.#ends.all(first, last);
      return { push: pushId(push), written: pairs.map(([stream, at]) => ({ stream: streamName(stream), revision: revision(at) })) };
    });
  }

  async partitionFor(): Promise<typeof ONLY_PARTITION> {
    return ONLY_PARTITION;
  }

  async epoch(): Promise<Epoch> {
    return asking(() => epoch(this.#meta.get('epoch')?.[0] ?? ''));
  }

  async tokenKeys(): Promise<readonly [TokenKey, ...TokenKey[]]> {
    const [current, ...older] = asking(() => this.#keys.all()).map(([id, secret]) => ({ id, secret }));
    if (current === undefined) throw new Error('The store has no token key.');
    return [current, ...older];
  }
}

const sizeOf = ([, , , , after, , head, source, compacted, expanded]: CommitRow): number =>
  (after?.length ?? 0) + head.length + (source?.length ?? 0) + (compacted?.length ?? 0) + (expanded?.length ?? 0);

/** Rows of whole commits, in order. */
function commitsOf(rows: readonly CommitRow[]): readonly Commit[] {
  const commits: Commit[] = [];
  let events: Commit['events'][number][] = [];
  for (const [, stream, , base, after, ...event] of rows) {
    events.push(storedEvent(event));
    if (after === null) continue;
    commits.push({ stream: streamName(stream), base: baseAt(revision(base)), partition: partition(0), events, after });
    events = [];
  }
  return commits;
}
