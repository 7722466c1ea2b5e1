import { Lines } from './lines.mjs';

/** @typedef {(name: string, stream: 'stdout' | 'stderr', line: string) => void} Print */

/**
 * Prints what several programs say, each line with the name of its program before it.
 * @param {readonly string[]} names of all of them
 * @returns {Print}
 */
export function printerFor(names) {
  const width = Math.max(...names.map(({ length }) => length));
  return (name, stream, line) => process[stream].write(`${name.padEnd(width)} | ${line}\n`);
}

/**
 * Gives each line that a child process prints to `print`.
 * @param {import('node:child_process').ChildProcess} child @param {string} name @param {Print} print
 */
export function follow(child, name, print) {
  for (const stream of ['stdout', 'stderr']) {
    const lines = new Lines((line) => print(name, stream, line));
    child[stream].on('data', (chunk) => lines.add(chunk)).once('end', () => lines.end());
  }
}
