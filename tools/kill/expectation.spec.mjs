import { ABSENT, afterAll, Expectation, outcomeOf, pushed } from './expectation.mjs';

const content = (value) => ({ kind: 'content', value });
const write = (...entries) => ({ what: 'w', changes: new Map(entries) });

describe('What a client expects of a resource', () => {
  it('is the fold of its changes, one revision each', () => {
    const changes = [content('a'), content('b'), { kind: 'tag', tag: 't', rev: 1 }, { kind: 'deprecate' }];
    expect(afterAll(ABSENT, changes)).toEqual({ rev: 4, value: 'b', deprecated: true, tags: { t: 1 }, values: ['a', 'b', 'b', 'b'] });
  });

  it.each([
    ['new', ABSENT, { value: 'a', isDeleted: false }, [content('a')]],
    ['unknown and deleted', ABSENT, { value: 'a', isDeleted: true }, []],
    ['unchanged', afterAll(ABSENT, [content('a')]), { value: 'a', isDeleted: false }, []],
    ['changed', afterAll(ABSENT, [content('a')]), { value: 'b', isDeleted: false }, [content('b')]],
    ['deleted', afterAll(ABSENT, [content('a')]), { value: 'b', isDeleted: true }, [{ kind: 'deprecate' }]],
    ['deleted again', afterAll(ABSENT, [content('a'), { kind: 'deprecate' }]), { value: 'a', isDeleted: true }, []],
    ['back', afterAll(ABSENT, [content('a'), { kind: 'deprecate' }]), { value: 'a', isDeleted: false }, [{ kind: 'undeprecate' }]],
    [
      'back and changed',
      afterAll(ABSENT, [content('a'), { kind: 'deprecate' }]),
      { value: 'b', isDeleted: false },
      [{ kind: 'undeprecate' }, content('b')],
    ],
  ])('knows what a push does: %s', (_, state, item, changes) => expect(pushed(state, item)).toEqual(changes));

  it('holds what was acknowledged, and of the rest what was found', () => {
    const expectation = new Expectation();
    const [first, second, third] = ['a', 'b', 'c'].map((value) => write(['x', [content(value)]]));
    expectation.sent(first);
    expectation.acknowledged(first);
    for (const [open, stored] of [
      [second, false],
      [third, true],
    ]) {
      expectation.sent(open);
      expect(expectation.open()).toEqual([open]);
      expectation.settled(open, stored);
    }
    expect(expectation.state('x')).toMatchObject({ rev: 2, value: 'c', values: ['a', 'c'] });
    expect(expectation.open()).toEqual([]);
    expect(expectation.acknowledgements).toBe(1);
  });

  it.each([
    ['stored', { x: 1, y: 3 }],
    ['absent', { x: 0, y: 1 }],
    ['torn', { x: 1, y: 1 }],
    ['torn', { x: 0, y: 3 }],
    ['torn', { x: 1, y: 2 }],
    ['torn', { x: 2, y: 3 }],
  ])('sees that a write without an answer is %s: %j', (outcome, found) => {
    const before = (id) => afterAll(ABSENT, id === 'y' ? [content('a')] : []);
    const both = write(['x', [content('b')]], ['y', [{ kind: 'undeprecate' }, content('b')]], ['z', []]);
    expect(outcomeOf(both, before, new Map(Object.entries({ ...found, z: 7 })))).toBe(outcome);
  });
});
