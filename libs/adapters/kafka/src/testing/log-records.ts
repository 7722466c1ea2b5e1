import { revision, type LogRecord, type StreamName } from '@headwater/event-sourcing';
import { newStream, storedEvent } from '@headwater/event-sourcing/testing';

/** Records of one stream, from a revision on. `characters` makes each of them about so large. */
export function records(count: number, { from = 1, stream = newStream(), characters = 100 }: RecordShape = {}): readonly LogRecord[] {
  const source = JSON.stringify('x'.repeat(characters));
  return Array.from({ length: count }, (_, index) => ({
    stream,
    revision: revision(from + index),
    event: storedEvent(from + index, { source, expanded: '[]', compacted: '{}' }),
  }));
}

export interface RecordShape {
  readonly from?: number;
  readonly stream?: StreamName;
  readonly characters?: number;
}
