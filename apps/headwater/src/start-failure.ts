import { startFailureOf } from '@headwater/platform';
import { DataFolderInUse, DataFolderTooNew, DataFolderUnreadable, ImportUnfinished } from '@headwater/sqlite';

export const startFailure = startFailureOf([DataFolderInUse, DataFolderTooNew, DataFolderUnreadable, ImportUnfinished]);
