import { readFileSync } from 'node:fs';
import type { Recorded } from '@headwater/event-sourcing';
import { eventCodec } from '../event-codec.js';
import { fromMessage } from '../event-message.js';
import type { HeadwaterEvent, HeadwaterEventType } from '../headwater-events.js';

/**
 * An event as this release wrote it first (`fixtures`). Those of one kind of stream are one stream's: created, tagged, untagged, deprecated,
 * undeprecated and updated for a resource; created, updated, deprecated and undeprecated for organisation and project.
 */
export function goldenEvent(type: HeadwaterEventType, version = 1): Recorded<HeadwaterEvent> {
  const file = new URL(`../../src/fixtures/${type}.v${String(version)}.json`, import.meta.url);
  const { stream, revision, event } = fromMessage(readFileSync(file, 'utf8').slice(0, -1));
  return eventCodec.decode(stream, revision, event);
}
