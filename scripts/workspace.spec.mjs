import { readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { packageFolders } from './lib/build.mjs';
import { at, root } from './lib/workspace.mjs';

const json = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

describe('The workspace', () => {
  it.each(packageFolders().map((folder) => [relative(root, folder), folder]))(
    '%s refers to what it depends on, for npm and tsc alike',
    (_, folder) => {
      const { dependencies = {} } = json(folder, 'package.json');
      const depended = Object.keys(dependencies).filter((name) => name.startsWith('@headwater/'));
      const referred = json(folder, 'tsconfig.json').references.map(({ path }) => `@headwater/${basename(resolve(folder, path))}`);
      expect(referred.sort()).toEqual(depended.sort());
    },
  );

  it('has a lock file without download addresses', () => {
    const { packages } = json(at('package-lock.json'));
    const addresses = Object.values(packages).filter(({ resolved, link }) => resolved !== undefined && !link);
    expect(addresses).toEqual([]);
  });
});
