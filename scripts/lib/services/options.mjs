import { parseArgs } from 'node:util';
import { Failure } from '../workspace.mjs';

const most = 32;
const counted = ['projectors', 'gateways', 'command-services'];

/**
 * How many of each service to run.
 * @typedef {{ projectors: number, gateways: number, commandServices: number }} Counts
 */

/**
 * @param {readonly string[]} args of the command line
 * @returns {Counts} one of each where nothing is said
 * @throws {Failure} where they are not understood
 */
export function countsOf(args) {
  const { projectors, gateways, 'command-services': commandServices } = parse(args);
  return {
    projectors: count('projectors', projectors),
    gateways: count('gateways', gateways),
    commandServices: count('command-services', commandServices),
  };
}

function parse(args) {
  const options = Object.fromEntries(counted.map((name) => [name, { type: 'string', default: '1' }]));
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new Failure(`${error.message}\nusage: npm run start:distributed [-- ${counted.map((name) => `--${name} N`).join(' ')}]`);
  }
}

function count(name, text) {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw new Failure(`--${name} must be a number from 1 to ${most}.`);
}
