import { InMemoryExportIndex, exportIndexContract } from './testing/index.js';

exportIndexContract('InMemoryExportIndex', () => new InMemoryExportIndex());
