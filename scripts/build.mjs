#!/usr/bin/env node
import './lib/require-node.mjs';

const { launch } = await import('./lib/workspace.mjs');
const { ensureInstalled } = await import('./lib/install.mjs');
const { ensureBuilt } = await import('./lib/build.mjs');

await launch(async () => {
  await ensureInstalled();
  await ensureBuilt({ force: process.argv.includes('--force') });
});
