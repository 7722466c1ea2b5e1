import { audit, auditReaders, settleOpenWrites } from './audit.mjs';
import { ABSENT, afterAll, Expectation } from './expectation.mjs';
import { ChangesReader, EventsReader } from './readers.mjs';

const hub = 'https://kill.example/round-1';
const content = (value) => ({ kind: 'content', value });
const histories = {
  a: [content('a1'), content('a2'), { kind: 'tag', tag: 't', rev: 1 }],
  b: [content('b1'), { kind: 'deprecate' }],
  c: [content('c1')],
};

/** A service in memory that answers as the audit expects, from states that a test may spoil. */
function fake(states) {
  const live = (deprecated) => [...states].filter(([, state]) => state.deprecated === deprecated).map(([id]) => ({ '@id': id }));
  const answers = {
    listing: (query) => {
      if (!query.has('deprecated')) return { _total: live(false).length + 1, _results: [] };
      const found = live(query.get('deprecated') === 'true');
      return { _total: found.length, _results: found };
    },
    resource: (id, query) => {
      const { rev, value, deprecated, values } = states.get(id) ?? ABSENT;
      if (rev === 0) return undefined;
      const at = Number(query.get('rev') ?? rev);
      return { _rev: at, _deprecated: deprecated, value: query.has('rev') ? values[at - 1] : value };
    },
    tags: (id) => ({ tags: Object.entries(states.get(id).tags).map(([tag, rev]) => ({ tag, rev })) }),
    incoming: () => ({ _total: states.size }),
    changes: () => [
      { id: '@context' },
      ...[...states].map(([id, { rev, value, deprecated }]) => ({ id, _rev: rev, value, meta: { isDeleted: deprecated } })),
      { id: '@continuation', token: 't', more: false },
    ],
  };
  const route = (path, query) => {
    if (path.startsWith('/datasets/')) return answers.changes();
    const [id, rest] = path.split('/').slice(6).map(decodeURIComponent);
    if (id === undefined) return answers.listing(query);
    return rest === undefined ? answers.resource(id, query) : answers[rest](id, query);
  };
  const client = {
    ask: async (_method, path) => {
      const url = new URL(path, 'http://h');
      const body = route(url.pathname, url.searchParams);
      return { status: body === undefined ? 404 : 200, body };
    },
    get: async (path) => (await client.ask('GET', path)).body,
  };
  return { client, answers };
}

describe('The audit', () => {
  let states;
  let scene;
  let answers;
  let changes;
  let events;

  beforeEach(() => {
    states = new Map(Object.entries(histories).map(([name, history]) => [`${hub}/${name}`, afterAll(ABSENT, history)]));
    const { client, ...rest } = fake(states);
    answers = rest.answers;
    const expectation = new Expectation();
    for (const [name, history] of Object.entries(histories)) expectation.acknowledged({ changes: new Map([[`${hub}/${name}`, history]]) });
    scene = { project: 'kill/round-1', hub, client, expectation, settle: async () => {}, violations: [] };
    changes = new ChangesReader(scene);
    events = new EventsReader(scene);
    for (const [id, { rev }] of states) events.revisions.set(id, rev);
  });

  const everything = async () => {
    await audit(scene);
    await auditReaders(scene, { changes, events: { ...events, revisions: events.revisions, until: (wanted) => events.until(wanted, 0) } });
    return scene.violations.join('\n');
  };
  const spoil = (name, change) => states.set(`${hub}/${name}`, { ...states.get(`${hub}/${name}`), ...change });

  it('finds nothing where all is well', async () => expect(await everything()).toBe(''));

  it.each([
    ['a lost resource', () => states.delete(`${hub}/c`), /acknowledged at revision 1 and is answered 404/],
    ['a lost revision', () => spoil('a', afterAll(ABSENT, histories.a.slice(0, 2))), /revision is 2, not 3/],
    ['another content', () => spoil('c', { value: 'x' }), /value is "x", not "c1"/],
    ['another content of an old revision', () => spoil('a', { values: ['a1', 'x', 'a2'] }), /\?rev=2 is "x", not "a2"/],
    ['a lost tag', () => spoil('a', { tags: {} }), /tag t is undefined, not 1/],
    ['a tag from nowhere', () => spoil('c', { tags: { u: 1 } }), /tag u is 1, not undefined/],
    ['a lost deprecation', () => spoil('b', { deprecated: false }), /_deprecated is false, not true/],
    ['a wrong total', () => (answers.listing = () => ({ _total: 7, _results: [] })), /total with deprecated=false is 7, not 2/],
    ['a resource that is not listed', () => (answers.listing = () => ({ _total: 2, _results: [] })), /2 resources are not listed/],
    [
      'a resource that is listed twice',
      () => (answers.listing = () => ({ _total: 2, _results: [{ '@id': 'x' }, { '@id': 'x' }] })),
      /x is listed twice/,
    ],
    ['a wrong number of links', () => (answers.incoming = () => ({ _total: 2 })), /incoming links is 2, not 3/],
    ['an item that the feed skips', () => (answers.changes = () => [{}, { token: 't', more: false }]), /never gave/],
    ['an item that the feed repeats', () => changes.items.set(`${hub}/c`, { rev: 1 }), /gave \S+ at revision 1 after 1/],
    ['an event that the stream skips', () => events.revisions.set(`${hub}/a`, 2), /did not give the newest events of 1 resources/],
    ['an event of what is not there', () => events.revisions.set(`${hub}/c`, 2), /gave revision 2 of \S+, which is not there/],
  ])('finds %s', async (_, break_, message) => {
    break_();
    expect(await everything()).toMatch(message);
  });

  it('finds out what became of writes without an answer', async () => {
    const stored = { what: 'stored', changes: new Map([[`${hub}/d`, [content('d1')]]]) };
    const absent = { what: 'absent', changes: new Map([[`${hub}/e`, [content('e1')]]]) };
    const torn = { what: 'torn', changes: new Map([...stored.changes, ...absent.changes].map(([id, list]) => [`${id}x`, list])) };
    for (const write of [stored, absent, torn]) scene.expectation.sent(write);
    states.set(`${hub}/d`, afterAll(ABSENT, [content('d1')]));
    states.set(`${hub}/dx`, afterAll(ABSENT, [content('d1')]));
    expect(await settleOpenWrites(scene)).toEqual({ stored: 1, absent: 1 });
    expect(scene.violations).toEqual([expect.stringMatching(/half of a write without an answer is there: torn, revisions 0->1 0->0/)]);
    expect(scene.expectation.state(`${hub}/d`).value).toBe('d1');
    expect(scene.expectation.state(`${hub}/e`).rev).toBe(0);
  });
});
