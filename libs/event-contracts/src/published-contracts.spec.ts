import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { VERSIONS } from './event-codec.js';
import { fromMessage } from './event-message.js';
import { TOPICS, topicOf } from './log-partitions.js';
import { messageHeaders, schemaId } from './message-headers.js';

const EVENTS = new URL('../../../docs/events/', import.meta.url);
const SCHEMAS = new URL('schemas/', EVENTS);
const FIXTURES = new URL('../src/fixtures/', import.meta.url);
const ASYNC_API = new URL(import.meta.resolve('@asyncapi/specs/schemas/3.0.0.json'));

type Json = Readonly<Record<string, unknown>>;

const json = (file: URL): Json => JSON.parse(readFileSync(file, 'utf8')) as Json;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const member = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), value);

const ajv = new Ajv2020({ allErrors: true });
const schemaFiles = readdirSync(SCHEMAS);
for (const file of schemaFiles) ajv.addSchema(json(new URL(file, SCHEMAS)));

const versions = Object.entries(VERSIONS).flatMap(([type, newest]) =>
  Array.from({ length: newest }, (_, index) => ({ type, version: index + 1, file: `${type}.v${String(index + 1)}` })),
);
const golden = (file: string): string => readFileSync(new URL(`${file}.json`, FIXTURES), 'utf8').slice(0, -1);

function errorsOf(id: string, value: unknown): readonly string[] {
  const validate = ajv.getSchema(id);
  if (validate === undefined) throw new Error(`There is no schema ${id}.`);
  return validate(value) === true ? [] : [ajv.errorsText(validate.errors)];
}

/** Members that an event may lack; every other one is always there. */
const OPTIONAL = new Set([
  'base',
  'trace',
  'payloadKey',
  'data.description',
  'data.pushed',
  'data.schema.rev',
  'data.contexts.project',
  'data.contexts.rev',
]);

/** Members whose own members are the users', not ours. */
const TEXTS = new Set(['data.source', 'data.expanded', 'data.compacted']);

interface Cut {
  readonly path: string;
  readonly without: unknown;
}

/** The value without one of its members, for each of them at any depth. */
function cuts(value: unknown, path: string): readonly Cut[] {
  if (TEXTS.has(path)) return [];
  if (Array.isArray(value))
    return value.flatMap((item, index) => cuts(item, path).map((cut) => ({ ...cut, without: value.with(index, cut.without) })));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, of]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const rest = Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
    return [{ path: at, without: rest }, ...cuts(of, at).map((cut) => ({ ...cut, without: { ...value, [name]: cut.without } }))];
  });
}

/** The tag of a content is there where it was sent with it; that of a tag event always. */
const isOptional = (type: string, path: string): boolean =>
  OPTIONAL.has(path) || (path === 'data.tag' && ['ResourceCreated', 'ResourceUpdated'].includes(type));

describe('The published schemas', () => {
  it('are one for each type and version of an event, named by it, and one for headers', () => {
    const expected = [...versions.map(({ file }) => `${file}.schema.json`), 'headers.v1.schema.json'];
    expect([...schemaFiles].sort()).toEqual(expected.sort());
    for (const { type, version, file } of versions)
      expect(json(new URL(`${file}.schema.json`, SCHEMAS))['$id']).toBe(schemaId(type, version));
  });

  describe.each(versions)('of $file', ({ type, version, file }) => {
    const text = golden(file);
    const value: unknown = JSON.parse(text);
    const id = schemaId(type, version);

    it('take what this service wrote, and wrote first', () => {
      expect(errorsOf(id, value)).toEqual([]);
      expect(errorsOf('urn:headwater:event-headers.v1', messageHeaders(fromMessage(text), '/headwater'))).toEqual([]);
    });

    it('take an event that says more', () => {
      if (!isObject(value)) throw new Error('A golden file is an object.');
      expect(errorsOf(id, { ...value, later: 1, data: { ...(value['data'] as Json), later: {} } })).toEqual([]);
    });

    it('refuse an event that lacks a member, and only then', () => {
      const all = cuts(value, '');
      expect(all.length).toBeGreaterThan(8);
      for (const { path, without } of all)
        expect({ path, refused: errorsOf(id, without).length > 0 }).toEqual({ path, refused: !isOptional(type, path) });
    });

    it('refuse every other event', () => {
      for (const other of versions.filter((one) => one.file !== file)) expect(errorsOf(id, JSON.parse(golden(other.file)))).not.toEqual([]);
    });
  });

  it('refuse headers that lack one', () => {
    const headers = messageHeaders(fromMessage(golden('ResourceCreated.v1')), '/headwater');
    for (const { path, without } of cuts(headers, ''))
      expect({ path, refused: errorsOf('urn:headwater:event-headers.v1', without).length > 0 }).toEqual({
        path,
        refused: path !== 'traceparent',
      });
  });
});

describe('The AsyncAPI document', () => {
  const document = json(new URL('asyncapi.json', EVENTS));

  it('is one, by AsyncAPI’s own schema', () => {
    // It brings the schema of schemas with it. Formats are hints there; what matters is the shape.
    const asyncApi = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });
    const validate = asyncApi.compile(json(ASYNC_API));
    expect({ valid: validate(document), errors: validate.errors }).toEqual({ valid: true, errors: null });
    expect(validate({ ...document, channels: { entity: { address: 1 } } })).toBe(false);
  });

  it('names every event in the topic that it is published to', () => {
    for (const topic of TOPICS) {
      const expected = versions
        .filter(({ file }) => topicOf(fromMessage(golden(file)).stream) === topic)
        .map(({ type, version }) => `headwater.${type}.v${String(version)}`);
      const messages = Object.keys(member(document, 'channels', topic, 'messages') as Json);
      const named = messages.map((name) => member(document, 'components', 'messages', name, 'name'));
      expect([...named].sort()).toEqual(expected.sort());
    }
  });

  it('points to what is there', () => {
    const pointers = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/gu)].map(([, to]) => to ?? '');
    expect(pointers.length).toBeGreaterThan(50);
    for (const to of pointers) {
      if (to.startsWith('#/'))
        expect({ to, found: member(document, ...to.slice(2).split('/')) !== undefined }).toEqual({ to, found: true });
      else expect(schemaFiles).toContain(to.replace('./schemas/', ''));
    }
  });
});
