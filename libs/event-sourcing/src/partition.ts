import { partition, type Partition, type StreamName } from './brand.js';

/** Names the algorithm of `partitionOf`: it is data of every store, so it never changes under this name. */
export const PARTITION_HASH = 'fnv1a32-fmix32';

/**
 * The partition of a stream's first commit: FNV-1a over the name's UTF-8 bytes, finished with MurmurHash3's fmix32 (FNV alone spreads badly
 * over few partitions), modulo the number of partitions.
 */
export function partitionOf(stream: StreamName, partitions: number): Partition {
  if (partitions === 1) return partition(0);
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(stream, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return partition((hash >>> 0) % partitions);
}
