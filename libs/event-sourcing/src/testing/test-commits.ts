import { baseAt, revision, streamName, type Partition, type StreamName } from '../brand.js';
import type { Commit, Content, StoredEvent } from '../event.js';
import { newEventId } from '../handle-command.js';
import { partitionOf } from '../partition.js';

let streams = 0;

/** A stream that no other test uses. */
export function newStream(kind = 'entity/org/project'): StreamName {
  streams += 1;
  return streamName(`${kind}/https://example.org/${String(process.pid)}-${String(Date.now())}-${String(streams)}`);
}

/** A stream that lies in one of so many partitions: what a test needs in each of them is not left to chance. */
export function newStreamIn(partition: Partition, partitions = 3): StreamName {
  for (;;) {
    const stream = newStream();
    if (partitionOf(stream, partitions) === partition) return stream;
  }
}

/** Texts that do not survive a parser: numbers beyond a double, white space, the order and the repetition of members, characters of all lengths. */
export const AWKWARD_CONTENT: Content = {
  source: '{ "b":\t12345678901234567890.10,\r\n "a" : "é\u{1f600}\u2028\\u0000\\"", "a":1e400, "__proto__": {"x":-0} }\n',
  expanded: '[{"@id":"https://example.org/a","http://schema.org/name":[{"@value":"\u{1f600}"}]}]',
  compacted: '{"@context":["https://bluebrain.github.io/nexus/contexts/metadata.json"],"@id":"https://example.org/a","name":"\u{1f600}"}',
};

export function storedEvent(at: number, content?: Content): StoredEvent {
  const head = JSON.stringify({
    type: 'Added',
    version: 1,
    instant: new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString(),
    actor: { type: 'User', realm: 'internal', subject: 'jörg' },
    commandId: 'a-command',
    data: { by: at },
  });
  const event = { id: newEventId(revision(at)), head };
  return content === undefined ? event : { ...event, content };
}

export interface CommitShape {
  /** 0 where the stream is new. */
  readonly base: number;
  readonly events?: number;
  readonly content?: Content;
  readonly after?: string;
}

export function commitTo(stream: StreamName, partition: Partition, { base, events = 1, content, after }: CommitShape): Commit {
  return {
    stream,
    base: baseAt(revision(base)),
    partition,
    events: Array.from({ length: events }, (_, index) => storedEvent(base + 1 + index, content)),
    after: after ?? JSON.stringify({ format: 1, at: base + events }),
  };
}
