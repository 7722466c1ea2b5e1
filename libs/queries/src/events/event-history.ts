import { offsetIn, type FeedPosition, type LogEntry, type PartitionPosition, type Partition } from '@headwater/event-sourcing';

/** Whether everything up to `target` lies at or before `position`. */
export function covers(position: FeedPosition, target: FeedPosition): boolean {
  for (const [partition, { offset }] of target.partitions) if (offsetIn(position, partition) < offset) return false;
  return true;
}

/** Whether an entry lies at or before a position. */
export const isWithin = ({ partition, offset }: LogEntry, position: FeedPosition): boolean => offset <= offsetIn(position, partition);

/** The earlier of two positions in each partition. */
export function earlier(a: FeedPosition, b: FeedPosition): FeedPosition {
  const partitions = new Map<Partition, PartitionPosition>();
  for (const [partition, ofA] of a.partitions) {
    const ofB = b.partitions.get(partition);
    if (ofB !== undefined) partitions.set(partition, ofA.offset <= ofB.offset ? ofA : ofB);
  }
  return { epoch: a.epoch, partitions };
}
