import { type Revision, type StreamName } from '../brand.js';
import type { ReadLimit } from '../event-log.js';
import { handleCommand } from '../handle-command.js';
import { InMemoryEventLog } from '../in-memory/in-memory-event-log.js';
import { InMemoryEventStore } from '../in-memory/in-memory-event-store.js';
import { InMemoryProjectionStore, type ServedCopy } from '../in-memory/in-memory-projection-store.js';
import type { Projection } from '../projection.js';
import { ProjectionRunner } from '../projection-runner.js';
import { relayPartition, type RelayBounds } from '../relay.js';
import { causeAt, counterCodec, counterKind, places, totals, type CounterCommand, type CounterEvent } from './counter.js';

const LIMIT: ReadLimit = { entries: 4, characters: 1_000_000 };
const BATCH: RelayBounds = { commits: 3, characters: 1e9 };

/** Counters from command to read model: store, relay, log of three partitions, and as many projectors as a test wants. */
export class CounterService {
  readonly store = new InMemoryEventStore();
  readonly projections = new InMemoryProjectionStore();
  readonly log: InMemoryEventLog;

  private constructor(log: InMemoryEventLog, store: InMemoryEventStore) {
    this.log = log;
    this.store = store;
  }

  static async start(): Promise<CounterService> {
    const store = new InMemoryEventStore();
    return new CounterService(new InMemoryEventLog(await store.epoch(), store.partitions.length), store);
  }

  async add(stream: StreamName, ...by: readonly number[]): Promise<Revision> {
    return this.handle(stream, { type: 'Add', by });
  }

  async handle(stream: StreamName, command: CounterCommand): Promise<Revision> {
    const { store } = this;
    const options = { store, codec: counterCodec, kind: counterKind, stream, command, cause: causeAt(Date.UTC(2026, 0, 1)) };
    return (await handleCommand(options)).revision;
  }

  /** Publishes what is pending. */
  async relay(): Promise<void> {
    for (const partition of this.store.partitions) await relayPartition(this.store, this.log, partition, BATCH);
  }

  /** A projector that has not begun yet: with a memory of its own, as another process would have it. */
  runner(projections: readonly Projection<unknown, CounterEvent>[] = [totals, places], limit = LIMIT): ProjectionRunner<CounterEvent> {
    return new ProjectionRunner({ log: this.log, store: this.projections, codec: counterCodec, projections, limit });
  }

  async runnerReady(
    projections?: readonly Projection<unknown, CounterEvent>[],
    limit?: ReadLimit,
  ): Promise<ProjectionRunner<CounterEvent>> {
    const runner = this.runner(projections, limit);
    await runner.prepare();
    return runner;
  }

  async catchUp(runner: ProjectionRunner<CounterEvent>): Promise<void> {
    for (const partition of this.store.partitions) await runner.catchUp(partition);
  }

  /** What a projector makes of the whole log that has never met a fault: what every other must come to (invariant 4). */
  async replayed(projection: Projection<unknown, CounterEvent>): Promise<ReturnType<typeof digestOf>> {
    const projections = new InMemoryProjectionStore();
    const limit = { entries: 1000, characters: 100_000_000 };
    const runner = new ProjectionRunner({ log: this.log, store: projections, codec: counterCodec, projections: [projection], limit });
    await runner.prepare();
    await this.catchUp(runner);
    return digestOf(projections.served(projection.name));
  }

  digest(projection: Projection<unknown, CounterEvent>): ReturnType<typeof digestOf> {
    return digestOf(this.projections.served(projection.name));
  }
}

/** Everything in a copy but its watermarks and its parked events, in one order. */
export function digestOf(copy: ServedCopy): { readonly rows: unknown; readonly counters: unknown; readonly history: unknown } {
  const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  return {
    rows: [...copy.rows()].sort((a, b) => (a.stream < b.stream ? -1 : 1)),
    counters: Object.fromEntries([...copy.counters()].sort(byText)),
    history: [...copy.history()].sort(byText),
  };
}
