import type { LogRecord } from '@headwater/event-sourcing';
import { envelopeOf } from './event-codec.js';

/**
 * What a message says beside its value: CloudEvents 1.0, Kafka binding, binary mode. Texts in UTF-8. docs/events has the schema.
 *
 * The members without `ce_` are the binding's own (`content-type`) and the distributed tracing extension's.
 */
export interface MessageHeaders {
  readonly ce_specversion: '1.0';
  readonly ce_id: string;
  readonly ce_source: string;
  readonly ce_type: string;
  readonly ce_subject: string;
  readonly ce_time: string;
  readonly ce_dataschema: string;
  readonly 'content-type': 'application/json';
  readonly traceparent?: string;
}

/** The name of an event's schema, under which it is published: the `$id` of `docs/events/schemas/{type}.v{version}.schema.json`. */
export const schemaId = (type: string, version: number): string => `urn:headwater:event:${type}.v${String(version)}`;

/** How an event is named to everybody: unique for ever, the same for each repetition. Neither half says where it is published. */
export const cloudEventId = ({ stream, event }: Pick<LogRecord, 'stream' | 'event'>): string => `${stream}@${event.id}`;

/** How often a message has the name of its stream: in its key, its value, `ce_id` and `ce_subject`. Names have no limit of their own. */
export const STREAM_NAMES_PER_MESSAGE = 4;

/** @param source names the service, whoever runs it: a URI reference without an address. */
export function messageHeaders(record: LogRecord, source: string): MessageHeaders {
  const { type, version, instant, trace } = envelopeOf(record.event);
  return {
    ce_specversion: '1.0',
    ce_id: cloudEventId(record),
    ce_source: source,
    ce_type: `headwater.${type}.v${String(version)}`,
    ce_subject: record.stream,
    ce_time: instant,
    ce_dataschema: schemaId(type, version),
    'content-type': 'application/json',
    ...(trace === undefined ? {} : { traceparent: trace }),
  };
}
