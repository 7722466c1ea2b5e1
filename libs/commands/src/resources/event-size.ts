import type { Commit, StoredEvent } from '@headwater/event-sourcing';
import { rejection } from '@headwater/representations';

/** A character is at most three bytes of UTF-8. */
const MAX_BYTES_PER_CHARACTER = 3;

/**
 * A log message or a database document has a limit, and a long term mapping can make a small source large: the encoded event is what counts
 * (design.md, Events).
 *
 * @throws Rejection EventTooLarge
 */
export function mustFit({ events }: Pick<Commit, 'events'>, maxBytes: number): void {
  for (const event of events) {
    const texts = textsOf(event);
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
