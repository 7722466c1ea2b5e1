import type { EventStore } from '@headwater/event-sourcing';

/** A reader with the way in: what is appended to the store is projected, and read. */
export interface ReadModelSubject<Reader> {
  readonly store: EventStore;
  readonly reader: Reader;
  /** Returns once everything that was appended before is in the read models. */
  readonly settle: () => Promise<void>;
  close(): Promise<void>;
}
