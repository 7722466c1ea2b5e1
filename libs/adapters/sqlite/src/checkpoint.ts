import type { DatabaseSync } from 'node:sqlite';
import { Query } from './database.js';

/** How many times its bound the log may grow to before a reader is waited for. */
const PATIENCE = 8;
const MAX_WAIT_MILLISECONDS = 100;

/**
 * Writes the write-ahead log back into the database. SQLite would do so inside somebody's commit; done here, nobody waits for it who has
 * an answer coming.
 */
export class Checkpoints {
  readonly #look: Query<readonly [busy: number, log: number, checkpointed: number]>;
  /** Pages that were written back already, so that a log that readers keep from beginning anew is not written back for every page. */
  #done = 0;

  constructor(
    private readonly db: DatabaseSync,
    private readonly pages: number,
    private readonly busyMilliseconds: number,
  ) {
    this.#look = new Query(db, 'PRAGMA wal_checkpoint(NOOP)');
  }

  /** Writes back if the log has grown by a bound's worth since the last time. */
  whenGrown(): void {
    const [, log] = this.#look.get() ?? [0, 0, 0];
    if (log < this.#done) this.#done = 0;
    if (log - this.#done < this.pages) return;
    // A reader in the middle of a statement keeps the log from beginning anew. Readers take microseconds, all but those of long lists, so
    // the next try does it; a log that has grown to several times its bound is worth waiting for one.
    this.#run(log >= this.pages * PATIENCE ? 'RESTART' : 'PASSIVE');
  }

  /** Writes everything back and shortens the log's file. */
  whole(): void {
    const [, log] = this.#look.get() ?? [0, 0, 0];
    if (log > 0) this.#run('TRUNCATE');
  }

  #run(mode: 'PASSIVE' | 'RESTART' | 'TRUNCATE'): void {
    // Appends wait meanwhile: where a reader takes longer, it is tried again later.
    this.db.exec(`PRAGMA busy_timeout = ${String(MAX_WAIT_MILLISECONDS)}`);
    try {
      const [, , checkpointed] = new Query<readonly [number, number, number]>(this.db, `PRAGMA wal_checkpoint(${mode})`).get() ?? [0, 0, 0];
      this.#done = Math.max(0, checkpointed);
    } finally {
      this.db.exec(`PRAGMA busy_timeout = ${String(this.busyMilliseconds)}`);
    }
  }
}
