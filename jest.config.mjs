import { distributedFolders } from './scripts/lib/distributed-suites.mjs';

// The tests run on what tsc compiled, as ES modules: npm test starts Jest with --experimental-vm-modules.
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  transform: {},
  modulePathIgnorePatterns: ['<rootDir>/\\.nx/', '<rootDir>/data/'],
};
const compiled = ['<rootDir>/libs', '<rootDir>/apps'];
const slow = ['\\.int\\.spec\\.js$', '\\.e2e\\.spec\\.js$'];
const slowSuites = (folder) => [`**/${folder}/**/*.int.spec.js`, `**/${folder}/**/*.e2e.spec.js`];

export default {
  globalSetup: '<rootDir>/scripts/lib/jest-node-version.mjs',
  maxWorkers: 2,
  testSequencer: '<rootDir>/scripts/lib/jest-longest-last.mjs',
  watchman: false,
  // Jest looks for it here only: in a project it is accepted and ignored.
  testTimeout: 120_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      roots: compiled,
      testMatch: ['**/dist/**/*.spec.js'],
      testPathIgnorePatterns: ['/node_modules/', ...slow],
    },
    {
      ...shared,
      displayName: 'integration',
      roots: compiled,
      testMatch: [...slowSuites('dist'), ...distributedFolders.map((folder) => `!**/${folder}/**`)],
    },
    {
      // Kafka and MongoDB are started for these, and only for these: scripts/lib/test-servers.mjs.
      ...shared,
      displayName: 'distributed',
      roots: compiled,
      testMatch: distributedFolders.flatMap(slowSuites),
    },
    {
      // The suite of the public API once more, against the services on Kafka and MongoDB.
      ...shared,
      displayName: 'distributed-api',
      roots: compiled,
      testMatch: ['**/apps/e2e/dist/api/**/*.e2e.spec.js'],
      setupFiles: ['<rootDir>/scripts/lib/jest-distributed.mjs'],
    },
    {
      ...shared,
      displayName: 'workspace',
      roots: ['<rootDir>/scripts', '<rootDir>/tools'],
      testMatch: ['**/*.spec.mjs'],
    },
  ],
};
