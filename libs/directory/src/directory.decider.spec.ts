import { describe, expect, it } from '@jest/globals';
import { specificationOf, stateAfter } from '@headwater/event-sourcing/testing';
import type { OrganizationEvent, ProjectEvent, ProjectSettings } from '@headwater/event-contracts';
import type { Iri } from '@headwater/linked-data';
import { organizationKind, type OrganizationCommand, type OrganizationRejectionCode, type OrganizationState } from './organization.js';
import { projectKind, type ProjectCommand, type ProjectRejectionCode, type ProjectState } from './project.js';

const same = (actual: unknown, expected: unknown): void => expect(actual).toEqual(expected);

describe('An organisation', () => {
  const given = specificationOf<OrganizationState, OrganizationCommand, OrganizationEvent, OrganizationRejectionCode>(
    organizationKind.decider,
    same,
  );
  const identity = { label: 'farm', uuid: 'uuid-farm' };
  const created: OrganizationEvent = { type: 'OrganizationCreated', data: { ...identity, description: 'a farm' } };
  const updated: OrganizationEvent = { type: 'OrganizationUpdated', data: { ...identity, description: 'our farm' } };
  const deprecated: OrganizationEvent = { type: 'OrganizationDeprecated', data: identity };
  const undeprecated: OrganizationEvent = { type: 'OrganizationUndeprecated', data: identity };
  const create: OrganizationCommand = { type: 'CreateOrganization', ...identity, description: 'a farm' };
  const update = (rev: number): OrganizationCommand => ({ type: 'UpdateOrganization', label: 'farm', rev, description: 'our farm' });
  const deprecate = (rev: number): OrganizationCommand => ({ type: 'DeprecateOrganization', label: 'farm', rev });
  const undeprecate = (rev: number): OrganizationCommand => ({ type: 'UndeprecateOrganization', label: 'farm', rev });

  it('is created', () => given().when(create).then(created));
  it('is created without a description', () =>
    given()
      .when({ type: 'CreateOrganization', ...identity })
      .then({ type: 'OrganizationCreated', data: identity }));
  it('is created once', () => given(created, deprecated).when(create).thenRejects('OrganizationAlreadyExists', { label: 'farm' }));

  it('is updated, and loses a description that is not given again', () => {
    given(created).when(update(1)).then(updated);
    given(created).when({ type: 'UpdateOrganization', label: 'farm', rev: 1 }).then({ type: 'OrganizationUpdated', data: identity });
    expect(stateAfter(organizationKind.decider, [created, { type: 'OrganizationUpdated', data: identity }])).not.toHaveProperty(
      'description',
    );
  });
  it('is deprecated', () => given(created).when(deprecate(1)).then(deprecated));
  it('is brought back', () => given(created, deprecated).when(undeprecate(2)).then(undeprecated));
  it('is updated again after it was brought back', () => given(created, deprecated, undeprecated).when(update(3)).then(updated));

  it.each([update(1), deprecate(1), undeprecate(1)])('1. refuses %j where there is none', (command) =>
    given().when(command).thenRejects('OrganizationNotFound'),
  );
  it.each([update(1), deprecate(1), undeprecate(1)])('2. refuses %j at a stale revision', (command) => {
    given(created, updated).when(command).thenRejects('IncorrectRev', { provided: 1, expected: 2 });
    given(created, deprecated).when(command).thenRejects('IncorrectRev', { provided: 1, expected: 2 });
  });
  it.each([update(2), deprecate(2)])('3. refuses %j while it is deprecated', (command) =>
    given(created, deprecated).when(command).thenRejects('OrganizationIsDeprecated'),
  );
  it('3. is not brought back where it is not deprecated', () =>
    given(created).when(undeprecate(1)).thenRejects('OrganizationIsNotDeprecated'));

  it('keeps what it is', () => {
    const state = stateAfter(organizationKind.decider, [created, deprecated]);
    expect(state).toEqual({
      kind: 'organization',
      ...identity,
      description: 'a farm',
      rev: 2,
      createdAt: '2026-01-01T00:00:01.000Z',
      createdBy: { type: 'Anonymous' },
      updatedAt: '2026-01-01T00:00:02.000Z',
      updatedBy: { type: 'Anonymous' },
      deprecated: true,
    });
    expect(organizationKind.states.decode(organizationKind.states.encode(state))).toEqual(state);
    expect(organizationKind.states.decode('{"format":0}')).toBeUndefined();
  });
  it('does not come out of events that cannot have happened', () =>
    expect(() => stateAfter(organizationKind.decider, [deprecated])).toThrow('does not exist before it'));
});

describe('A project', () => {
  const given = specificationOf<ProjectState, ProjectCommand, ProjectEvent, ProjectRejectionCode>(projectKind.decider, same);
  const ref = { organization: 'farm', project: 'herd' };
  const identity = { organization: 'farm', label: 'herd', uuid: 'uuid-herd', organizationUuid: 'uuid-farm' };
  const settings: ProjectSettings = {
    description: 'a herd',
    base: 'https://example.org/herd/' as Iri,
    vocab: 'https://example.org/vocab#' as Iri,
    apiMappings: [{ prefix: 'ex', namespace: 'https://example.org/' as Iri }],
    enforceSchema: true,
  };
  const plain: ProjectSettings = {
    base: 'https://example.org/b/' as Iri,
    vocab: 'https://example.org/v/' as Iri,
    apiMappings: [],
    enforceSchema: false,
  };
  const created: ProjectEvent = { type: 'ProjectCreated', data: { ...identity, ...settings } };
  const updated: ProjectEvent = { type: 'ProjectUpdated', data: { ...identity, ...plain } };
  const deprecated: ProjectEvent = { type: 'ProjectDeprecated', data: identity };
  const undeprecated: ProjectEvent = { type: 'ProjectUndeprecated', data: identity };
  const create: ProjectCommand = { type: 'CreateProject', ref, uuid: 'uuid-herd', organizationUuid: 'uuid-farm', settings };
  const update = (rev: number): ProjectCommand => ({ type: 'UpdateProject', ref, rev, settings: plain });
  const deprecate = (rev: number): ProjectCommand => ({ type: 'DeprecateProject', ref, rev });
  const undeprecate = (rev: number): ProjectCommand => ({ type: 'UndeprecateProject', ref, rev });

  it('is created with absolute base and vocab', () => given().when(create).then(created));
  it('is created once', () =>
    given(created, deprecated).when(create).thenRejects('ProjectAlreadyExists', { label: 'herd', orgLabel: 'farm' }));
  it('is updated: all its settings are replaced (resources.md 6.2)', () => {
    given(created).when(update(1)).then(updated);
    const state = stateAfter(projectKind.decider, [created, updated]);
    expect(state).toMatchObject({ ...plain, uuid: 'uuid-herd', rev: 2 });
    expect(state).not.toHaveProperty('description');
  });
  it('is deprecated', () => given(created).when(deprecate(1)).then(deprecated));
  it('is brought back', () => given(created, deprecated).when(undeprecate(2)).then(undeprecated));
  it('is updated again after it was brought back', () => given(created, deprecated, undeprecated).when(update(3)).then(updated));

  it.each([update(1), deprecate(1), undeprecate(1)])('1. refuses %j where there is none', (command) =>
    given().when(command).thenRejects('ProjectNotFound'),
  );
  it.each([update(1), deprecate(1), undeprecate(1)])('2. refuses %j at a stale revision', (command) => {
    given(created, updated).when(command).thenRejects('IncorrectRev', { provided: 1, expected: 2 });
    given(created, deprecated).when(command).thenRejects('IncorrectRev', { provided: 1, expected: 2 });
  });
  it.each([update(2), deprecate(2)])('3. refuses %j while it is deprecated', (command) =>
    given(created, deprecated).when(command).thenRejects('ProjectIsDeprecated'),
  );
  it('3. is not brought back where it is not deprecated', () => given(created).when(undeprecate(1)).thenRejects('ProjectIsNotDeprecated'));

  it('keeps what it is', () => {
    const state = stateAfter(projectKind.decider, [created, deprecated]);
    expect(state).toEqual({
      kind: 'project',
      ...identity,
      ...settings,
      rev: 2,
      createdAt: '2026-01-01T00:00:01.000Z',
      createdBy: { type: 'Anonymous' },
      updatedAt: '2026-01-01T00:00:02.000Z',
      updatedBy: { type: 'Anonymous' },
      deprecated: true,
    });
    expect(projectKind.states.decode(projectKind.states.encode(state))).toEqual(state);
    expect(projectKind.states.decode('{"format":0}')).toBeUndefined();
  });
  it('does not come out of events that cannot have happened', () =>
    expect(() => stateAfter(projectKind.decider, [undeprecated])).toThrow('does not exist before it'));
});
