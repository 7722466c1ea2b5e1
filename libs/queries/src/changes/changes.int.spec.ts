import { epoch, sealFeedPosition, startOf } from '@headwater/event-sourcing';
import { BASE, PROJECT, PUBLIC_URL, QueryService, type Answer } from '../testing/query-service.js';

interface Item {
  readonly id: string;
  readonly _rev: number;
  readonly name?: string;
  readonly meta?: { readonly isDeleted?: boolean };
}

const CHANGES = '/datasets/org.project/changes';
const OTHER = { organization: 'org', project: 'other' };
const doc = (name: string, text = name, project = PROJECT) => ({ id: `${BASE}${name}`, name: text, project });

function parts({ status, text, body }: Answer): { readonly items: readonly Item[]; readonly token: string; readonly more: boolean } {
  if (status !== 200) throw new Error(`${String(status)} ${text}`);
  const all = body as readonly (Item & { readonly token: string; readonly more: boolean })[];
  const { token = '', more = true } = all.at(-1) ?? {};
  return { items: all.slice(1, -1), token, more };
}

describe('A changes feed', () => {
  let service: QueryService;
  beforeEach(async () => {
    service = await QueryService.start();
  });
  afterEach(() => service.stop());

  const page = async (since?: string, limit?: number) => {
    const query = new URLSearchParams({
      ...(since === undefined ? {} : { since }),
      ...(limit === undefined ? {} : { limit: String(limit) }),
    });
    return parts(await service.get(`${CHANGES}?${query.toString()}`));
  };
  /** As the protocol says: until a page without items. */
  const readOn = async (
    since?: string,
    limit?: number,
  ): Promise<{ readonly pages: readonly (readonly Item[])[]; readonly token: string }> => {
    const pages: (readonly Item[])[] = [];
    let token = since;
    for (;;) {
      const { items, token: next } = await page(token, limit);
      if (items.length === 0) return { pages, token: next };
      pages.push(items);
      token = next;
    }
  };

  it("has the seed's three parts, also without items", async () => {
    const answer = await service.get(CHANGES);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.body).toEqual([
      { id: '@context', description: 'application specific / expansion point for rdf, JSON-LD and Entity Graph Data Model' },
      { id: '@continuation', token: expect.stringMatching(/^[\w-]+$/), more: false },
    ]);
  });

  it('P1: loses nothing, whatever the page size, while items change between pages', async () => {
    for (let at = 0; at < 20; at += 1) await service.world.create(doc(`r${String(at)}`));
    await service.memory.settle();
    for (const limit of [1, 3, 7, 1000]) {
      const last = new Map<string, Item>();
      let token: string | undefined;
      for (let round = 0; ; round += 1) {
        const { items, token: next } = await page(token, limit);
        for (const item of items) last.set(item.id, item);
        if (items.length === 0) break;
        token = next;
        if (round >= 5) continue;
        const name = `r${String((limit * 7 + round * 3) % 20)}`;
        const known = (await service.get(`/v1/resources/org/project/_/${name}`)).body as Item;
        await service.world.update(doc(name, `changed ${String(known._rev)}`), known._rev);
        await service.memory.settle();
      }
      expect(last.size).toBe(20);
      for (const [id, item] of last) {
        const newest = (await service.get(`/v1/resources/org/project/_/${encodeURIComponent(id)}`)).body as Item;
        expect([item._rev, item.name]).toEqual([newest._rev, newest.name]);
      }
    }
  });

  it('P1: a token goes no further than what is applied', async () => {
    await service.world.create(doc('a'));
    const before = await page();
    expect(before.items).toEqual([]);
    await service.memory.settle();
    expect((await page(before.token)).items).toMatchObject([{ id: `${BASE}a` }]);
  });

  it('P2: gives an item again only where it is asked again, and says which revision it is', async () => {
    await service.world.create(doc('a'));
    await service.world.update(doc('a', 'b'), 1);
    await service.memory.settle();
    const once = await page();
    expect(once.items).toMatchObject([{ id: `${BASE}a`, _rev: 2, name: 'b' }]);
    expect((await page()).items).toEqual(once.items);
    expect((await page(once.token)).items).toEqual([]);
  });

  it('P3: versions of an item never go backwards', async () => {
    for (let at = 0; at < 6; at += 1) await service.world.create(doc(`r${String(at)}`));
    await service.memory.settle();
    const seen = new Map<string, number>();
    let token: string | undefined;
    for (let rev = 1; rev < 6; rev += 1) {
      for (let at = 0; at < 6; at += 2) await service.world.update(doc(`r${String(at)}`, String(rev)), rev);
      await service.memory.settle();
      for (let more = true; more;) {
        const read = await page(token, 2);
        for (const { id, _rev } of read.items) {
          expect(_rev).toBeGreaterThan(seen.get(id) ?? 0);
          seen.set(id, _rev);
        }
        ({ token, more } = read);
      }
    }
    expect([...seen.values()].sort()).toEqual([1, 1, 1, 6, 6, 6]);
  });

  it('P4: the same token and data give the same bytes', async () => {
    for (let at = 0; at < 9; at += 1) await service.world.create(doc(`r${String(at)}`));
    await service.memory.settle();
    const { token } = await page(undefined, 4);
    const [one, two] = [await service.get(`${CHANGES}?since=${token}&limit=3`), await service.get(`${CHANGES}?since=${token}&limit=3`)];
    expect(one.text).toBe(two.text);
  });

  it('P5: pages are bounded, and one without items is sent only to a reader that has caught up', async () => {
    await service.addProject(OTHER);
    for (let at = 0; at < 30; at += 1) await service.world.create(doc(`r${String(at)}`, 'x', at % 3 === 0 ? PROJECT : OTHER));
    await service.memory.settle();
    const { pages, token } = await readOn(undefined, 4);
    expect(pages.map(({ length }) => length)).toEqual([4, 4, 2]);
    expect(await page(token)).toMatchObject({ items: [], more: false });
    expect((await page(undefined, 10)).more).toBe(false);
    expect((await page(undefined, 9)).more).toBe(true);
  });

  it('P7: deletes are delivered, and returns', async () => {
    await service.world.create(doc('a'));
    await service.memory.settle();
    const { token } = await page();
    await service.world.deprecate(doc('a'), 1);
    await service.memory.settle();
    const deleted = await page(token);
    expect(deleted.items).toMatchObject([{ id: `${BASE}a`, _rev: 2, name: 'a', meta: { isDeleted: true } }]);
    await service.world.undeprecate(doc('a'), 2);
    await service.memory.settle();
    const [back] = (await page(deleted.token)).items;
    expect(back).toMatchObject({ id: `${BASE}a`, _rev: 3 });
    expect(back?.meta?.isDeleted).toBeUndefined();
  });

  it('P7, P10: a token of another log is answered 410 with both words for it', async () => {
    const token = sealFeedPosition(service.tokens, 'changes', 'org.project|resources', startOf(epoch('another')));
    const answer = await service.get(`${CHANGES}?since=${token}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([410, 'application/problem+json']);
    expect([answer.headers.get('icar-full-sync'), answer.headers.get('universal-data-api-fullsync')]).toEqual(['true', 'true']);
    expect(answer.body).toMatchObject({ type: expect.stringMatching(/resync-required$/) as string, status: 410 });
  });

  it('P8: a token that is malformed, changed, or of another feed is refused, never taken for the start', async () => {
    await service.addProject(OTHER);
    const { token } = await page();
    const foreign = parts(await service.get('/datasets/org.other/changes')).token;
    const changed = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
    for (const bad of [
      'x',
      '0',
      '%20',
      'MA==',
      changed,
      token.slice(0, -1),
      foreign,
      sealFeedPosition(service.tokens, 'event', '', startOf(epoch('e'))),
    ]) {
      const answer = await service.get(`${CHANGES}?since=${encodeURIComponent(bad)}`);
      expect([bad, answer.status, answer.body]).toEqual([
        bad,
        400,
        expect.objectContaining({ type: expect.stringMatching(/invalid-token$/) as string }),
      ]);
    }
    expect((await page(`${token}==`)).items).toEqual([]);
  });

  it('P11: readers are independent of each other', async () => {
    for (let at = 0; at < 6; at += 1) await service.world.create(doc(`r${String(at)}`));
    await service.memory.settle();
    const [one, two] = await Promise.all([readOn(undefined, 2), readOn(undefined, 5)]);
    expect([...one.pages.flat()].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
      [...two.pages.flat()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
    expect(one.token).toBe(two.token);
  });

  it('begins now where it is asked to', async () => {
    await service.world.create(doc('a'));
    await service.memory.settle();
    const now = await page('now');
    expect(now).toMatchObject({ items: [], more: false });
    await service.world.create(doc('b'));
    await service.memory.settle();
    expect((await page(now.token)).items).toMatchObject([{ id: `${BASE}b` }]);
  });

  it('is 304 to a reader that has caught up and says so, until something happens', async () => {
    await service.world.create(doc('a'));
    await service.memory.settle();
    const { token } = await page();
    const first = await service.get(`${CHANGES}?since=${token}`);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[^"]+"$/);
    const again = await service.get(`${CHANGES}?since=${token}`, { 'if-none-match': etag });
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
    await service.world.create(doc('b'));
    expect((await service.get(`${CHANGES}?since=${token}`, { 'if-none-match': etag })).status).toBe(304);
    await service.memory.settle();
    const changed = await service.get(`${CHANGES}?since=${token}`, { 'if-none-match': etag });
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, null]);
    expect(parts(changed).items).toHaveLength(1);
  });

  it('refuses what it does not do, and does not know other datasets', async () => {
    const refusals = [
      [`${CHANGES}?limit=0`, 400, 'invalid-parameter'],
      [`${CHANGES}?limit=10001`, 400, 'invalid-parameter'],
      [`${CHANGES}?reverse=true`, 400, 'invalid-parameter'],
      [`${CHANGES}?feed=longpoll`, 400, 'invalid-parameter'],
      ['/datasets/org.nothing/changes', 404, 'dataset-not-found'],
      ['/datasets/plots/changes', 404, 'dataset-not-found'],
      ['/datasets/a.b.c/changes', 404, 'dataset-not-found'],
      ['/datasets/org.nothing', 404, 'dataset-not-found'],
    ] as const;
    for (const [path, status, type] of refusals) {
      const answer = await service.get(path);
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, status, 'application/problem+json']);
      expect(answer.body).toMatchObject({ type: expect.stringMatching(new RegExp(`${type}$`)) as string, status });
    }
    expect((await service.get(CHANGES, { accept: 'text/event-stream' })).status).toBe(406);
    expect((await service.get(`${CHANGES}?since=`)).status).toBe(200);
  });

  it('is found where datasets are listed', async () => {
    await service.addProject(OTHER);
    const url = `${PUBLIC_URL}/datasets/org.project`;
    const described = { name: 'org.project', url, changes: `${url}/changes`, updates: `${url}/resources`, since: true };
    expect((await service.get('/datasets/org.project')).body).toEqual(described);
    expect((await service.get('/datasets')).body).toEqual([described, expect.objectContaining({ name: 'org.other' })]);
    expect((await service.get('/data/streaming/datasets/org.project')).body).toMatchObject({
      changes: `${PUBLIC_URL}/data/streaming/datasets/org.project/changes`,
    });
    expect((await service.get('/data/streaming/datasets/org.project/changes')).status).toBe(200);
  });
});
