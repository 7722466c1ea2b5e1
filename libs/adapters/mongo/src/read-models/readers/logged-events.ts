import { StoreUnavailable, baseAt, partition, revision, streamName, type StoredEvent } from '@headwater/event-sourcing';
import type { ClientSession, Collection, Db } from 'mongodb';
import { causalRead } from '../../causal-read.js';
import { COMMITS } from '../../event-store/collections.js';
import { SOURCE_FIELDS, commitOf, sourceIn, type CommitDocument, type SourceDocument } from '../../event-store/commit-document.js';
import { conditionsOf, keyText } from '../../event-store/commit-keys.js';

/** An event's place in the store: its stream and revision, and the base of its commit. */
export interface EventKey {
  readonly stream: string;
  readonly base: number;
  readonly revision: number;
}

type Sources = Pick<CommitDocument, 'stream' | 'base'> & { readonly events: readonly SourceDocument[] };
type Events = Pick<CommitDocument, 'stream' | 'base' | 'events'>;

/** Events as they were stored: a feed's items are stitched from them rather than stored again. */
export class LoggedEvents {
  readonly #commits: Collection<CommitDocument>;

  constructor(db: Db) {
    this.#commits = db.collection<CommitDocument>(COMMITS);
  }

  /** In the order asked. @throws StoreUnavailable */
  async events(keys: readonly EventKey[], session: ClientSession): Promise<readonly StoredEvent[]> {
    const found = await this.#find<Events>(keys, session, { _id: 0, stream: 1, base: 1, events: 1 });
    return keys.map((key) => {
      const document = found.get(keyText(key.stream, key.base));
      const event = document === undefined ? undefined : storedEvents(document)[indexOf(key)];
      return event ?? notShown(key);
    });
  }

  /** The texts of contents as they were sent, in the order asked. @throws StoreUnavailable */
  async sources(keys: readonly EventKey[], session: ClientSession): Promise<readonly string[]> {
    const found = await this.#find<Sources>(keys, session, SOURCE_FIELDS);
    return keys.map((key) => {
      const event = found.get(keyText(key.stream, key.base))?.events[indexOf(key)];
      return (event === undefined ? undefined : sourceIn(event)) ?? notShown(key);
    });
  }

  async #find<Found extends Pick<CommitDocument, 'stream' | 'base'>>(
    keys: readonly EventKey[],
    session: ClientSession,
    projection: Readonly<Record<string, 0 | 1>>,
  ): Promise<ReadonlyMap<string, Found>> {
    const commits = new Map(
      keys.map(({ stream, base }) => [keyText(stream, base), { stream: streamName(stream), base: baseAt(revision(base)) }]),
    );
    const conditions = conditionsOf([...commits.values()]);
    const found = this.#commits
      .find({ $or: [...conditions] }, { ...causalRead(session), batchSize: commits.size + 1 })
      .project<Found>(projection);
    return new Map((await found.toArray()).map((document) => [keyText(document.stream, document.base), document]));
  }
}

const indexOf = ({ base, revision: at }: EventKey): number => at - base - 1;

const storedEvents = (document: Events): readonly StoredEvent[] => commitOf({ ...document, partition: partition(0), after: '' }).events;

/** What the feed has applied is in the store for good; a primary that was elected just now may not show it yet. */
function notShown({ stream, revision: at }: EventKey): never {
  throw new StoreUnavailable(`The event store does not show revision ${String(at)} of ${stream} just now.`);
}
