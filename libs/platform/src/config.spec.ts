import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { PROJECTIONS } from '@headwater/read-models';
import { PROJECTION_NAMES } from './config/projector.config.js';
import {
  CommandServiceConfig,
  EmbeddedConfig,
  GatewayConfig,
  HeadwaterConfig,
  InvalidConfiguration,
  ProjectorConfig,
  TopicsConfig,
} from './configurations.js';
import { settingsTable } from './testing/settings-table.js';

type Configuration = { read(environment: Readonly<Record<string, string>>): HeadwaterConfig };

const mistakesOf = (environment: Record<string, string>, configuration: Configuration = EmbeddedConfig): readonly string[] => {
  try {
    configuration.read(environment);
    return [];
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.mistakes;
    throw error;
  }
};

describe('The configuration', () => {
  it('has a default for every setting', () => {
    const config = EmbeddedConfig.read({});
    expect(config).toMatchObject({ host: '127.0.0.1', port: 8080, publicUrl: 'http://127.0.0.1:8080', bodyMaxBytes: 262_144 });
    expect(Object.values(config)).not.toContain(undefined);
  });

  it('reads texts, numbers and switches', () => {
    const environment = { HEADWATER_PORT: '0', HEADWATER_LIST_DEPRECATED_BY_DEFAULT: 'true', HEADWATER_DATA_DIR: '/srv/data' };
    expect(EmbeddedConfig.read(environment)).toMatchObject({ port: 0, listDeprecatedByDefault: true, dataDir: '/srv/data' });
  });

  it('is frozen', () => {
    const config = EmbeddedConfig.read({});
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

  it('is one of each service, and all of them read one environment', () => {
    const environment = {
      HEADWATER_DATA_DIR: '/srv/data',
      HEADWATER_MONGO_URL: 'mongodb://db/?replicaSet=rs0',
      HEADWATER_KAFKA_BROKERS: 'one:9092, two:9092',
      HEADWATER_KAFKA_PARTITIONS: '12',
      HEADWATER_PROJECTIONS: 'links,feed',
      HEADWATER_OUTBOX_MAX: '5',
      HEADWATER_COMMAND_SERVICE_URL: 'http://writer:8081',
    };
    expect(EmbeddedConfig.read(environment)).toMatchObject({ dataDir: '/srv/data', port: 8080 });
    expect(CommandServiceConfig.read(environment)).toMatchObject({ kafkaBrokers: ['one:9092', 'two:9092'], outboxMax: 5, port: 8081 });
    expect(GatewayConfig.read(environment)).toMatchObject({ commandServiceUrl: 'http://writer:8081', port: 8080 });
    expect(TopicsConfig.read(environment)).toMatchObject({ kafkaPartitions: 12, kafkaRetentionMs: -1 });
    const projector = ProjectorConfig.read(environment);
    expect(projector).toMatchObject({ port: 8082, projections: ['links', 'feed'] });
    expect(PROJECTION_NAMES.filter((name) => projector.runs(name))).toEqual(['links', 'feed']);
    expect(PROJECTION_NAMES.filter((name) => ProjectorConfig.read({}).runs(name))).toEqual(PROJECTION_NAMES);
  });

  it('knows the projections that there are', () => {
    expect(PROJECTIONS.map(({ name }) => name)).toEqual(PROJECTION_NAMES);
  });

  it.each([EmbeddedConfig, CommandServiceConfig, GatewayConfig, ProjectorConfig, TopicsConfig])(
    'refuses what no service reads, in each of them (%p)',
    (configuration) => {
      expect(mistakesOf({ HEADWATER_KAFKA_BROKER: 'one:9092' }, configuration)).toEqual([
        'HEADWATER_KAFKA_BROKER is not a setting. Did you mean HEADWATER_KAFKA_BROKERS?',
      ]);
    },
  );

  it('names what contradicts each other', () => {
    expect(mistakesOf({ HEADWATER_KAFKA_SASL_MECHANISM: 'plain' }, ProjectorConfig)).toHaveLength(1);
    expect(mistakesOf({ HEADWATER_KAFKA_MIN_INSYNC_REPLICAS: '2' }, TopicsConfig)).toHaveLength(1);
    expect(mistakesOf({ HEADWATER_KAFKA_MIN_INSYNC_REPLICAS: '2', HEADWATER_KAFKA_REPLICATION: '3' }, TopicsConfig)).toEqual([]);
    expect(mistakesOf({ HEADWATER_KAFKA_BROKERS: 'one' }, ProjectorConfig)).toEqual([
      'HEADWATER_KAFKA_BROKERS must be a list of host:port.',
    ]);
    expect(mistakesOf({ HEADWATER_PROJECTIONS: 'links,likes' }, ProjectorConfig)).toHaveLength(1);
  });

  it('answers clients with the address of the gateway, where that is not said', () => {
    expect(CommandServiceConfig.read({}).publicUrl).toBe('http://127.0.0.1:8080');
    expect(CommandServiceConfig.read({}).onPort(9).publicUrl).toBe('http://127.0.0.1:8080');
    expect(CommandServiceConfig.read({ HEADWATER_PUBLIC_URL: 'https://x' }).publicUrl).toBe('https://x');
  });

  it('shows no secret to those who print it', () => {
    const environment = {
      HEADWATER_MONGO_URL: 'mongodb://me:s3cret@db',
      HEADWATER_KAFKA_SASL_MECHANISM: 'plain',
      HEADWATER_KAFKA_USERNAME: 'me',
      HEADWATER_KAFKA_PASSWORD: 's3cret',
    };
    const config = ProjectorConfig.read(environment).onPort(9);
    expect([config.mongoUrl, config.kafkaPassword]).toEqual(['mongodb://me:s3cret@db', 's3cret']);
    expect(JSON.stringify(config) + inspect(config)).not.toContain('s3cret');
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
