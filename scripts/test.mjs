#!/usr/bin/env node
import './lib/require-node.mjs';

const { launch } = await import('./lib/workspace.mjs');
const { ensureInstalled } = await import('./lib/install.mjs');
const { ensureBuilt } = await import('./lib/build.mjs');
const { checkFormat, lint, runSuites } = await import('./lib/checks.mjs');

await launch(async () => {
  await ensureInstalled();
  await ensureBuilt();

  // With arguments (a path, -t "a name") it is these tests that are wanted, quickly.
  const selection = process.argv.slice(2);
  const failures = [];
  if (selection.length === 0) {
    if (!(await lint())) failures.push('lint');
    if (!(await checkFormat())) failures.push('format (npm run format)');
  }
  const result = await runSuites(selection);
  if (!result.green) failures.push('tests');

  console.log(`\nNode ${result.node}, ${result.suites} suites, ${result.skipped} skipped`);
  if (failures.length > 0) console.log(`Failed: ${failures.join(', ')}`);
  console.log(`${result.passed} passed, ${result.failed} failed`);
  return failures.length > 0 ? 1 : 0;
});
