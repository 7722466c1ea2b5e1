import { setTimeout as sleep } from 'node:timers/promises';
import {
  BEFORE_FIRST,
  type Epoch,
  type EventLog,
  type LogEntry,
  type LogTail,
  type Offset,
  type Outbox,
  type Partition,
  type ReadLimit,
} from '@headwater/event-sourcing';

/** Entries that the store is asked for by name: where there are more, it has noted them before they are all found. */
const ASKED_BY_NAME = 50;
/** Before each further look at what was withheld, the last of them for all further ones. */
const LOOK_AFTER_MS: readonly number[] = [4, 4, 4, 8, 16, 32, 64, 100];

/** Where a partition goes on that was read, and what came next withheld; and how often. */
interface Withheld {
  readonly after: Offset;
  readonly times: number;
}

/**
 * The log as far as the event store has what is in it: what it has noted of the log, and what it is found to have a moment before that. What
 * lies beyond is of a life of the store that a restored one knows nothing of, and must never be applied (design.md, Epoch of the log).
 */
export class HeldLog implements EventLog, LogTail {
  readonly #log: EventLog & LogTail;
  readonly #outbox: Pick<Outbox, 'noted' | 'holds'>;
  /** How far the notes were seen to go: they only grow. */
  readonly #noted = new Map<Partition, Offset>();
  readonly #withheld = new Map<Partition, Withheld>();

  constructor(log: EventLog & LogTail, outbox: Pick<Outbox, 'noted' | 'holds'>) {
    this.#log = log;
    this.#outbox = outbox;
  }

  epoch(): Promise<Epoch> {
    return this.#log.epoch();
  }

  partitions(): Promise<readonly Partition[]> {
    return this.#log.partitions();
  }

  last(partition: Partition): Promise<Offset> {
    return this.#log.last(partition);
  }

  async read(partition: Partition, after: Offset, limit: ReadLimit): Promise<readonly LogEntry[]> {
    const entries = await this.#log.read(partition, after, limit);
    const given = entries.slice(0, await this.#countHeld(partition, entries));
    if (given.length === entries.length) this.#withheld.delete(partition);
    else {
      const last = given.at(-1)?.offset ?? after;
      const before = this.#withheld.get(partition);
      this.#withheld.set(partition, { after: last, times: before?.after === last ? before.times + 1 : 0 });
    }
    return given;
  }

  /** As what the log has; what was withheld has arrived again after a while. */
  async arrivals(after: ReadonlyMap<Partition, Offset>, milliseconds: number): Promise<readonly Partition[]> {
    const others = new Map(after);
    const due: Partition[] = [];
    let pause = milliseconds;
    for (const [partition, offset] of after) {
      const withheld = this.#withheld.get(partition);
      if (withheld?.after !== offset) continue;
      others.delete(partition);
      due.push(partition);
      pause = Math.min(pause, LOOK_AFTER_MS[withheld.times] ?? LOOK_AFTER_MS.at(-1) ?? 0);
    }
    const arrived = others.size === 0 ? await sleep(pause, []) : await this.#log.arrivals(others, pause);
    return arrived.length === 0 && pause < milliseconds ? due : arrived;
  }

  /** How many of these entries, which follow each other, the store has. */
  async #countHeld(partition: Partition, entries: readonly LogEntry[]): Promise<number> {
    const noted = (): number => entries.filter(({ offset }) => offset <= (this.#noted.get(partition) ?? BEFORE_FIRST)).length;
    if (entries.length - noted() > ASKED_BY_NAME) await this.#lookAtNotes(partition);
    const known = noted();
    const held = await this.#outbox.holds(entries.slice(known, known + ASKED_BY_NAME));
    const missing = held.indexOf(false);
    if (missing === -1) return known + held.length;
    // Not every event is found by name.
    await this.#lookAtNotes(partition);
    return Math.max(known + missing, noted());
  }

  async #lookAtNotes(partition: Partition): Promise<void> {
    const [reached] = await this.#outbox.noted([partition]);
    if (reached !== undefined) this.#noted.set(partition, reached);
  }
}
