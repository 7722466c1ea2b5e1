#!/usr/bin/env node
import './lib/require-node.mjs';

// Makes a folder that runs without compilers, tests and sources, as it is put into an image: npm run release -- FOLDER
const { existsSync, mkdirSync, readdirSync } = await import('node:fs');
const { resolve } = await import('node:path');
const { ensureBuilt } = await import('./lib/build.mjs');
const { assertPinnedNode, ensureInstalled, installRuntime } = await import('./lib/install.mjs');
const { copyRelease } = await import('./lib/release-files.mjs');
const { writeRelease } = await import('./lib/release.mjs');
const { Failure, launch, say } = await import('./lib/workspace.mjs');

await launch(async () => {
  const [given] = process.argv.slice(2);
  if (given === undefined) throw new Failure('say where to: npm run release -- FOLDER');
  const folder = resolve(given);
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new Failure(`${folder} is not empty.`);

  await ensureInstalled();
  const node = assertPinnedNode().slice(1);
  await ensureBuilt();
  mkdirSync(folder, { recursive: true });
  copyRelease(folder);
  await installRuntime(folder);
  writeRelease(folder, { node });
  say(`the release is in ${folder}. It needs Node ${node}; start a service there by "npm run start:command-service" and the like.`);
});
