import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprint, removeOrphans } from './build.mjs';

describe('What decides whether to compile', () => {
  let folder;
  const write = (name, text) => {
    const file = join(folder, name);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
    return file;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-build-'));
    write('package.json', '{}');
    write('tsconfig.json', '{}');
    write('src/a.ts', 'export {};');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is the same for a tree that is the same', () => expect(fingerprint([folder], [])).toBe(fingerprint([folder], [])));

  it.each([
    ['a file that was edited', () => write('src/a.ts', 'export const a = 1;')],
    ['a file that was touched', () => utimesSync(join(folder, 'src/a.ts'), 1, 1)],
    ['a new file', () => write('src/deep/b.ts', 'export {};')],
    ['a file that was removed', () => rmSync(join(folder, 'src/a.ts'))],
    ['another tsconfig.json', () => write('tsconfig.json', '{ "include": [] }')],
    ['another package.json', () => write('package.json', '{ "main": "" }')],
  ])('differs for %s', (_, change) => {
    const before = fingerprint([folder], []);
    change();
    expect(fingerprint([folder], [])).not.toBe(before);
  });

  it('does not mind what was compiled', () => {
    const before = fingerprint([folder], []);
    write('dist/a.js', '');
    expect(fingerprint([folder], [])).toBe(before);
  });

  it('removes what was compiled from sources that are gone, and nothing else', () => {
    const kept = ['dist/a.js', 'dist/a.d.ts', 'dist/a.js.map', 'dist/tsconfig.tsbuildinfo'].map((name) => write(name, ''));
    const gone = ['dist/b.js', 'dist/b.d.ts', 'dist/b.js.map', 'dist/deep/c.spec.js', 'dist/deep/c.spec.d.ts.map'].map((name) =>
      write(name, ''),
    );
    removeOrphans(folder);
    expect(kept.filter((file) => !existsSync(file))).toEqual([]);
    expect(gone.filter((file) => existsSync(file))).toEqual([]);
  });
});
