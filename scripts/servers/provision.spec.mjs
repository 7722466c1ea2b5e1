import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provision, serversCache } from './provision.mjs';

describe('The cache of servers', () => {
  let cache;
  beforeEach(() => (cache = mkdtempSync(join(tmpdir(), 'headwater-cache-'))));
  afterEach(() => rmSync(cache, { recursive: true }));

  const options = (recipe = 'one') => ({ name: 'server-1.0', recipe, cache });
  const make = (text) => async (folder) => writeFileSync(join(folder, 'file'), text);

  it('is outside the repository', () => {
    expect(serversCache({ XDG_CACHE_HOME: '/caches' })).toBe(join('/caches', 'headwater', 'servers'));
  });

  it('makes a folder once', async () => {
    const folder = await provision(options(), make('first'));
    expect(await provision(options(), make('second'))).toBe(folder);
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('first');
  });

  it('makes another folder for another recipe', async () => {
    expect(await provision(options('two'), make('second'))).not.toBe(await provision(options('one'), make('first')));
  });

  it('gives both of two runs at the same time one whole folder', async () => {
    let both;
    const together = new Promise((resolve) => (both = resolve));
    let under = 0;
    const slow = async (folder) => {
      under += 1;
      if (under === 2) both();
      await together;
      await make('whole')(folder);
    };
    const [one, other] = await Promise.all([provision(options(), slow), provision(options(), slow)]);
    expect(one).toBe(other);
    expect(readdirSync(cache)).toHaveLength(1);
    expect(readFileSync(join(one, 'file'), 'utf8')).toBe('whole');
  });

  it('keeps nothing of what could not be made', async () => {
    const failing = async (folder) => {
      await make('half')(folder);
      throw new Error('no such host');
    };
    await expect(provision(options(), failing)).rejects.toThrow('no such host');
    expect(readdirSync(cache)).toEqual([]);
  });
});
