import type { FeedPosition } from '@headwater/event-sourcing';

/** Whether two positions are of the same log and place, so that nothing lies between them. */
export function samePosition(a: FeedPosition, b: FeedPosition): boolean {
  if (a === b) return true;
  if (a.epoch !== b.epoch || a.partitions.size !== b.partitions.size) return false;
  for (const [partition, { offset, mark }] of a.partitions) {
    const other = b.partitions.get(partition);
    if (other?.offset !== offset || other.mark !== mark) return false;
  }
  return true;
}
