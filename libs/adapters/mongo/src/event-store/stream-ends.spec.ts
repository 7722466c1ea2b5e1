import { describe, expect, it } from '@jest/globals';
import { baseAt, revision, streamName, type CommitKey } from '@headwater/event-sourcing';
import { StreamEnds } from './stream-ends.js';

const [A, B] = [streamName('a'), streamName('b')];
const at = (base: number, stream = A): CommitKey => ({ stream, base: baseAt(revision(base)) });

describe('Ends of streams', () => {
  it('that are not known leave only a first commit without a doubt', () => {
    const ends = new StreamEnds(2);
    expect([ends.standing(at(0)), ends.standing(at(1))]).toEqual(['sound', 'unsure']);
  });

  it('that are known say that a base before them has lost; one beyond them may be of somebody else', () => {
    const ends = new StreamEnds(2);
    ends.note(A, revision(2));
    expect([0, 1, 2, 3].map((base) => ends.standing(at(base)))).toEqual(['lost', 'lost', 'sound', 'unsure']);
  });

  it('never go back', () => {
    const ends = new StreamEnds(2);
    ends.note(A, revision(2));
    ends.note(A, revision(1));
    expect(ends.end(A)).toBe(2);
  });

  it('are forgotten beyond the bound', () => {
    const ends = new StreamEnds(1);
    ends.note(A, revision(1));
    ends.note(B, revision(1));
    expect([ends.end(A), ends.end(B)]).toEqual([undefined, 1]);
  });
});
