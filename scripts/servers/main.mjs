#!/usr/bin/env node
import '../lib/require-node.mjs';

// Kafka and MongoDB to try Headwater out with, until SIGTERM or Ctrl-C.
const { launch } = await import('../lib/workspace.mjs');
const { ensureInstalled } = await import('../lib/install.mjs');
const { startServers } = await import('./servers.mjs');
const { untilStopIsAsked } = await import('../lib/stop-signals.mjs');

await launch(async () => {
  await ensureInstalled();
  const servers = await startServers();
  for (const [name, value] of Object.entries(servers.settings())) console.log(`${name}=${value}`);
  await untilStopIsAsked();
  await servers.stop();
});
