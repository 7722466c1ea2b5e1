import { offset, partition, revision, type Base } from '@headwater/event-sourcing';
import type { Iri } from '@headwater/linked-data';
import { changesPage } from './changes-page.js';

const row = {
  organization: 'o',
  project: 'p',
  id: 'https://e.org/x' as Iri,
  item: true,
  partition: partition(0),
  offset: offset(3),
  rev: revision(2),
  contentRev: revision(2),
  contentBase: 1 as Base,
  deprecated: false,
  modified: '2026-01-01T00:00:00.000Z',
};

describe('A page of changes', () => {
  it("has three parts, the first and the last as in the seed's example", () => {
    expect(JSON.parse(changesPage([], 'xxyyzz', false))).toEqual([
      { id: '@context', description: 'application specific / expansion point for rdf, JSON-LD and Entity Graph Data Model' },
      { id: '@continuation', token: 'xxyyzz', more: false },
    ]);
  });

  it('has items as they were sent between them', () => {
    const text = changesPage([{ row, source: '{"n":12345678901234567890,"x":1.0}' }], 't', true);
    expect(text).toContain('"n":12345678901234567890,"x":1.0}');
    expect(JSON.parse(text)).toHaveLength(3);
    expect(JSON.parse(text)).toMatchObject([{ id: '@context' }, { id: row.id, _rev: 2, x: 1 }, { token: 't', more: true }]);
  });
});
