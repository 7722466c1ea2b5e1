import { addressFailure, type EmbeddedConfig } from '@headwater/platform';
import { DataFolderInUse, DataFolderTooNew, DataFolderUnreadable, ImportUnfinished } from '@headwater/sqlite';

const KNOWN = [DataFolderInUse, DataFolderTooNew, DataFolderUnreadable, ImportUnfinished];

/** What to tell whoever started the service, where it is theirs to mend; undefined for a fault of ours. */
export function startFailure(error: unknown, address: Pick<EmbeddedConfig, 'host' | 'port'>): string | undefined {
  return KNOWN.some((known) => error instanceof known) ? (error as Error).message : addressFailure(error, address);
}
