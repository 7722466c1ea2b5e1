import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Recorded } from '@headwater/event-sourcing';
import type { EntityEvent, HeadwaterEventType } from '@headwater/event-contracts';
import { goldenEvent } from '@headwater/event-contracts/testing';
import { entityStates } from './entity-state.js';
import { resourceDecider } from './resource.decider.js';

const golden = (name: string): string => readFileSync(new URL(`../src/fixtures/${name}.json`, import.meta.url), 'utf8').trimEnd();

/** Format 1 is on users' disks: it is read for ever, and what is written now is what was written first. */
describe('A commit’s after, format 1', () => {
  it.each<[string, readonly HeadwaterEventType[]]>([
    ['resource-tagged.after.v1', ['ResourceCreated', 'ResourceTagAdded']],
    [
      'resource-pushed.after.v1',
      ['ResourceCreated', 'ResourceTagAdded', 'ResourceTagDeleted', 'ResourceDeprecated', 'ResourceUndeprecated', 'ResourceUpdated'],
    ],
    ['resolver.after.v1', ['ResolverCreated']],
  ])('%s is the state that its events lead to', (file, types) => {
    const events = types.map((type) => goldenEvent(type) as Recorded<EntityEvent>);
    const state = events.reduce((before, event) => resourceDecider.evolve(before, event), resourceDecider.initialState);
    expect(entityStates.encode(state)).toBe(golden(file));
    expect(entityStates.decode(golden(file))).toEqual(state);
  });
});
