#!/usr/bin/env node
import './lib/require-node.mjs';

const { at, launch } = await import('./lib/workspace.mjs');
const { runProgram } = await import('./lib/run-program.mjs');

await launch(() =>
  runProgram([at('scripts', 'lib', 'services', 'main.mjs'), ...process.argv.slice(2)], { announce: true, options: { detached: true } }),
);
