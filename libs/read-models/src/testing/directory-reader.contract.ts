import { describe, expect, it } from '@jest/globals';
import { withSubject } from '@headwater/event-sourcing/testing';
import type { Iri } from '@headwater/linked-data';
import type { DirectoryQuery, DirectoryReader } from '../directory/directory.reader.js';
import type { ReadModelSubject } from './read-model-subject.js';
import { World } from './world.js';

const ALL: DirectoryQuery = { from: 0, size: 100 };

const settings = (description?: string) => ({
  ...(description === undefined ? {} : { description }),
  base: 'https://example.org/base/' as Iri,
  vocab: 'https://example.org/vocab/' as Iri,
  apiMappings: [{ prefix: 'ex', namespace: 'https://example.org/' as Iri }],
  enforceSchema: true,
});

const labels = ({ rows }: { readonly rows: readonly { readonly label: string }[] }): readonly string[] => rows.map(({ label }) => label);

/** What an adapter of `DirectoryReader` owes. */
export function directoryReaderContract(name: string, makeSubject: () => Promise<ReadModelSubject<DirectoryReader>>): void {
  const test = withSubject(makeSubject);

  const organization = (world: World, label: string): Promise<void> =>
    world.organization({ type: 'CreateOrganization', label, uuid: `uuid-${label}` });
  const project = (world: World, organizationLabel: string, label: string): Promise<void> =>
    world.project({
      type: 'CreateProject',
      ref: { organization: organizationLabel, project: label },
      uuid: `uuid-${label}`,
      organizationUuid: `uuid-${organizationLabel}`,
      settings: settings('a project'),
    });

  describe(`${name}, a reader of the directory`, () => {
    it(
      'gives organisations by creation, as they are now',
      test(async ({ store, reader, settle }) => {
        const world = new World(store);
        for (const label of ['zoo', 'alpha', 'mid']) await organization(world, label);
        await world.organization({ type: 'UpdateOrganization', label: 'alpha', rev: 1, description: 'the first' });
        await settle();
        const page = await reader.organizations(ALL);
        expect([labels(page), page.total]).toEqual([['zoo', 'alpha', 'mid'], 3]);
        expect(page.rows[1]).toMatchObject({
          kind: 'organization',
          label: 'alpha',
          uuid: 'uuid-alpha',
          description: 'the first',
          rev: 2,
          createdAt: '2026-01-01T00:00:02.000Z',
          updatedAt: '2026-01-01T00:00:04.000Z',
          createdBy: { type: 'User', realm: 'internal', subject: 'tester' },
          deprecated: false,
        });
      }),
    );

    it(
      'gives one project as it was applied last',
      test(async ({ store, reader, settle }) => {
        const world = new World(store);
        const ref = { organization: 'one', project: 'b' };
        expect(await reader.project(ref)).toBeUndefined();
        await project(world, 'one', 'b');
        await project(world, 'one', 'bb');
        await settle();
        const { rows } = await reader.projects(ALL);
        expect(await reader.project(ref)).toEqual(rows[0]);
        await world.project({ type: 'UpdateProject', ref, rev: 1, settings: settings('changed') });
        await settle();
        expect(await reader.project(ref)).toMatchObject({ rev: 2, description: 'changed', base: 'https://example.org/base/' });
        expect(await reader.project({ organization: 'two', project: 'b' })).toBeUndefined();
      }),
    );

    it(
      'gives projects of one organisation or of all, with their settings',
      test(async ({ store, reader, settle }) => {
        const world = new World(store);
        await project(world, 'one', 'b');
        await project(world, 'two', 'a');
        await project(world, 'one', 'c');
        await settle();
        const all = await reader.projects(ALL);
        expect([labels(all), all.total]).toEqual([['b', 'a', 'c'], 3]);
        const ofOne = await reader.projects({ ...ALL, organization: 'one' });
        expect([labels(ofOne), ofOne.total]).toEqual([['b', 'c'], 2]);
        expect(ofOne.rows[0]).toMatchObject({
          kind: 'project',
          organization: 'one',
          organizationUuid: 'uuid-one',
          ...settings('a project'),
        });
        expect(await reader.projects({ ...ALL, organization: 'none' })).toEqual({ total: 0, rows: [] });
      }),
    );

    it(
      'orders what was created at the same instant by label, then organisation',
      test(async ({ store, reader, settle }) => {
        const world = new World(store);
        world.frozen = true;
        for (const label of ['b', 'a', 'c']) await organization(world, label);
        for (const [of, label] of [
          ['b', 'y'],
          ['b', 'x'],
          ['a', 'y'],
        ] as const)
          await project(world, of, label);
        await settle();
        expect(labels(await reader.organizations(ALL))).toEqual(['a', 'b', 'c']);
        const { rows } = await reader.projects(ALL);
        expect(rows.map((row) => `${row.organization}/${row.label}`)).toEqual(['b/x', 'a/y', 'b/y']);
      }),
    );

    it(
      'filters by deprecation and by part of the label, ignoring case, with exact totals',
      test(async ({ store, reader, settle }) => {
        const world = new World(store);
        for (const label of ['Alpha', 'beta_1', 'betaX1', 'Gamma']) await organization(world, label);
        for (const label of ['Alpha', 'beta_1', 'betaX1', 'Gamma']) await project(world, 'Alpha', label);
        await world.organization({ type: 'DeprecateOrganization', label: 'Gamma', rev: 1 });
        await world.project({ type: 'DeprecateProject', ref: { organization: 'Alpha', project: 'Gamma' }, rev: 1 });
        await settle();
        const cases: readonly (readonly [Partial<DirectoryQuery>, readonly string[]])[] = [
          [{ deprecated: true }, ['Gamma']],
          [{ deprecated: false }, ['Alpha', 'beta_1', 'betaX1']],
          [{ label: 'BETA' }, ['beta_1', 'betaX1']],
          [{ label: '_' }, ['beta_1']],
          [{ label: '%' }, []],
          [{ label: 'a', deprecated: false }, ['Alpha', 'beta_1', 'betaX1']],
          [{ label: 'mm', deprecated: true }, ['Gamma']],
        ];
        for (const [filter, expected] of cases) {
          const organizations = await reader.organizations({ ...ALL, ...filter });
          expect([labels(organizations), organizations.total]).toEqual([expected, expected.length]);
          for (const scope of [{}, { organization: 'Alpha' }]) {
            const projects = await reader.projects({ ...ALL, ...filter, ...scope });
            expect([labels(projects), projects.total]).toEqual([expected, expected.length]);
          }
        }
        await world.organization({ type: 'UndeprecateOrganization', label: 'Gamma', rev: 2 });
        await settle();
        expect((await reader.organizations({ ...ALL, deprecated: true })).total).toBe(0);
      }),
    );

    it(
      'pages, with the total of all pages',
      test(async ({ store, reader, settle }) => {
        const world = new World(store);
        const all = ['a', 'b', 'c', 'd', 'e'];
        for (const label of all) await organization(world, label);
        for (const label of all) await project(world, 'a', label);
        await settle();
        for (const from of [0, 2, 4, 5]) {
          const organizations = await reader.organizations({ from, size: 2 });
          expect([labels(organizations), organizations.total]).toEqual([all.slice(from, from + 2), 5]);
          const projects = await reader.projects({ from, size: 2, organization: 'a' });
          expect([labels(projects), projects.total]).toEqual([all.slice(from, from + 2), 5]);
        }
      }),
    );
  });
}
