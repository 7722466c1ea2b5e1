import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { distributedProjects } from './distributed-suites.mjs';
import { at, cacheDir, runTool, say } from './workspace.mjs';

const ci = process.env.CI === 'true';

/** Lints everything. The cache knows a file's own text only, not the types it imports, so CI does without. */
export async function lint() {
  say('linting');
  const cache = ci ? [] : ['--cache', '--cache-strategy', 'content', '--cache-location', at('node_modules', '.cache', 'eslint/')];
  return (await runTool('eslint/bin/eslint.js', ['.', '--max-warnings', '0', ...cache])) === 0;
}

export async function checkFormat() {
  say('checking the format');
  const cache = ['--cache', '--cache-location', at('node_modules', '.cache', 'prettier', 'cache')];
  return (await runTool('prettier/bin/prettier.cjs', ['--check', '.', '--log-level', 'warn', ...cache])) === 0;
}

/**
 * Runs the Jest suites on what was compiled; green only where at least one test ran and none failed.
 * @param {string[]} args of Jest
 * @param {{ settings: Record<string, string>, missing?: object }} servers for the suites that need some; where they are missing, those do not run
 */
export async function runSuites(args, servers) {
  say('testing');
  const results = join(cacheDir, 'jest-results.json');
  const versionFile = join(cacheDir, 'jest-node-version');
  mkdirSync(cacheDir, { recursive: true });
  rmSync(results, { force: true });
  rmSync(versionFile, { force: true });
  const without = servers.missing ? ['--ignoreProjects', ...distributedProjects] : [];
  const code = await runTool('jest/bin/jest.js', ['--json', '--outputFile', results, ...args, ...without], {
    nodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    // What Jest prints for people goes to stderr; with --json its stdout would repeat the results file.
    stdio: ['inherit', 'ignore', 'inherit'],
    env: { ...process.env, ...servers.settings, HEADWATER_TEST_NODE_VERSION_FILE: versionFile },
  });
  const read = (file) => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return undefined;
    }
  };
  const report = JSON.parse(read(results) ?? '{}');
  const passed = report.numPassedTests ?? 0;
  // A suite that does not load has no tests to count, and is a failure all the same.
  const failed = (report.numFailedTests ?? 0) + (report.numRuntimeErrorTestSuites ?? 0);
  const skipped = (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0);
  if (passed + failed === 0) say('no test ran');
  return {
    green: code === 0 && failed === 0 && passed > 0,
    passed,
    failed,
    skipped,
    suites: report.numTotalTestSuites ?? 0,
    node: read(versionFile) ?? 'unknown',
  };
}
