import type { Db } from 'mongodb';
import { PartitionsOnlyGrow } from '../errors.js';
import { raisePartitions, requireMeta } from './meta.js';

/** How many partitions each topic has, remembered for a short while. */
export class PartitionCount {
  #known: { readonly count: number; readonly until: number } | undefined;
  #asking: Promise<number> | undefined;

  constructor(
    private readonly db: Db,
    private readonly milliseconds: number,
  ) {}

  /** @throws DatabaseNotPrepared; errors of the driver */
  async get(): Promise<number> {
    if (this.#known !== undefined && performance.now() < this.#known.until) return this.#known.count;
    this.#asking ??= this.#ask();
    return this.#asking;
  }

  async #ask(): Promise<number> {
    try {
      return this.#remember((await requireMeta(this.db)).partitions);
    } finally {
      this.#asking = undefined;
    }
  }

  /** @throws PartitionsOnlyGrow; errors of the driver */
  async raiseTo(partitions: number): Promise<void> {
    if (!Number.isSafeInteger(partitions)) throw new RangeError('A count of partitions is a whole number.');
    const present = this.#remember(await raisePartitions(this.db, partitions));
    if (present > partitions) throw new PartitionsOnlyGrow(present, partitions);
  }

  #remember(count: number): number {
    this.#known = { count, until: performance.now() + this.milliseconds };
    return count;
  }
}
