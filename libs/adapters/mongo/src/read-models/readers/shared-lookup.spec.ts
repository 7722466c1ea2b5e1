import { SharedLookup } from './shared-lookup.js';

/** A look-up whose answers are given when `answer` is called. */
function held() {
  const groups: { readonly keys: readonly string[]; readonly answer: () => void; readonly fail: (error: Error) => void }[] = [];
  const lookup = new SharedLookup<string>(
    (keys) =>
      new Promise((resolve, reject) => {
        const answer = (): void => resolve(new Map(keys.filter((key) => key !== 'missing').map((key) => [key, `found ${key}`])));
        groups.push({ keys, answer, fail: reject });
      }),
  );
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { groups, lookup, turn };
}

describe('A shared look-up', () => {
  it('asks once for what is asked in one turn, each key once, and gives everybody their own answer', async () => {
    const { groups, lookup, turn } = held();
    const answers = Promise.all(['a', 'b', 'a', 'missing'].map((key) => lookup.of(key)));
    await turn();
    expect(groups.map(({ keys }) => keys)).toEqual([['a', 'b', 'missing']]);
    groups[0]?.answer();
    expect(await answers).toEqual(['found a', 'found b', 'found a', undefined]);
  });

  it('gathers what is asked while two are under way, and takes no more at once than it may', async () => {
    const { groups, lookup, turn } = held();
    const answers: Promise<unknown>[] = [];
    for (const key of ['a', 'b']) {
      answers.push(lookup.of(key));
      await turn();
    }
    for (let index = 0; index < 40; index += 1) answers.push(lookup.of(String(index)));
    await turn();
    expect(groups.map(({ keys }) => keys.length)).toEqual([1, 1]);
    groups[0]?.answer();
    await turn();
    await turn();
    expect(groups.map(({ keys }) => keys.length)).toEqual([1, 1, 32]);
    groups[1]?.answer();
    await turn();
    await turn();
    for (const { answer } of groups) answer();
    expect((await Promise.all(answers)).length).toBe(42);
    expect(groups.map(({ keys }) => keys.length)).toEqual([1, 1, 32, 8]);
  });

  it('fails those alone whose look-up failed', async () => {
    const { groups, lookup, turn } = held();
    const failing = lookup.of('a');
    await turn();
    const other = lookup.of('b');
    await turn();
    groups[0]?.fail(new Error('out of reach'));
    groups[1]?.answer();
    await expect(failing).rejects.toThrow('out of reach');
    expect(await other).toBe('found b');
  });
});
