#!/usr/bin/env node
import './lib/require-node.mjs';

// Everything else is imported only once the version is known to be one that understands it.
const { launchService } = await import('./lib/service.mjs');

await launchService('projector');
