import { epoch, eventId, markOf, movedTo, offset, partition, startOf, type FeedPosition } from '@headwater/event-sourcing';
import { FeedBounds } from './feed-bounds.js';

const last = (at: number) => ({ offset: at, eventId: `1-at-${String(at)}` });
const offsets = ({ partitions }: FeedPosition) => [...partitions].map(([of, { offset: at }]) => [of, at]);
const start = startOf(epoch('0123456789abcdef'));
const at = (of: number, to: number, position = start) => movedTo(position, partition(of), offset(to), eventId(last(to).eventId));

describe('The bounds of the feed', () => {
  const bounds = new FeedBounds([
    { partition: 4, last: last(7) },
    { partition: 0, last: last(3) },
    { partition: 1 },
    { partition: 2, last: last(0) },
  ]);

  it('are the newest records of the partitions that have some, in the order of the log', () => {
    expect(bounds.after(start)).toEqual([
      { partition: 0, from: -1, to: 3 },
      { partition: 2, from: -1, to: 0 },
      { partition: 4, from: -1, to: 7 },
    ]);
    const all = bounds.all(start);
    expect(offsets(all)).toEqual([
      [0, 3],
      [2, 0],
      [4, 7],
    ]);
    expect(all.partitions.get(partition(4))?.mark).toBe(markOf(eventId('1-at-7')));
    expect(bounds.after(all)).toEqual([]);
  });

  it('never take a position back (invariant 5)', () => {
    const ahead = at(0, 9);
    expect(bounds.after(ahead).map((range) => range.partition)).toEqual([2, 4]);
    expect(offsets(bounds.all(ahead))).toEqual([
      [0, 9],
      [2, 0],
      [4, 7],
    ]);
    expect(offsets(bounds.all(at(6, 1)))).toContainEqual([6, 1]);
  });

  it('up to an event, have everything in the partitions before it, and nothing of those after it', () => {
    expect(offsets(bounds.upTo(start, { partition: 2, ...last(0) }))).toEqual([
      [0, 3],
      [2, 0],
    ]);
    expect(offsets(bounds.upTo(at(4, 2), { partition: 0, ...last(1) }))).toEqual([
      [4, 2],
      [0, 1],
    ]);
  });
});
