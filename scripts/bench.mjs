#!/usr/bin/env node
import './lib/require-node.mjs';

const { launchTool } = await import('./lib/tool.mjs');

await launchTool(process.argv.includes('--distributed') ? 'bench/distributed/main.mjs' : 'bench/main.mjs');
