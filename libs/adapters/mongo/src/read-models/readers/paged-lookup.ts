/** What is looked up first, before it is known how large it is. */
const FIRST = 16;

/**
 * Looks up what belongs to each of the items, in as few questions as a bound on characters allows: what was found says how many more fit.
 *
 * @returns the items that fit, each with what belongs to it: all of them, or fewer, but at least one.
 */
export async function pagedLookup<Item, Found>(
  items: readonly Item[],
  characters: number,
  lookUp: (items: readonly Item[]) => Promise<readonly Found[]>,
  sizeOf: (found: Found) => number,
): Promise<readonly (readonly [Item, Found])[]> {
  const page: (readonly [Item, Found])[] = [];
  let size = 0;
  while (page.length < items.length) {
    const fits = page.length === 0 ? FIRST : Math.max(1, Math.floor(((characters - size) * page.length) / Math.max(1, size)));
    const asked = items.slice(page.length, page.length + fits);
    const found = await lookUp(asked);
    for (const [index, item] of asked.entries()) {
      const one = found[index];
      if (one === undefined) throw new Error('A look-up has answered less than it was asked for.');
      size += sizeOf(one);
      if (page.length > 0 && size > characters) return page;
      page.push([item, one]);
    }
  }
  return page;
}
