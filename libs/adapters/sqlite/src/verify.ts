import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ProjectionRunner, type EventLog, type LogEntry, type Offset, type ProjectionName } from '@headwater/event-sourcing';
import { eventCodec } from '@headwater/event-contracts';
import { PROJECTIONS } from '@headwater/read-models';
import { Problems, compareLines, type ComparedLines, type Findings } from '@headwater/verification';
import { databasePath, lockFolder } from './data-folder.js';
import { Query, openForWriting } from './database.js';
import { DataFolderTooNew, DataFolderUnreadable, isUnreadable, messageOf } from './errors.js';
import { DEFAULT_BOUNDS } from './options.js';
import { SqliteProjectionStore } from './projection-store.js';
import { NEWEST_FORMAT, formatOf, migrate } from './schema.js';
import { ONLY_PARTITION, StoredLog } from './stored-log.js';
import { Streams } from './streams.js';
import { kindOf } from './tables/kinds.js';
import { assertWhole } from './transfer/import-mark.js';
import { verifyLog } from './verify-log.js';

/** How the served copy of a projection compares with a replay of the log up to where it stands. */
export interface VerifiedProjection extends ComparedLines {
  readonly name: ProjectionName;
  readonly watermark: Offset;
  readonly parked: number;
}

export interface VerificationReport extends Findings {
  readonly projections: readonly VerifiedProjection[];
}

const REPLAY_LIMIT = { entries: 2000, characters: 16 * 1024 * 1024 };

/**
 * Checks a data folder whose service is stopped: the event store in itself, and every projection against a replay of the log into tables of
 * its own, which are made beside the database and removed again. Nothing in the database is changed.
 *
 * @throws DataFolderInUse, DataFolderTooNew, DataFolderUnreadable, ImportUnfinished
 */
export async function verifyDataFolder(dataDir: string): Promise<VerificationReport> {
  const lock = lockFolder(dataDir);
  try {
    const db = openExisting(dataDir);
    try {
      return await verify(db, dataDir);
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}

function openExisting(dataDir: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = openForWriting(databasePath(dataDir), DEFAULT_BOUNDS);
    const format = formatOf(db, dataDir);
    if (format > NEWEST_FORMAT) throw new DataFolderTooNew(dataDir, format, NEWEST_FORMAT);
    if (format < NEWEST_FORMAT) throw new DataFolderUnreadable(dataDir, 'it is empty or of an older format: start the service once');
    assertWhole(db, dataDir);
    return db;
  } catch (error) {
    db?.close();
    if (isUnreadable(error)) throw new DataFolderUnreadable(dataDir, messageOf(error), { cause: error });
    throw error;
  }
}

async function verify(db: DatabaseSync, dataDir: string): Promise<VerificationReport> {
  const problems = new Problems();
  const problem = problems.add;
  for (const [fault] of new Query<readonly [string]>(db, 'PRAGMA quick_check').all()) {
    if (fault !== 'ok') problem(`SQLite finds the file damaged: ${fault}`);
  }
  const counts = verifyLog(db, problem);
  const log = new StoredLog(db);
  const found = new SqliteProjectionStore(db, new Streams(db, DEFAULT_BOUNDS.cachedNames), () => undefined, DEFAULT_BOUNDS.cachedNames);
  const served = found.served(ONLY_PARTITION);
  for (const { projection, watermark, copy } of served) {
    if (watermark > log.lastNow()) problem(`${projection} stands at ${watermark}, beyond the end of the log.`);
    for (const { what, sql } of kindOf(projection).checks?.(copy) ?? []) {
      const [count] = new Query<readonly [number]>(db, `SELECT count(*) FROM (${sql})`).get() ?? [0];
      if (count > 0) problem(`${projection}: ${count} ${what}.`);
    }
  }
  const folder = mkdtempSync(join(dataDir, 'verify-'));
  const projections: VerifiedProjection[] = [];
  try {
    // Projections that stand at the same place are replayed together.
    for (const watermark of new Set(served.map((one) => one.watermark))) {
      const names = served.filter((one) => one.watermark === watermark).map(({ projection }) => projection);
      projections.push(...(await compare(log, watermark, names, found, join(folder, `at-${String(watermark)}.db`), problem)));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { ...problems.asFound, epoch: log.epochNow(), ...counts, projections };
}

async function compare(
  log: StoredLog,
  watermark: Offset,
  names: readonly ProjectionName[],
  found: SqliteProjectionStore,
  path: string,
  problem: (text: string) => void,
): Promise<readonly VerifiedProjection[]> {
  const db = openForWriting(path, { ...DEFAULT_BOUNDS, walPages: 1024 });
  try {
    // Thrown away afterwards: nothing of it needs to survive anything.
    db.exec('PRAGMA journal_mode = OFF');
    migrate(db, path);
    const replayed = await replay(db, log, watermark, names, problem);
    const verified: VerifiedProjection[] = [];
    for (const name of names) {
      const lines = await compareLines(name, found.lines(name), replayed.lines(name), problem);
      const parked = await found.parked(name, (await found.versions(name)).served?.version ?? 0, Number.MAX_SAFE_INTEGER);
      verified.push({ name, watermark, ...lines, parked: parked.length });
    }
    return verified;
  } finally {
    db.close();
  }
}

async function replay(
  db: DatabaseSync,
  log: StoredLog,
  watermark: Offset,
  names: readonly ProjectionName[],
  problem: (text: string) => void,
): Promise<SqliteProjectionStore> {
  let page: readonly LogEntry[] = [];
  const kept = (at: Offset): LogEntry | undefined => page[at - (page[0]?.offset ?? 0)];
  const store = new SqliteProjectionStore(db, new Streams(db, DEFAULT_BOUNDS.cachedNames), kept, DEFAULT_BOUNDS.cachedNames);
  const upToWatermark: EventLog = {
    epoch: () => log.epoch(),
    partitions: () => log.partitions(),
    last: async () => watermark,
    read: async (_, after, limit) => {
      page = log.readNow(after, limit).filter((entry) => entry.offset <= watermark);
      return page;
    },
  };
  const known = PROJECTIONS.filter(({ name }) => names.includes(name));
  for (const name of names)
    if (!known.some((one) => one.name === name)) problem(`${name} is a projection that this release does not know.`);
  const runner = new ProjectionRunner({ log: upToWatermark, store, codec: eventCodec, projections: known, limit: REPLAY_LIMIT });
  try {
    await runner.prepare();
    await runner.catchUp(ONLY_PARTITION);
  } catch (error) {
    problem(`The log cannot be replayed: ${messageOf(error)}`);
  }
  return store;
}
