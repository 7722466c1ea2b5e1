import { Lines, longestLine } from './lines.mjs';

describe('Lines', () => {
  const linesOf = (...chunks) => {
    const seen = [];
    const lines = new Lines((line) => seen.push(line));
    for (const chunk of chunks) lines.add(Buffer.from(chunk));
    lines.end();
    return seen;
  };

  it('come whole, whatever the pieces', () => expect(linesOf('a', 'b\nc', '\n\nd\n')).toEqual(['ab', 'c', '', 'd']));

  it('keep a character that was cut in two', () => {
    const bytes = Buffer.from('ü\n');
    expect(linesOf(bytes.subarray(0, 1), bytes.subarray(1))).toEqual(['ü']);
  });

  it('bring the last one also without its end', () => expect(linesOf('a\nb')).toEqual(['a', 'b']));

  it('are cut where they have no end', () =>
    expect(linesOf('x'.repeat(longestLine + 1)).map(({ length }) => length)).toEqual([longestLine, 1]));
});
