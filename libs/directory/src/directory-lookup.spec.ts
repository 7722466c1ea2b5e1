import { describe, expect, it } from '@jest/globals';
import { ANONYMOUS, Rejection, StoreUnavailable, commandId, handleCommand } from '@headwater/event-sourcing';
import { InMemoryEventStore } from '@headwater/event-sourcing/testing';
import { organizationCodec, organizationStream, projectCodec, projectStream } from '@headwater/event-contracts';
import type { Iri } from '@headwater/linked-data';
import { DirectoryLookup, mustBeWritable } from './directory-lookup.js';
import { organizationKind, type OrganizationCommand } from './organization.js';
import { projectKind, type ProjectCommand } from './project.js';

const HERD = { organization: 'farm', project: 'herd' };

async function filled(): Promise<{ store: InMemoryEventStore; lookup: DirectoryLookup }> {
  const store = new InMemoryEventStore();
  await changeOrganization(store, { type: 'CreateOrganization', label: 'farm', uuid: 'u1' });
  const settings = { base: 'https://example.org/b/' as Iri, vocab: 'https://example.org/v/' as Iri, apiMappings: [], enforceSchema: false };
  await changeProject(store, { type: 'CreateProject', ref: HERD, uuid: 'u2', organizationUuid: 'u1', settings });
  return { store, lookup: new DirectoryLookup(store) };
}

const cause = { actor: ANONYMOUS, commandId: commandId('c'), now: 0 };
const changeOrganization = (store: InMemoryEventStore, command: OrganizationCommand): Promise<unknown> =>
  handleCommand({ store, codec: organizationCodec, kind: organizationKind, stream: organizationStream(command.label), command, cause });
const changeProject = (store: InMemoryEventStore, command: ProjectCommand): Promise<unknown> =>
  handleCommand({ store, codec: projectCodec, kind: projectKind, stream: projectStream(command.ref), command, cause });

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Rejection)) throw new Error('A rejection was expected.', { cause: error });
  const { code }: Rejection = error;
  return code;
};

describe('Looking a project up', () => {
  it('finds it with its organisation', async () => {
    const { lookup } = await filled();
    expect(await lookup.located(HERD)).toMatchObject({
      organization: { label: 'farm', rev: 1 },
      project: { label: 'herd', base: 'https://example.org/b/' },
    });
    expect(await lookup.organization('farm')).toMatchObject({ uuid: 'u1' });
    expect(await lookup.organization('none')).toBeUndefined();
  });

  it('says what is missing: the organisation, or the project', async () => {
    const { lookup } = await filled();
    expect(await codeOf(lookup.located({ organization: 'none', project: 'herd' }))).toBe('OrganizationNotFound');
    expect(await codeOf(lookup.located({ organization: 'farm', project: 'none' }))).toBe('ProjectNotFound');
  });

  it('sees at once what was changed through another instance: decisions rest on the store', async () => {
    const { store, lookup } = await filled();
    mustBeWritable(await lookup.located(HERD));
    await changeProject(store, { type: 'DeprecateProject', ref: HERD, rev: 1 });
    expect(await codeOf(lookup.located(HERD).then(mustBeWritable))).toBe('ProjectIsDeprecated');
    await changeProject(store, { type: 'UndeprecateProject', ref: HERD, rev: 2 });
    await changeOrganization(store, { type: 'DeprecateOrganization', label: 'farm', rev: 1 });
    expect(await codeOf(lookup.located(HERD).then(mustBeWritable))).toBe('OrganizationIsDeprecated');
  });

  it('takes what the caller has looked up already', async () => {
    const { store, lookup } = await filled();
    const newest = await store.newest(lookup.streamsOf(HERD));
    store.faults.refuse('newest');
    expect(await lookup.located(HERD, newest)).toMatchObject({ project: { label: 'herd' } });
    await expect(lookup.located(HERD)).rejects.toThrow(StoreUnavailable);
  });
});
