#!/usr/bin/env node
import './lib/require-node.mjs';

// Everything else is imported only once the version is known to be one that understands it.
const { at, launch, pinnedNode, say } = await import('./lib/workspace.mjs');
const { assertPinnedNode, ensureInstalled } = await import('./lib/install.mjs');
const { ensureBuilt } = await import('./lib/build.mjs');
const { serviceFlags } = await import('./lib/service-flags.mjs');
const { supervise } = await import('./lib/supervise.mjs');

await launch(async () => {
  await ensureInstalled();
  const version = assertPinnedNode();
  await ensureBuilt();
  say(`starting on Node ${version}`);
  return supervise(pinnedNode, [...serviceFlags, at('apps', 'headwater', 'dist', 'main.js'), ...process.argv.slice(2)]);
});
