import { describe, expect, it } from '@jest/globals';
import { streamName } from '@headwater/event-sourcing';
import type { ExportIndex, IndexedCommit } from '../export-index.js';

const commit = (
  stream: string,
  base: number,
  second: number,
  start: number,
): IndexedCommit & { readonly events: number; readonly instant: string } => ({
  stream: streamName(stream),
  base,
  events: 2,
  instant: new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString(),
  start,
  length: 10,
});

/** What an adapter of `ExportIndex` owes. */
export function exportIndexContract(name: string, makeIndex: () => ExportIndex): void {
  const withIndex = (body: (index: ExportIndex) => void) => (): void => {
    const index = makeIndex();
    try {
      body(index);
    } finally {
      index.close();
    }
  };
  const keysOf = (commits: Iterable<IndexedCommit>): readonly string[] =>
    [...commits].map(({ stream, base, start, length }) => `${stream} ${String(base)} at ${String(start)}+${String(length)}`);

  describe(`${name}, an index of an export`, () => {
    it(
      'knows where each stream ends',
      withIndex((index) => {
        expect(index.endOf(streamName('a'))).toBe(0);
        index.addCommit(commit('a', 0, 0, 0));
        index.addCommit(commit('a', 2, 1, 20));
        index.addCommit(commit('b', 0, 0, 40));
        expect([index.endOf(streamName('a')), index.endOf(streamName('b')), index.endOf(streamName('c'))]).toEqual([4, 2, 0]);
      }),
    );

    it(
      'gives commits by instant, then by stream as bytes, then by base',
      withIndex((index) => {
        index.addCommit(commit('b', 0, 1, 0));
        index.addCommit(commit('b', 2, 3, 1));
        index.addCommit(commit('\u{1f600}', 0, 1, 2));
        index.addCommit(commit('\uffee', 0, 1, 3));
        index.addCommit(commit('a', 0, 2, 4));
        index.addCommit(commit('a', 2, 2, 5));
        const all = ['b 0 at 0+10', '\uffee 0 at 3+10', '\u{1f600} 0 at 2+10', 'a 0 at 4+10', 'a 2 at 5+10', 'b 2 at 1+10'];
        expect(keysOf(index.commits(0))).toEqual(all);
        expect(keysOf(index.commits(4))).toEqual(all.slice(4));
        expect(keysOf(index.commits(6))).toEqual([]);
      }),
    );

    it(
      "gives a stream's commits by base, also where a clock went back",
      withIndex((index) => {
        index.addCommit(commit('a', 0, 5, 0));
        index.addCommit(commit('a', 2, 1, 1));
        index.addCommit(commit('a', 4, 3, 2));
        index.addCommit(commit('b', 0, 4, 3));
        index.addCommit(commit('b', 2, 6, 4));
        expect(keysOf(index.commits(0))).toEqual(['b 0 at 3+10', 'a 0 at 0+10', 'a 2 at 1+10', 'a 4 at 2+10', 'b 2 at 4+10']);
      }),
    );

    it(
      'gives receipts as they came',
      withIndex((index) => {
        const places = [9, 3, 6].map((start) => ({ start, length: 2 }));
        for (const place of places) index.addReceipt(place);
        expect([...index.receipts(0)]).toEqual(places);
        expect([...index.receipts(2)]).toEqual(places.slice(2));
      }),
    );
  });
}
