import type { Iri } from '@headwater/linked-data';
import { CommandSide } from '../testing/command-side.js';

const iri = 'https://example.org/base/ctx' as Iri;

async function withContext() {
  const side = await CommandSide.started();
  await side.create('{"@context":{"name":"https://schema.org/name"}}', { id: 'ctx' });
  const load = async () => (await side.contexts.of(side.project).load([iri])).get(iri);
  return { side, load };
}

describe('Contexts that are resources of the project', () => {
  it('are what the top-level @context of the source says', async () => {
    const { load } = await withContext();
    expect(await load()).toEqual({ context: { name: 'https://schema.org/name' }, project: 'org/proj', rev: 1 });
  });

  it('are the same object each time, also after a tag and when deprecated', async () => {
    const { side, load } = await withContext();
    const first = (await load())?.context;
    expect((await load())?.context).toBe(first);
    await side.change('ctx', { type: 'TagResource', rev: 1, tag: 'v1', targetRev: 1 });
    await side.change('ctx', { type: 'DeprecateResource', rev: 2 });
    expect(await load()).toMatchObject({ rev: 1 });
    expect((await load())?.context).toBe(first);
  });

  it('are another object once their content is another', async () => {
    const { side, load } = await withContext();
    await load();
    await side.update('ctx', 1, '{"@context":{"name":"https://other.org/name"}}');
    expect(await load()).toEqual({ context: { name: 'https://other.org/name' }, project: 'org/proj', rev: 2 });
  });

  it('are left out where there is none', async () => {
    const { side } = await withContext();
    await side.create('{"name":"x"}', { id: 'plain' });
    const asked = ['https://example.org/base/plain', 'https://example.org/base/none', iri] as Iri[];
    expect([...(await side.contexts.of(side.project).load(asked)).keys()]).toEqual([iri]);
  });

  it('are recorded with their revision in what uses them', async () => {
    const { side } = await withContext();
    await side.create(`{"@context":"${iri}"}`, { id: 'user' });
    const [event] = await side.events('user');
    expect(event).toMatchObject({ data: { contexts: [{ iri, kind: 'resource', project: 'org/proj', rev: 1 }] } });
  });

  it('cannot be looked at while the store is out of reach', async () => {
    const { side, load } = await withContext();
    side.store.faults.refuse('newest');
    await expect(load()).rejects.toMatchObject({ name: 'StoreUnavailable' });
  });
});
