#!/usr/bin/env node
import '../lib/require-node.mjs';

// Kafka and MongoDB to try Headwater out with, until SIGTERM or Ctrl-C.
const { launch, signalNumbers } = await import('../lib/workspace.mjs');
const { ensureInstalled } = await import('../lib/install.mjs');
const { startServers } = await import('./servers.mjs');
const { onStopAsked, untilStopIsAsked } = await import('../lib/stop-signals.mjs');

await launch(async () => {
  await ensureInstalled();
  // An exit in order also ends what was started so far; a process that a signal ends leaves it.
  const off = onStopAsked((signal) => process.exit(128 + signalNumbers[signal]));
  const servers = await startServers();
  off();
  for (const [name, value] of Object.entries(servers.settings())) console.log(`${name}=${value}`);
  await untilStopIsAsked();
  await servers.stop();
});
