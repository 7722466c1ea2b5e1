import type { DatabaseSync } from 'node:sqlite';
import {
  epoch,
  offset,
  partition,
  revision,
  streamName,
  type Progress,
  type ProjectionName,
  type StreamName,
} from '@headwater/event-sourcing';
import type { ProjectionStoreSubject, StoredProjection } from '@headwater/event-sourcing/testing';
import { databasePath } from '../data-folder.js';
import { Query, openForReading, openForWriting } from '../database.js';
import { DEFAULT_BOUNDS } from '../options.js';
import { SqliteProjectionStore } from '../projection-store.js';
import { SqliteProgress } from '../readers/progress.reader.js';
import { Served } from '../readers/served.js';
import { migrate } from '../schema.js';
import { ONLY_PARTITION } from '../stored-log.js';
import { Streams } from '../streams.js';
import { countersTable } from '../tables/counters.js';
import { TermReader } from '../terms.js';
import { temporaryFolder } from './temporary.js';

type HistoryRow = readonly [organization: string, project: string, partition: number, offset: number, stream: string, revision: number];

/** The projection store on this thread, as its contract wants it, with progress read by another connection. */
class ProjectionStoreWithProgress extends SqliteProjectionStore {
  readonly reader: DatabaseSync;
  readonly #served: Served;
  readonly #progress: SqliteProgress;

  constructor(folder: string, writer: DatabaseSync) {
    super(writer, new Streams(writer, 100), () => undefined, 100);
    this.reader = openForReading(databasePath(folder), DEFAULT_BOUNDS);
    this.#served = new Served(this.reader, new TermReader(this.reader, 100));
    this.#progress = new SqliteProgress(this.#served, () => undefined);
  }

  lastApplied(projection: ProjectionName, streams: readonly StreamName[]): Promise<readonly Progress[]> {
    this.#served.switchTo(this.served(ONLY_PARTITION));
    return this.#progress.lastApplied(projection, streams);
  }
}

/** Makes subjects of the projection store's contract for these projections. */
export const projectionSubject =
  (projections: readonly [StoredProjection, StoredProjection]) => async (): Promise<ProjectionStoreSubject> => {
    const folder = temporaryFolder();
    const open: DatabaseSync[] = [];
    const close = (): void => {
      for (const db of open.splice(0)) db.close();
    };
    const start = (): ProjectionStoreWithProgress => {
      close();
      const writer = openForWriting(databasePath(folder.path), DEFAULT_BOUNDS);
      open.push(writer);
      migrate(writer, folder.path);
      const store = new ProjectionStoreWithProgress(folder.path, writer);
      open.push(store.reader);
      return store;
    };
    const store = start();
    const copyOf = (projection: ProjectionName): number => {
      const copy = store.served(ONLY_PARTITION).find((one) => one.projection === projection);
      if (copy === undefined) throw new Error(`${projection} is not served.`);
      return copy.copy;
    };
    return {
      store,
      projections,
      counter: async (projection, key) => {
        const total = new Query<readonly [number]>(store.reader, `SELECT total FROM ${countersTable(copyOf(projection))} WHERE key = ?`);
        return total.get(key)?.[0] ?? 0;
      },
      history: async (projection, stream) => {
        const history = new Query<HistoryRow>(
          store.reader,
          `SELECT h.organization, h.project, h.partition, h.offset, s.name, h.revision FROM history_${copyOf(projection)} h
         JOIN streams s ON s.id = h.stream WHERE s.name = ? ORDER BY h.partition, h.offset`,
        );
        return history.all(stream).map(([organization, project, of, at, name, rev]) => ({
          organization,
          project,
          partition: partition(of),
          offset: offset(at),
          stream: streamName(name),
          revision: revision(rev),
        }));
      },
      reopen: async () => start(),
      close: async () => {
        close();
        folder.remove();
      },
    };
  };

/** An epoch for stores that no log feeds. */
export const TEST_EPOCH = epoch('0123456789abcdef');
