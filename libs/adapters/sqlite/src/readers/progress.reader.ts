import { revision, type Progress, type ProjectionName, type ProjectionProgress, type StreamName } from '@headwater/event-sourcing';
import { Query, inSnapshot } from '../database.js';
import { kindOf } from '../tables/kinds.js';
import { PerCopy, type Served } from './served.js';

interface Statements {
  readonly revision: Query<readonly [number]>;
  readonly parkedAt: Query<readonly [number | null]>;
  readonly copy: number;
}

/** Streams that are looked up before others get a turn on the thread. */
const AT_ONCE = 500;

/** How far the served copies have come with given streams. */
export class SqliteProgress implements ProjectionProgress {
  readonly #statements = new Map<ProjectionName, PerCopy<Statements>>();
  readonly #stream: Query<readonly [id: number, newest: number]>;

  /** @param behind called where a stream that was asked for has come further than its row. */
  constructor(
    private readonly served: Served,
    private readonly behind: () => void,
  ) {
    this.#stream = new Query(served.db, 'SELECT id, revision FROM streams WHERE name = ?');
  }

  async lastApplied(projection: ProjectionName, streams: readonly StreamName[]): Promise<readonly Progress[]> {
    if (!this.served.has(projection)) return streams.map(() => ({ revision: 0 }));
    const progress: Progress[] = [];
    for (let from = 0; from < streams.length; from += AT_ONCE) {
      if (from > 0) await new Promise(setImmediate);
      progress.push(...inSnapshot(this.served.db, () => this.#lookUp(projection, streams.slice(from, from + AT_ONCE))));
    }
    return progress;
  }

  #lookUp(projection: ProjectionName, streams: readonly StreamName[]): readonly Progress[] {
    const { revision: ofRow, parkedAt, copy } = this.#of(projection).now;
    return streams.map((stream) => {
      const [id, newest] = this.#stream.get(stream) ?? [];
      if (id === undefined || newest === undefined) return { revision: 0 };
      const [at = 0] = ofRow.get(id) ?? [];
      const [parked] = parkedAt.get(copy, id) ?? [null];
      if (at < newest && parked === null) this.behind();
      return { revision: at === 0 ? 0 : revision(at), ...(parked === null ? {} : { parkedAt: revision(parked) }) };
    });
  }

  #of(projection: ProjectionName): PerCopy<Statements> {
    let statements = this.#statements.get(projection);
    if (statements === undefined) {
      const { db } = this.served;
      statements = new PerCopy(this.served, projection, (copy) => ({
        revision: new Query(db, kindOf(projection).revision(copy)),
        parkedAt: new Query(db, 'SELECT min(revision) FROM parked WHERE copy = ? AND stream = ?'),
        copy,
      }));
      this.#statements.set(projection, statements);
    }
    return statements;
  }
}
