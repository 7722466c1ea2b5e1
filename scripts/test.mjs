#!/usr/bin/env node
import './lib/require-node.mjs';

const { launch, signalNumbers } = await import('./lib/workspace.mjs');
const { ensureInstalled } = await import('./lib/install.mjs');
const { ensureBuilt } = await import('./lib/build.mjs');
const { checkFormat, lint, runSuites } = await import('./lib/checks.mjs');
const { serversFor, suitesThatNeedServers } = await import('./lib/test-servers.mjs');
const { onStopAsked } = await import('./lib/stop-signals.mjs');

await launch(async () => {
  await ensureInstalled();
  await ensureBuilt();

  // An exit in order also ends the servers; a process that a signal ends leaves them.
  onStopAsked((signal) => process.exit(128 + signalNumbers[signal]));
  // With arguments (a path, -t "a name") it is these tests that are wanted, quickly.
  const selection = process.argv.slice(2);
  const starting = serversFor(await suitesThatNeedServers(selection));
  const failures = [];
  if (selection.length === 0) {
    if (!(await lint())) failures.push('lint');
    if (!(await checkFormat())) failures.push('format (npm run format)');
  }
  const servers = await starting;
  const result = await runSuites(selection, servers);
  await servers.stop();
  if (!result.green) failures.push('tests');

  console.log(`\nNode ${result.node}, ${result.suites} suites, ${result.skipped} skipped`);
  if (servers.missing) {
    const { suites, reason, expected } = servers.missing;
    console.log(`Not run, without servers: ${suites.join(', ')}\n${reason}`);
    if (!expected || process.env.CI === 'true') failures.push('servers');
  }
  if (failures.length > 0) console.log(`Failed: ${failures.join(', ')}`);
  console.log(`${result.passed} passed, ${result.failed} failed`);
  return failures.length > 0 ? 1 : 0;
});
