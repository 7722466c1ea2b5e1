import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { UnknownEvent, revision, streamName } from '@headwater/event-sourcing';
import { VERSIONS, entityCodec, envelopeOf, eventCodec, organizationCodec } from './event-codec.js';
import { fromMessage, toMessage } from './event-message.js';
import { UPCASTERS } from './upcasters.js';

const FIXTURES = new URL('../src/fixtures/', import.meta.url);
const files = readdirSync(FIXTURES);
/** Golden files end with a line feed, which is not part of the message. */
const golden = (name: string): string => readFileSync(new URL(name, FIXTURES), 'utf8').slice(0, -1);

describe('The events of the log', () => {
  it('have a golden file for each type and version', () => {
    const expected = Object.entries(VERSIONS).flatMap(([type, newest]) =>
      Array.from({ length: newest }, (_, index) => `${type}.v${String(index + 1)}.json`),
    );
    expect([...files].sort()).toEqual(expected.sort());
  });

  it('have an upcaster for each version that is not written any more', () => {
    for (const [type, newest] of Object.entries(VERSIONS)) {
      const upcast = Object.keys((UPCASTERS as Readonly<Record<string, object | undefined>>)[type] ?? {});
      expect(upcast).toEqual(Array.from({ length: newest - 1 }, (_, index) => String(index + 1)));
    }
  });

  it.each(files)('%s is still understood, and those of the newest version are written like that still', (file) => {
    const text = golden(file);
    const record = fromMessage(text);
    const event = eventCodec.decode(record.stream, record.revision, record.event);
    const [type, version] = file.split('.');
    expect(event.type).toBe(type);
    expect(envelopeOf(record.event)).toMatchObject({ type, instant: event.instant, commandId: event.commandId });
    const written = toMessage({ stream: event.stream, revision: event.revision, event: eventCodec.encode(event) });
    if (version === `v${String(VERSIONS[event.type])}`) expect(written).toBe(text);
    // JSON.parse sees the same event, as other services do, which know nothing of texts that were spliced in.
    const { content, ...data } = event.data as typeof event.data & { readonly content?: Record<string, string> };
    const texts = Object.fromEntries(Object.entries(content ?? {}).map(([name, raw]) => [name, JSON.parse(raw) as unknown]));
    expect(JSON.parse(text)).toMatchObject({ id: event.id, stream: event.stream, revision: event.revision, data: { ...data, ...texts } });
  });

  it('have the texts of the content as they came', () => {
    const { event } = fromMessage(golden('ResourceCreated.v1.json'));
    expect(event.content?.source).toBe(
      '{ "@type": ["Cow", "http://schema.org/Thing"],\r\n\t"name" : "Bella – 🐄", "weight":1234567890123456789012.50, "e":1e-7, ' +
        '"keeper":{"@id":"farmer-1","@type":"http://schema.org/Person"}, "n":-0 }\n',
    );
    expect(event.content?.expanded).toContain('1234567890123456789012.50');
    expect(event.content?.compacted).toMatch(/^\{"@context":.*\.50\}$/);
    expect(event.head).not.toContain('Bella');
  });

  it('know the base of their commit', () => {
    const decode = (file: string): { readonly revision: number; readonly base: number } => {
      const { stream, revision: at, event } = fromMessage(golden(file));
      return eventCodec.decode(stream, at, event);
    };
    expect(decode('ResourceUpdated.v1.json')).toMatchObject({ revision: 6, base: 4 });
    expect(decode('ResourceCreated.v1.json')).toMatchObject({ revision: 1, base: 0 });
  });

  describe('of a later release', () => {
    const { stream, revision: at, event } = fromMessage(golden('OrganizationCreated.v1.json'));
    const changed = (change: object): (() => unknown) => {
      const head = JSON.stringify({ ...(JSON.parse(event.head) as object), ...change });
      return () => eventCodec.decode(stream, at, { ...event, head });
    };

    it('stop their reader: an unknown type', () => expect(changed({ type: 'OrganizationPainted' })).toThrow(UnknownEvent));
    it('stop their reader: a newer version', () => expect(changed({ version: 2 })).toThrow(UnknownEvent));
    it('stop their reader: a type that every object has', () => expect(changed({ type: 'constructor' })).toThrow(UnknownEvent));
    it('are read where they only say more', () => expect(changed({ laterMember: true })()).toMatchObject({ type: 'OrganizationCreated' }));
  });

  it('are of their stream’s kind', () => {
    const { event } = fromMessage(golden('OrganizationCreated.v1.json'));
    expect(() => entityCodec.decode(streamName('entity/a/b/c'), revision(1), event)).toThrow(
      'OrganizationCreated at revision 1 has no place in',
    );
    expect(organizationCodec.decode(streamName('org/farm'), revision(1), event).type).toBe('OrganizationCreated');
  });
});
