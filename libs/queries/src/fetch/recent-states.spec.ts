import { eventId, revision, streamName, type Base } from '@headwater/event-sourcing';
import type { Iri } from '@headwater/linked-data';
import type { EntityAt } from './entity-states.js';
import { RecentStates } from './recent-states.js';

const state = (name: string, rev: number, characters = 0): EntityAt => ({
  stream: streamName(`entity/o/p/${name}`),
  eventId: eventId(`${String(rev)}-x`),
  compacted: 'x'.repeat(characters),
  entity: {
    kind: 'resource',
    id: name as Iri,
    organization: 'o',
    project: 'p',
    organizationUuid: 'o',
    projectUuid: 'p',
    types: [],
    rev: revision(rev),
    contentRev: revision(rev),
    contentBase: 0 as Base,
    createdAt: '',
    createdBy: { type: 'Anonymous' },
    updatedAt: '',
    updatedBy: { type: 'Anonymous' },
    deprecated: false,
    schema: { id: 's' as Iri, project: 'o/p' },
    tags: [],
    hash: '',
  },
});

describe('States that were served lately', () => {
  it('are found at their revision only', () => {
    const recent = new RecentStates(100_000);
    const a = state('a', 2);
    recent.remember(a);
    expect(recent.at(a.stream, revision(2))).toBe(a);
    expect(recent.at(a.stream, revision(3))).toBeUndefined();
    expect(recent.at(streamName('entity/o/p/b'), revision(2))).toBeUndefined();
    const later = state('a', 3);
    recent.remember(later);
    expect(recent.at(a.stream, revision(3))).toBe(later);
    expect(recent.at(a.stream, revision(2))).toBeUndefined();
  });

  it('are bounded, and those that are asked for stay longest', () => {
    const recent = new RecentStates(20_000);
    const kept = state('kept', 1);
    recent.remember(kept);
    for (let n = 0; n < 1000; n += 1) {
      recent.remember(state(String(n), 1, 1000));
      expect(recent.at(kept.stream, revision(1))).toBe(kept);
    }
    const found = Array.from({ length: 1000 }, (_, n) => recent.at(streamName(`entity/o/p/${String(n)}`), revision(1)) !== undefined);
    expect(found.filter(Boolean).length).toBeLessThanOrEqual(20);
  });

  it('leave out what would push everything else out', () => {
    const recent = new RecentStates(20_000);
    const large = state('large', 1, 10_000);
    recent.remember(large);
    expect(recent.at(large.stream, revision(1))).toBeUndefined();
  });
});
