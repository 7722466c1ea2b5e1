import { checkLabel, projectRef } from './labels.js';

describe('Labels', () => {
  it.each(['a', 'A-b_9', 'x'.repeat(64)])('takes %s', (label) => {
    expect(checkLabel(label)).toBe(label);
  });

  it.each(['', 'a b', 'a!', 'x'.repeat(65), 'events', 'é', 'a/b', 'a.b'])('refuses %j', (label) => {
    expect(() => checkLabel(label)).toThrow(/not a valid label|cannot be used as a label/);
  });

  it('makes a project of two', () => {
    expect(projectRef('o', 'p')).toEqual({ organization: 'o', project: 'p' });
    expect(() => projectRef('o', '')).toThrow(/not a valid label|cannot be used as a label/);
  });
});
