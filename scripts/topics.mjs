#!/usr/bin/env node
import './lib/require-node.mjs';

const { launchTool } = await import('./lib/tool.mjs');

await launchTool('topics/main.mjs');
