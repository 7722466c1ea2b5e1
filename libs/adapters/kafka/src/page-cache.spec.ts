import { describe, expect, it } from '@jest/globals';
import { BEFORE_FIRST, offset, partition } from '@headwater/event-sourcing';
import { PageCache, within } from './page-cache.js';
import type { FetchedEntry } from './topic-reader.js';

const [P0, P1] = [partition(0), partition(1)] as const;
const entries = (from: number, count: number, characters = 10): readonly FetchedEntry[] =>
  Array.from({ length: count }, (_, index) => ({ offset: from + index, text: 'x'.repeat(characters) }));

describe('Pages that were fetched and not read yet', () => {
  it('give what follows an offset immediately, and nothing else', () => {
    const cache = new PageCache(1000);
    cache.put(P0, 5, entries(5, 3));
    expect(cache.after(P0, offset(4))).toEqual(entries(5, 3));
    expect(cache.after(P0, offset(6))).toEqual(entries(7, 1));
    for (const elsewhere of [BEFORE_FIRST, offset(3), offset(7), offset(90)]) expect(cache.after(P0, elsewhere)).toEqual([]);
    expect(cache.after(P1, offset(4))).toEqual([]);
  });

  it('are one for each partition, and take no more than their bound', () => {
    const cache = new PageCache(100);
    cache.put(P0, 0, entries(0, 4));
    cache.put(P0, 4, entries(4, 5));
    expect(cache.characters).toBe(50);
    cache.put(P1, 0, entries(0, 6));
    expect(cache.characters).toBe(60);
    expect(cache.after(P0, offset(3))).toEqual([]);
  });

  it('keep the last, however large it is', () => {
    const cache = new PageCache(100);
    cache.put(P0, 0, entries(0, 5));
    cache.put(P1, 0, entries(0, 20));
    expect(cache.characters).toBe(200);
    expect(cache.after(P1, BEFORE_FIRST)).toHaveLength(20);
  });

  it('go on with what was fetched from their ends, and not with what was fetched elsewhere', () => {
    const cache = new PageCache(1000);
    cache.append(P0, 5, entries(5, 3));
    cache.append(P0, 8, entries(8, 2));
    expect(cache.after(P0, offset(5))).toEqual(entries(6, 4));
    expect([cache.charactersOf(P0), cache.characters, cache.charactersOf(P1)]).toEqual([50, 50, 0]);
    cache.append(P0, 12, entries(12, 1));
    expect([cache.after(P0, offset(5)), cache.after(P0, offset(11))]).toEqual([[], entries(12, 1)]);
    expect(cache.charactersOf(P0)).toBe(10);
  });

  it('give what follows a gap that was there when they were fetched', () => {
    const cache = new PageCache(100);
    cache.put(P0, 3, entries(5, 2));
    for (const before of [2, 3, 4]) expect(cache.after(P0, offset(before))).toEqual(entries(5, 2));
    expect(cache.after(P0, offset(1))).toEqual([]);
  });

  it('are gone when they are dropped, and when nothing was fetched', () => {
    const cache = new PageCache(100);
    cache.put(P0, 0, entries(0, 2));
    cache.drop(P0);
    cache.put(P1, 0, entries(0, 2));
    cache.put(P1, 2, []);
    expect([cache.after(P0, BEFORE_FIRST), cache.after(P1, BEFORE_FIRST), cache.characters]).toEqual([[], [], 0]);
  });
});

describe('One read', () => {
  it.each([
    [{ entries: 2, characters: 1000 }, 2],
    [{ entries: 9, characters: 35 }, 3],
    [{ entries: 9, characters: 30 }, 3],
    [{ entries: 9, characters: 1 }, 1],
    [{ entries: 9, characters: 1000 }, 5],
  ])('within %j gives %d', (limit, given) => expect(within(entries(0, 5), limit)).toEqual(entries(0, given)));

  it('of nothing gives nothing', () => expect(within([], { entries: 1, characters: 1 })).toEqual([]));
});
