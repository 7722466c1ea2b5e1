import { StoreUnavailable } from '@headwater/event-sourcing';
import { KafkaRefused, TopicsUnfit } from '@headwater/kafka';
import { DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable, ImportUnfinished, MongoRefused } from '@headwater/mongo';
import { addressFailure, type ProjectorConfig } from '@headwater/platform';

const KNOWN = [DatabaseNotPrepared, DatabaseTooNew, DatabaseUnusable, ImportUnfinished, MongoRefused, TopicsUnfit, KafkaRefused];

/** What to tell whoever started the service, where it is theirs to mend; undefined for a fault of ours. */
export function startFailure(error: unknown, address: Pick<ProjectorConfig, 'host' | 'port'>): string | undefined {
  if (error instanceof StoreUnavailable) return `${error.message} Is HEADWATER_MONGO_URL right, and does the replica set have a primary?`;
  return KNOWN.some((known) => error instanceof known) ? (error as Error).message : addressFailure(error, address);
}
