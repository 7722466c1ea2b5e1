import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Recorded } from '@headwater/event-sourcing';
import type { OrganizationEvent, ProjectEvent } from '@headwater/event-contracts';
import { goldenEvent } from '@headwater/event-contracts/testing';
import { organizationKind, type OrganizationState } from './organization.js';
import { projectKind, type ProjectState } from './project.js';

const golden = (name: string): string => readFileSync(new URL(`../src/fixtures/${name}.json`, import.meta.url), 'utf8').trimEnd();

/** Format 1 is on users' disks: it is read for ever, and what is written now is what was written first. */
describe('A commit’s after, format 1', () => {
  const { decider: organizations } = organizationKind;
  const { decider: projects } = projectKind;

  it('of an organisation is the state that its events lead to', () => {
    const file = golden('organization.after.v1');
    const state = (['OrganizationCreated', 'OrganizationUpdated', 'OrganizationDeprecated'] as const)
      .map((type) => goldenEvent(type) as Recorded<OrganizationEvent>)
      .reduce<OrganizationState>((before, event) => organizations.evolve(before, event), organizations.initialState);
    expect(organizationKind.states.encode(state)).toBe(file);
    expect(organizationKind.states.decode(file)).toEqual(state);
  });

  it.each(['ProjectCreated', 'ProjectUndeprecated'] as const)('of a project is the state that its events up to %s lead to', (last) => {
    const file = golden(`${last === 'ProjectCreated' ? 'project-created' : 'project-undeprecated'}.after.v1`);
    const types = ['ProjectCreated', 'ProjectUpdated', 'ProjectDeprecated', 'ProjectUndeprecated'] as const;
    const state = types
      .slice(0, types.indexOf(last) + 1)
      .map((type) => goldenEvent(type) as Recorded<ProjectEvent>)
      .reduce<ProjectState>((before, event) => projects.evolve(before, event), projects.initialState);
    expect(projectKind.states.encode(state)).toBe(file);
    expect(projectKind.states.decode(file)).toEqual(state);
  });
});
