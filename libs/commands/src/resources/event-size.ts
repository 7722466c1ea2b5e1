import { STREAM_NAMES_PER_MESSAGE } from '@headwater/event-contracts';
import type { Commit, StoredEvent } from '@headwater/event-sourcing';
import { rejection } from '@headwater/representations';

/** A character is at most three bytes of UTF-8. */
const MAX_BYTES_PER_CHARACTER = 3;

/**
 * A log message or a database document has a limit, and a long term mapping can make a small source large: the encoded event is what counts
 * (design.md, Events), with the name of its stream, which a client may have chosen, as often as a message has it.
 *
 * @throws Rejection EventTooLarge
 */
export function mustFit({ stream, events }: Pick<Commit, 'stream' | 'events'>, maxBytes: number): void {
  const names: readonly string[] = Array.from({ length: STREAM_NAMES_PER_MESSAGE }, () => stream);
  for (const event of events) {
    const texts = [...names, ...textsOf(event)];
    const characters = texts.reduce((sum, text) => sum + text.length, 0);
    if (characters * MAX_BYTES_PER_CHARACTER <= maxBytes) continue;
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    if (bytes <= maxBytes) continue;
    throw rejection(
      'EventTooLarge',
      `The resource takes ${String(bytes)} bytes once it is read as JSON-LD, which is more than the limit of ${String(maxBytes)}.`,
    );
  }
}

const textsOf = ({ head, content }: StoredEvent): readonly string[] =>
  content === undefined ? [head] : [head, content.source, content.expanded, content.compacted];
