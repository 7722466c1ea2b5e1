export { countingCodec } from './counting-codec.js';
export { exportIndexContract } from './export-index.contract.js';
export { InMemoryExportIndex } from './in-memory-export-index.js';
export { transferContract, type TransferSubject } from './transfer.contract.js';
