import { ANONYMOUS, commandId, eventId, revision, streamName, type Base, type Recorded } from '@headwater/event-sourcing';
import type { EntityEvent } from '@headwater/event-contracts';
import type { Iri } from '@headwater/linked-data';
import { renderedEvent } from './events.js';
import { Urls } from './urls.js';

const iri = (text: string): Iri => text as Iri;
const urls = new Urls('http://localhost:8080');
const SCHEMAS = 'https://bluebrain.github.io/nexus/schemas/';

const identity = {
  id: iri('http://localhost:8080/v1/resources/myorg/myproject/_/7887416b-d501-4508-a625-2a6664dfca94'),
  organization: 'myorg',
  project: 'myproject',
  organizationUuid: 'ba7053ba-54ea-41b6-baab-96ec1acd7ad4',
  projectUuid: '1089947c-dc76-4cbc-8b04-3f919b436828',
  types: [iri('http://localhost:8080/v1/vocabs/myorg/myproject/Hobbit')],
};
const content = { source: '{"@type":"Hobbit","age":23,"name":"Frodo"}', expanded: '[]', compacted: '{}' };

const recorded = (event: EntityEvent, rev: number, instant: string, actor: Recorded<EntityEvent>['actor']): Recorded<EntityEvent> => ({
  ...event,
  id: eventId(`${String(rev)}-a`),
  stream: streamName('entity/myorg/myproject/x'),
  revision: revision(rev),
  base: (rev - 1) as Base,
  instant,
  actor,
  commandId: commandId('c'),
});
const user = { type: 'User', realm: 'github', subject: 'myuser' } as const;
const written = {
  ...identity,
  schema: { id: iri(`${SCHEMAS}unconstrained.json`), project: 'myorg/myproject' },
  links: [],
  contexts: [],
  hash: 'h',
  content,
};
const rendered = (event: EntityEvent, rev = 1, actor: Recorded<EntityEvent>['actor'] = user): string =>
  renderedEvent(urls, recorded(event, rev, '2021-04-24T07:35:47.447Z', actor));

describe('An event as streams show it', () => {
  it("is the seed's own example of a created resource", () => {
    expect(rendered({ type: 'ResourceCreated', data: written })).toBe(
      '{"@context":"https://bluebrain.github.io/nexus/contexts/metadata.json","@type":"ResourceCreated","_resourceId":"http://localhost:8080/v1/resources/myorg/myproject/_/7887416b-d501-4508-a625-2a6664dfca94","_source":{"@type":"Hobbit","age":23,"name":"Frodo"},"_types":["http://localhost:8080/v1/vocabs/myorg/myproject/Hobbit"],"_constrainedBy":"https://bluebrain.github.io/nexus/schemas/unconstrained.json","_schemaProject":"http://localhost:8080/v1/projects/myorg/myproject","_project":"http://localhost:8080/v1/projects/myorg/myproject","_instant":"2021-04-24T07:35:47.447Z","_projectUuid":"1089947c-dc76-4cbc-8b04-3f919b436828","_organizationUuid":"ba7053ba-54ea-41b6-baab-96ec1acd7ad4","_rev":1,"_subject":"http://localhost:8080/v1/realms/github/users/myuser"}',
    );
  });

  it("is the seed's own example of a tag and of a deprecation", () => {
    expect(JSON.parse(rendered({ type: 'ResourceTagAdded', data: { ...identity, tag: 'mytag', targetRev: 1 } }, 3, ANONYMOUS))).toEqual({
      '@context': 'https://bluebrain.github.io/nexus/contexts/metadata.json',
      '@type': 'ResourceTagAdded',
      _resourceId: identity.id,
      tag: 'mytag',
      targetRev: 1,
      _types: identity.types,
      _project: 'http://localhost:8080/v1/projects/myorg/myproject',
      _instant: '2021-04-24T07:35:47.447Z',
      _projectUuid: identity.projectUuid,
      _organizationUuid: identity.organizationUuid,
      _rev: 3,
      _subject: 'http://localhost:8080/v1/anonymous',
    });
    const deprecated = JSON.parse(rendered({ type: 'ResourceDeprecated', data: identity }, 4)) as object;
    expect(deprecated).toMatchObject({ '@type': 'ResourceDeprecated', _rev: 4, _types: identity.types });
    expect(deprecated).not.toHaveProperty('_source');
  });

  it('has the source as it was sent, on one line', () => {
    const source = '{\r\n  "n": 12345678901234567890,\n\n  "text": "a\\nb\u2028c", "x": 1.0\n}';
    const text = rendered({ type: 'ResourceUpdated', data: { ...written, content: { ...content, source } } });
    expect(text).toContain('"_source":{   "n": 12345678901234567890,   "text": "a\\nb\u2028c", "x": 1.0 },');
    expect(text).not.toMatch(/[\r\n]/);
  });

  it('names the tag that came with a write', () => {
    expect(JSON.parse(rendered({ type: 'ResourceCreated', data: { ...written, tag: 'v1' } }))).toMatchObject({ tag: 'v1' });
  });

  it('says of a resolver what the recordings say', () => {
    const id = iri('https://bluebrain.github.io/nexus/vocabulary/defaultInProject');
    const source = { ...content, source: '{"@type":["Resolver","InProject"],"priority":1}' };
    const value = { type: 'InProject', priority: 1 } as const;
    expect(JSON.parse(rendered({ type: 'ResolverCreated', data: { ...identity, id, value, content: source } }))).toMatchObject({
      '@context': ['https://bluebrain.github.io/nexus/contexts/metadata.json', 'https://bluebrain.github.io/nexus/contexts/resolvers.json'],
      '@type': 'ResolverCreated',
      _constrainedBy: `${SCHEMAS}resolvers.json`,
      _resolverId: id,
      _resourceId: id,
      _source: { '@type': ['Resolver', 'InProject'], priority: 1 },
    });
  });
});
