import { parseArgs } from 'node:util';

/** What was typed is not what the program takes. */
export class UsageError extends Error {}

/** @param {readonly string[]} args @returns {number | undefined} the partitions that are asked for @throws {UsageError} */
export function partitionsIn(args) {
  const { partitions } = parsed(args);
  if (partitions === undefined) return undefined;
  const count = Number(partitions);
  if (!/^\d{1,5}$/.test(partitions) || count < 1 || count > 10_000)
    throw new UsageError('--partitions must be a whole number from 1 to 10000.');
  return count;
}

function parsed(args) {
  try {
    return parseArgs({ args: [...args], options: { partitions: { type: 'string' } } }).values;
  } catch (error) {
    throw new UsageError(error.message);
  }
}
