import { eventId, revision, streamName, type Content, type LogRecord, type StoredEvent } from '@headwater/event-sourcing';
import { MalformedContainer, objectMembers, type MemberSlice } from '@headwater/linked-data';

/** A text that is no event as this service publishes it. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** The texts of the content, the last members of `data`, in this order. */
const CONTENT = ['source', 'expanded', 'compacted'] as const;

/**
 * An event as one JSON text, which is what a log message carries: its place, the envelope, and last `data`, which ends with the content's
 * texts exactly as they are. They are spliced in, not parsed: numbers keep their digits, and members their order and their repetitions.
 */
export function toMessage({ stream, revision: at, event: { id, head, content } }: LogRecord): string {
  if (!head.endsWith('}}')) throw new MalformedMessage(`The head of event ${id} of ${stream} does not end with its data.`);
  const place = `{"id":${JSON.stringify(id)},"stream":${JSON.stringify(stream)},"revision":${String(at)},`;
  if (content === undefined) return place + head.slice(1);
  const data = head.slice(1, -2);
  const texts = CONTENT.map((name) => `"${name}":${content[name]}`).join(',');
  return `${place}${data}${data.endsWith('{') ? '' : ','}${texts}}}`;
}

/** The event that a message carries. @throws MalformedMessage */
export function fromMessage(text: string): LogRecord {
  try {
    return cut(text);
  } catch (error) {
    if (error instanceof MalformedContainer || error instanceof SyntaxError)
      throw new MalformedMessage('The message is no JSON object.', { cause: error });
    throw error;
  }
}

function cut(text: string): LogRecord {
  const members = objectMembers(text);
  const [id, stream, at, first] = members;
  const data = members.at(-1);
  if (id?.name !== 'id' || stream?.name !== 'stream' || at?.name !== 'revision' || first === undefined || data?.name !== 'data') {
    throw new MalformedMessage('The message is no event: it begins with id, stream and revision, and ends with data.');
  }
  const valueOf = ({ valueStart, valueEnd }: MemberSlice): unknown => JSON.parse(text.slice(valueStart, valueEnd));
  const place = { id: valueOf(id), stream: valueOf(stream), revision: valueOf(at) };
  if (typeof place.id !== 'string' || typeof place.stream !== 'string' || !Number.isSafeInteger(place.revision)) {
    throw new MalformedMessage('The message is no event: id, stream and revision are a text, a text and a number.');
  }
  return {
    stream: streamName(place.stream),
    revision: revision(Number(place.revision)),
    event: stored(text, place.id, first.keyStart, data),
  };
}

function stored(text: string, id: string, headStart: number, { valueStart, valueEnd }: MemberSlice): StoredEvent {
  const data = text.slice(valueStart, valueEnd);
  const members = objectMembers(data);
  const texts = members.slice(-CONTENT.length);
  if (!CONTENT.every((name, index) => texts[index]?.name === name))
    return { id: eventId(id), head: `{${text.slice(headStart, valueEnd)}}` };
  // Everything between a colon and the next comma is the text's own, blanks too.
  const [source, expanded, compacted] = texts.map(({ name, keyStart }, index) => {
    const next = texts[index + 1]?.keyStart ?? data.length;
    return data.slice(keyStart + name.length + '"":'.length, next - 1);
  });
  if (source === undefined || expanded === undefined || compacted === undefined)
    throw new MalformedMessage(`Event ${id} has a part of a content.`);
  const content: Content = { source, expanded, compacted };
  const ownEnd = texts.length === members.length ? valueStart + 1 : valueStart + (texts[0]?.keyStart ?? 0) - 1;
  return { id: eventId(id), head: `{${text.slice(headStart, ownEnd)}}}`, content };
}
