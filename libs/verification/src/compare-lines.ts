import { createHash } from 'node:crypto';

/** Lines of a read model beside those of a replay. */
export interface ComparedLines {
  /** Rows, entries of lists, links, history and totals, one line each. */
  readonly lines: number;
  /** SHA-256 over the lines that were found, and over those of the replay. */
  readonly digest: string;
  readonly expectedDigest: string;
}

export type Lines = Iterable<string> | AsyncIterable<string>;

/** Compares line by line, holding two lines at a time; the first that differ are a problem. */
export async function compareLines(name: string, found: Lines, expected: Lines, problem: (text: string) => void): Promise<ComparedLines> {
  const [digest, expectedDigest] = [createHash('sha256'), createHash('sha256')];
  const [a, b] = [iteratorOf(found), iteratorOf(expected)];
  let lines = 0;
  let different = false;
  try {
    for (;;) {
      const [left, right] = [await a.next(), await b.next()];
      if (left.done === true && right.done === true) break;
      if (left.done !== true) {
        lines += 1;
        digest.update(`${left.value}\n`);
      }
      if (right.done !== true) expectedDigest.update(`${right.value}\n`);
      if (different || (left.done !== true && right.done !== true && left.value === right.value)) continue;
      // What comes after is out of step and would say nothing.
      different = true;
      problem(`${name} differs from a replay at line ${String(lines)}: found ${shown(left, right)}, expected ${shown(right, left)}.`);
    }
  } catch (error) {
    problem(`${name} cannot be read after line ${String(lines)}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { lines, digest: digest.digest('hex'), expectedDigest: expectedDigest.digest('hex') };
}

const iteratorOf = (lines: Lines): Iterator<string> | AsyncIterator<string> =>
  Symbol.asyncIterator in lines ? lines[Symbol.asyncIterator]() : lines[Symbol.iterator]();

const BEGINNING = 160;

/** The beginning of a line, which names what it is of, and the place where it is not like the other. */
function shown(line: IteratorResult<string, unknown>, other: IteratorResult<string, unknown>): string {
  if (line.done === true) return 'nothing';
  const { value } = line;
  if (value.length <= BEGINNING) return `"${value}"`;
  const expected = other.done === true ? '' : other.value;
  let at = 0;
  while (at < value.length && value[at] === expected[at]) at += 1;
  return `"${value.slice(0, BEGINNING)}", at ${String(at)} "${value.slice(Math.max(0, at - 40), at + 80)}"`;
}
