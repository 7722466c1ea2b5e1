#!/usr/bin/env node
import './lib/require-node.mjs';

const { at, launch } = await import('./lib/workspace.mjs');
const { runProgram } = await import('./lib/run-program.mjs');

// The Kafka client has a timer that warns about itself once, and is all right.
const quiet = '--disable-warning=TimeoutNegativeWarning';

await launch(() =>
  runProgram([quiet, at('scripts', 'lib', 'services', 'main.mjs'), ...process.argv.slice(2)], {
    announce: true,
    options: { detached: true },
  }),
);
