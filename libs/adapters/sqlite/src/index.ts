export { ImportUnfinished } from '@headwater/transfer';
export { DataFolderInUse, DataFolderTooNew, DataFolderUnreadable } from './errors.js';
export { DEFAULT_BOUNDS, type SqliteStoreOptions, type StoreBounds, type StoreObserver } from './options.js';
export { openSqliteStore, type ProjectionStanding, type ProjectionsState, type SqliteStore, type StoreStatus } from './sqlite-store.js';
export { verifyDataFolder, type VerificationReport, type VerifiedProjection } from './verify.js';
export { SqliteExportIndex } from './transfer/sqlite-export-index.js';
export { openSqliteExport } from './transfer/sqlite-export-source.js';
export { openSqliteImport } from './transfer/sqlite-import-target.js';
