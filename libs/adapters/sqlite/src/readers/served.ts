import type { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable, offset, BEFORE_FIRST, type Offset, type ProjectionName } from '@headwater/event-sourcing';
import { Query } from '../database.js';
import type { ServedCopy } from '../messages.js';
import type { TermReader } from '../terms.js';

/** What readers share: the connection, and which copy of each projection they are to ask. */
export class Served {
  readonly #copies = new Map<ProjectionName, number>();
  readonly #watermark: Query<readonly [number]>;

  constructor(
    readonly db: DatabaseSync,
    readonly terms: TermReader,
  ) {
    this.#watermark = new Query(db, 'SELECT offset FROM watermarks WHERE copy = ? AND partition = 0');
  }

  /** @returns whether a projection is served from another copy than before. */
  switchTo(copies: readonly Pick<ServedCopy, 'projection' | 'copy'>[]): boolean {
    const changed = copies.some(({ projection, copy }) => this.#copies.get(projection) !== copy);
    for (const { projection, copy } of copies) this.#copies.set(projection, copy);
    return changed;
  }

  get copies(): readonly number[] {
    return [...this.#copies.values()];
  }

  has(projection: ProjectionName): boolean {
    return this.#copies.has(projection);
  }

  copy(projection: ProjectionName): number {
    const copy = this.#copies.get(projection);
    if (copy === undefined) throw new StoreUnavailable(`${projection} is not there yet.`);
    return copy;
  }

  watermark(copy: number): Offset {
    const [at] = this.#watermark.get(copy) ?? [];
    return at === undefined ? BEFORE_FIRST : offset(at);
  }
}

/** Something that is made for one copy of a projection and made anew when another copy is served. */
export class PerCopy<Statements> {
  #made: { readonly copy: number; readonly statements: Statements } | undefined;

  constructor(
    private readonly served: Served,
    private readonly projection: ProjectionName,
    private readonly make: (copy: number) => Statements,
  ) {}

  get now(): Statements {
    const copy = this.served.copy(this.projection);
    if (this.#made?.copy !== copy) this.#made = { copy, statements: this.make(copy) };
    return this.#made.statements;
  }
}
