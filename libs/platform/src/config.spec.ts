import { readFileSync } from 'node:fs';
import { HeadwaterConfig, InvalidConfiguration } from './config.js';
import { settingsTable } from './testing/settings-table.js';

const mistakesOf = (environment: Record<string, string>): readonly string[] => {
  try {
    HeadwaterConfig.read(environment);
    return [];
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.mistakes;
    throw error;
  }
};

describe('The configuration', () => {
  it('has a default for every setting', () => {
    const config = HeadwaterConfig.read({});
    expect(config).toMatchObject({ host: '127.0.0.1', port: 8080, publicUrl: 'http://127.0.0.1:8080', bodyMaxBytes: 262_144 });
    expect(Object.values(config)).not.toContain(undefined);
  });

  it('reads texts, numbers and switches', () => {
    const environment = { HEADWATER_PORT: '0', HEADWATER_LIST_DEPRECATED_BY_DEFAULT: 'true', HEADWATER_DATA_DIR: '/srv/data' };
    expect(HeadwaterConfig.read(environment)).toMatchObject({ port: 0, listDeprecatedByDefault: true, dataDir: '/srv/data' });
  });

  it('is frozen', () => {
    const config = HeadwaterConfig.read({});
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
    expect(config.onPort(1)).toMatchObject({ port: 1, publicUrl: 'http://127.0.0.1:1', dataDir: './data' });
    expect(HeadwaterConfig.read({ HEADWATER_PUBLIC_URL: 'https://x' }).onPort(1).publicUrl).toBe('https://x');
    expect(config.port).toBe(8080);
  });

  it('names all mistakes together, without the values', () => {
    const mistakes = mistakesOf({
      HEADWATER_PORT: 's3cret',
      HEADWATER_HOST: '',
      HEADWATER_MAX_TAGS: '0',
      HEADWATER_LOG_LEVEL: 's3cret',
      HEADWATER_BOOTSTRAP_ANONYMOUS: 'yes',
      HEADWATER_PUBLIC_URL: 'https://x/v1',
    });
    expect(mistakes).toHaveLength(6);
    expect(mistakes.join()).not.toContain('s3cret');
    expect(mistakes).toContain('HEADWATER_PORT must be a whole number from 0 to 65535.');
    expect(mistakes).toContain("HEADWATER_BOOTSTRAP_ANONYMOUS must be 'true' or 'false'.");
  });

  it.each(['', ' ', '1e3', '0x10', '80.5', '-1', '99999'])('refuses %j as a port', (port) => {
    expect(mistakesOf({ HEADWATER_PORT: port })).toHaveLength(1);
  });

  it('names variables that are not settings, and what may have been meant', () => {
    expect(mistakesOf({ HEADWATER_PROT: '1', HEADWATER_NONSENSE_AT_ALL: '1', OTHER: '1' })).toEqual([
      'HEADWATER_PROT is not a setting. Did you mean HEADWATER_PORT?',
      'HEADWATER_NONSENSE_AT_ALL is not a setting.',
    ]);
  });

  it('takes an address that others reach only where that was said to be meant', () => {
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'headwater.example', '127.0.0.1.example']) {
      expect([host, mistakesOf({ HEADWATER_HOST: host }).length]).toEqual([host, 1]);
      expect(HeadwaterConfig.read({ HEADWATER_HOST: host, HEADWATER_BOOTSTRAP_ANONYMOUS: 'true' }).host).toBe(host);
    }
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) expect(mistakesOf({ HEADWATER_HOST: host })).toEqual([]);
    expect(HeadwaterConfig.read({ HEADWATER_HOST: '::1' }).publicUrl).toBe('http://[::1]:8080');
  });

  it('is documented as it is', () => {
    const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
    const rows = (text: string): readonly string[] =>
      text
        .split('\n')
        .filter((line) => line.startsWith('| `'))
        .map((line) => line.replace(/ {2,}/g, ' '));
    expect(rows(page)).toEqual(rows(settingsTable()));
  });
});
