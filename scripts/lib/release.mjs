import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, Failure } from './workspace.mjs';

/** A folder with this file is a release (scripts/release.mjs): it has what it runs on, built and installed, and nothing to build it from. */
const note = 'release.json';

/**
 * @typedef {object} Release
 * @property {string} node the version of Node that it was built and tested with
 */

/** @returns {Release | undefined} undefined in a clone, which is built from its sources */
export function readRelease() {
  try {
    return JSON.parse(readFileSync(at(note), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @param {string} folder @param {Release} release */
export function writeRelease(folder, release) {
  writeFileSync(join(folder, note), `${JSON.stringify(release)}\n`);
}

/**
 * A release does not bring its Node along: it runs on the one that starts it.
 * @param {Release} release
 * @throws {Failure} where that is of another major version
 */
export function assertNodeOf({ node }) {
  const major = (version) => Number.parseInt(version, 10);
  if (major(process.versions.node) === major(node)) return;
  throw new Failure(`this release runs on Node ${major(node)} (it was built with ${node}); this is Node ${process.versions.node}.`);
}
