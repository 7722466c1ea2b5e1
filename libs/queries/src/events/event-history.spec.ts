import { epoch, eventId, movedTo, offset, partition, revision, startOf, streamName, type FeedPosition } from '@headwater/event-sourcing';
import { covers, earlier, isWithin } from './event-history.js';

const at = (...offsets: readonly number[]): FeedPosition =>
  offsets.reduce(
    (position, to, of) => (to < 0 ? position : movedTo(position, partition(of), offset(to), eventId(`1-${String(of)}-${String(to)}`))),
    startOf(epoch('e')),
  );
const entry = (of: number, to: number) => ({
  partition: partition(of),
  offset: offset(to),
  stream: streamName('entity/o/p/x'),
  revision: revision(1),
  event: { id: eventId('1-a'), head: '{}' },
});

describe('History meets the live tail', () => {
  it('once it has reached it in every partition', () => {
    expect(covers(at(3, 4), at(3, 4))).toBe(true);
    expect(covers(at(5, 4, 0), at(3, 4))).toBe(true);
    expect(covers(at(5, 3), at(3, 4))).toBe(false);
    expect(covers(at(5), at(3, 4))).toBe(false);
    expect(covers(at(), at())).toBe(true);
  });

  it('leaving to it what lies beyond', () => {
    expect(isWithin(entry(1, 4), at(0, 4))).toBe(true);
    expect(isWithin(entry(1, 5), at(9, 4))).toBe(false);
    expect(isWithin(entry(2, 0), at(9, 4))).toBe(false);
    expect(earlier(at(5, 3, 1), at(3, 4))).toEqual(at(3, 3));
    expect(earlier(at(), at(3))).toEqual(at());
  });
});
