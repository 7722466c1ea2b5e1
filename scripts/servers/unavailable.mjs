import { Failure } from '../lib/workspace.mjs';

/** Why one source cannot give a server on this machine. The next source is tried. */
export class NotPossible extends Error {}

/** No source can give a server that is needed. */
export class ServersUnavailable extends Failure {
  /** @param {readonly { server: string, reasons: readonly { source: string, reason: string }[] }[]} missing */
  constructor(missing) {
    super(missing.map(describe).join('\n'));
    this.missing = missing;
  }
}

function describe({ server, reasons }) {
  return [`no ${server} to be had here:`, ...reasons.map(({ source, reason }) => `  - ${source}: ${reason}`)].join('\n');
}

/**
 * The server of the first source that has one.
 * @template T
 * @param {readonly { source: string, start: () => Promise<T> }[]} sources
 * @returns {Promise<{ found: T } | { reasons: { source: string, reason: string }[] }>}
 */
export async function firstPossible(sources) {
  const reasons = [];
  for (const { source, start } of sources) {
    try {
      return { found: await start() };
    } catch (error) {
      if (!(error instanceof NotPossible)) throw error;
      reasons.push({ source, reason: error.message });
    }
  }
  return { reasons };
}
