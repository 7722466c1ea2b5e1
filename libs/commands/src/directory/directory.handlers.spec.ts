import { entityStream, projectStream } from '@headwater/event-contracts';
import { CommandSide, race, refused } from '../testing/command-side.js';
import { DEFAULT_RESOLVER } from './default-resolver.js';

describe('Organisations', () => {
  it('are created once, also by many at one time', async () => {
    const side = new CommandSide();
    const create = (at: number) => side.organization({ type: 'CreateOrganization', label: 'o', uuid: `u${at}` });
    expect(await race(Array.from({ length: 64 }, (_, at) => create(at)))).toEqual({ done: 1, OrganizationAlreadyExists: 63 });
  });

  it('are updated, deprecated and brought back at their revision', async () => {
    const side = await CommandSide.started();
    expect(await side.organization({ type: 'UpdateOrganization', label: 'org', rev: 1, description: 'd' })).toMatchObject({ rev: 2 });
    await expect(side.organization({ type: 'DeprecateOrganization', label: 'org', rev: 1 })).rejects.toEqual(
      refused('IncorrectRev', { extra: { provided: 1, expected: 2 } }),
    );
    expect(await side.organization({ type: 'DeprecateOrganization', label: 'org', rev: 2 })).toMatchObject({ deprecated: true });
    expect(await side.organization({ type: 'UndeprecateOrganization', label: 'org', rev: 3 })).toMatchObject({ rev: 4, deprecated: false });
  });
});

describe('Projects', () => {
  it('come with their default resolver, in one append', async () => {
    const side = await CommandSide.started();
    const streams = [projectStream(side.project), entityStream(side.project, DEFAULT_RESOLVER)];
    expect((await side.store.newest(streams)).map((newest) => newest?.revision)).toEqual([1, 1]);
    const [event] = await side.events(DEFAULT_RESOLVER);
    expect(event).toMatchObject({
      type: 'ResolverCreated',
      data: { value: { type: 'InProject', priority: 1 }, organizationUuid: 'org-uuid' },
    });
  });

  it('are created once, also by many at one time', async () => {
    const side = new CommandSide();
    await side.organization({ type: 'CreateOrganization', label: 'org', uuid: 'u' });
    expect(await race(Array.from({ length: 64 }, () => side.createProject()))).toEqual({ done: 1, ProjectAlreadyExists: 63 });
  });

  it('are stored once although the answer to the append was lost', async () => {
    const side = new CommandSide();
    await side.organization({ type: 'CreateOrganization', label: 'org', uuid: 'u' });
    side.store.faults.loseAnswer('appendTogether');
    expect(await side.createProject()).toMatchObject({ rev: 1 });
    await expect(side.createProject()).rejects.toEqual(refused('ProjectAlreadyExists'));
  });

  it('need an organisation that is there and not deprecated', async () => {
    const side = await CommandSide.started();
    await expect(side.createProject('p', 'other')).rejects.toEqual(refused('OrganizationNotFound'));
    await side.organization({ type: 'DeprecateOrganization', label: 'org', rev: 1 });
    await expect(side.createProject('p')).rejects.toEqual(refused('OrganizationIsDeprecated'));
    await expect(side.changeProject({ type: 'DeprecateProject', ref: side.project, rev: 1 })).rejects.toEqual(
      refused('OrganizationIsDeprecated'),
    );
  });

  it('are changed at their revision', async () => {
    const side = await CommandSide.started();
    const ref = side.project;
    await expect(side.changeProject({ type: 'DeprecateProject', ref, rev: 2 })).rejects.toEqual(refused('IncorrectRev'));
    expect(await side.changeProject({ type: 'DeprecateProject', ref, rev: 1 })).toMatchObject({ rev: 2, deprecated: true });
    await expect(side.create('{}')).rejects.toEqual(refused('ProjectIsDeprecated'));
    expect(await side.changeProject({ type: 'UndeprecateProject', ref, rev: 2 })).toMatchObject({ rev: 3, deprecated: false });
    const unknown = { organization: 'org', project: 'other' };
    await expect(side.changeProject({ type: 'DeprecateProject', ref: unknown, rev: 1 })).rejects.toEqual(refused('ProjectNotFound'));
  });
});
