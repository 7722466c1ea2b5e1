/** A route of the write side, with the names that its controllers give to the segments. */
export interface WriteRoute {
  readonly method: 'DELETE' | 'POST' | 'PUT';
  readonly path: string;
}

const of = (path: string, ...methods: readonly WriteRoute['method'][]): readonly WriteRoute[] =>
  methods.map((method) => ({ method, path }));

const RESOURCES = '/v1/resources/:org/:project';
const PUSHES = ['dataset', 'datasets', 'data/streaming/dataset', 'data/streaming/datasets'];

/**
 * Every route of the write side as data: what a process hands on that has the controllers only in another one. Apart from `index.ts`, so that
 * it loads nothing of the write side.
 */
export const WRITE_ROUTES: readonly WriteRoute[] = [
  ...of('/v1/orgs/:org', 'PUT', 'DELETE'),
  ...of('/v1/orgs/:org/undeprecate', 'PUT'),
  ...of('/v1/projects/:org/:project', 'PUT', 'DELETE'),
  ...of('/v1/projects/:org/:project/undeprecate', 'PUT'),
  ...of(RESOURCES, 'POST'),
  ...of(`${RESOURCES}/:schema`, 'POST'),
  ...of(`${RESOURCES}/:schema/:id`, 'PUT', 'DELETE'),
  ...of(`${RESOURCES}/:schema/:id/undeprecate`, 'PUT'),
  ...of(`${RESOURCES}/:schema/:id/tags`, 'POST', 'PUT'),
  ...of(`${RESOURCES}/:schema/:id/tags/:tag`, 'DELETE'),
  ...PUSHES.flatMap((prefix) => of(`/${prefix}/:dataset/resources`, 'POST')),
];
