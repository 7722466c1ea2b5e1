import { pagedLookup } from './paged-lookup.js';

/** Looks up texts of these lengths, and tells how many were asked for each time. */
function texts(lengths: readonly number[]) {
  const asked: number[] = [];
  const lookUp = (items: readonly number[]): Promise<readonly string[]> => {
    asked.push(items.length);
    return Promise.resolve(items.map((item) => 'x'.repeat(lengths[item] ?? 0)));
  };
  const page = async (characters: number): Promise<readonly number[]> => {
    const found = await pagedLookup([...lengths.keys()], characters, lookUp, (text) => text.length);
    expect(found.map(([, text]) => text.length)).toEqual(lengths.slice(0, found.length));
    return found.map(([item]) => item);
  };
  return { asked, page };
}

describe('A page of look-ups', () => {
  it('takes two questions where everything is small', async () => {
    const { asked, page } = texts(Array.from({ length: 1000 }, () => 10));
    expect(await page(1_000_000)).toHaveLength(1000);
    expect(asked).toEqual([16, 984]);
  });

  it('ends where it is full, and asks for little more than fits', async () => {
    const { asked, page } = texts(Array.from({ length: 1000 }, () => 100));
    expect(await page(5000)).toHaveLength(50);
    expect(asked.reduce((sum, one) => sum + one, 0)).toBeLessThan(60);
  });

  it('has one at least, however large it is', async () => {
    expect(await texts([5000, 5000]).page(100)).toEqual([0]);
    expect(await texts([]).page(100)).toEqual([]);
  });

  it('is not misled by what comes first', async () => {
    const { page } = texts([...Array.from({ length: 16 }, () => 1), ...Array.from({ length: 20 }, () => 500)]);
    expect(await page(1600)).toHaveLength(19);
    expect(await texts([...Array.from({ length: 16 }, () => 0), 7, 7]).page(10)).toHaveLength(17);
  });

  it('is a fault where a look-up leaves something out', async () => {
    await expect(
      pagedLookup(
        [1, 2],
        10,
        () => Promise.resolve(['x']),
        (text) => text.length,
      ),
    ).rejects.toThrow('has answered less');
  });
});
