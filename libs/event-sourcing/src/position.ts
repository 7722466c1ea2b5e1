import { createHash } from 'node:crypto';
import {
  BEFORE_FIRST,
  epoch,
  offset,
  partition,
  pushId,
  revision,
  streamName,
  type Epoch,
  type EventId,
  type Offset,
  type Partition,
  type PushId,
  type Revision,
  type StreamName,
} from './brand.js';
import { TokenRefused, type SealedTokens } from './sealed-token.js';

/** Where a reader of the log stands in one partition. `mark` is taken from the event at the offset: another event there means another log. */
export interface PartitionPosition {
  readonly offset: Offset;
  readonly mark: string;
}

/** Where a reader of the log stands: per partition, everything up to and including the offset was given to it. An absent partition: nothing. */
export interface FeedPosition {
  readonly epoch: Epoch;
  readonly partitions: ReadonlyMap<Partition, PartitionPosition>;
}

/** What a write made: the answer to "is my write in this read model?". A push names its receipt; without events it is always reached. */
export type WritePosition =
  | { readonly kind: 'revision'; readonly stream: StreamName; readonly revision: Revision }
  | { readonly kind: 'push'; readonly push: PushId }
  | { readonly kind: 'nothing' };

/** A few bytes of an event id, enough to tell another event at the same place. */
export const markOf = (id: EventId): string => createHash('sha256').update(id).digest('base64url').slice(0, 6);

export const startOf = (of: Epoch): FeedPosition => ({ epoch: of, partitions: new Map() });

export const offsetIn = (position: FeedPosition, of: Partition): Offset => position.partitions.get(of)?.offset ?? BEFORE_FIRST;

/** The position with one partition moved on. */
export const movedTo = (position: FeedPosition, of: Partition, to: Offset, at: EventId): FeedPosition => ({
  epoch: position.epoch,
  partitions: new Map(position.partitions).set(of, { offset: to, mark: markOf(at) }),
});

/** Tokens of feed positions. `purpose` keeps the kinds of token apart; `binding` is what the token belongs to (a dataset, filter and shape). */
export function sealFeedPosition(tokens: SealedTokens, purpose: string, binding: string, position: FeedPosition): string {
  const partitions = [...position.partitions]
    .sort(([a], [b]) => a - b)
    .map(([of, { offset: at, mark }]) => `${String(of)}.${at.toString(36)}.${mark}`);
  return tokens.seal(purpose, binding, [position.epoch, ...partitions].join(','));
}

/** @throws TokenRefused */
export function openFeedPosition(tokens: SealedTokens, purpose: string, binding: string, token: string): FeedPosition {
  const [of, ...partitions] = tokens.open(purpose, binding, token).split(',');
  const positions = new Map<Partition, PartitionPosition>();
  for (const text of partitions) {
    const [number, at, mark] = text.split('.');
    if (number === undefined || at === undefined || mark === undefined) throw new TokenRefused('malformed');
    positions.set(partition(Number(number)), { offset: offset(parseInt(at, 36)), mark });
  }
  return { epoch: epoch(of ?? ''), partitions: positions };
}

const WRITE = 'write';

/** The value of `Headwater-Position`. */
export function sealWritePosition(tokens: SealedTokens, position: WritePosition): string {
  if (position.kind === 'revision') return tokens.seal(WRITE, '', `r${String(position.revision)},${position.stream}`);
  return tokens.seal(WRITE, '', position.kind === 'push' ? `p${position.push}` : 'n');
}

/** @throws TokenRefused: this service did not issue it. */
export function openWritePosition(tokens: SealedTokens, token: string): WritePosition {
  const text = tokens.open(WRITE, '', token);
  if (text === 'n') return { kind: 'nothing' };
  if (text.startsWith('p')) return { kind: 'push', push: pushId(text.slice(1)) };
  const comma = text.indexOf(',');
  return { kind: 'revision', revision: revision(Number(text.slice(1, comma))), stream: streamName(text.slice(comma + 1)) };
}
