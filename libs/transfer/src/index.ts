export { checkExport, type CheckedExport, type CheckOptions, type EventDecoder } from './check-export.js';
export {
  ExportInvalid,
  ExportTooNew,
  ExportUnreadable,
  ImportContested,
  ImportInterrupted,
  ImportUnfinished,
  IndexFull,
  OtherImport,
  OutputExists,
  StoreInUse,
  StoreNotEmpty,
  TokenKeyClash,
} from './errors.js';
export { ExportFile, type Place } from './export-file.js';
export type { ExportIndex, IndexedCommit } from './export-index.js';
export {
  EXPORT_FORMAT,
  EXPORT_VERSION,
  decodeLine,
  encodeLine,
  type ExportCounts,
  type ExportHeader,
  type ExportLine,
  type ExportTrailer,
  type ExportedCommit,
} from './export-line.js';
export type { ExportSource } from './export-source.js';
export { exportLines, type ExportOptions } from './export.js';
export { importExport, type ImportOptions, type ImportProgress, type ImportResult } from './import-export.js';
export type { ImportStart, ImportTarget, Imported } from './import-target.js';
export { streamExport, writeExport } from './write-export.js';
